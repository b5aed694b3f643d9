#include "vm/script/expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vm/runtime/object_heap.hpp"
#include "vm/runtime/type_registry.hpp"

namespace icvm::vm {
namespace {

/// All bits but the sign of a NaN, and of the canonical one (Wasm 4.3.3).
struct NanBits {
    u64 magnitude;
    u64 canonical;
};

NanBits nan_bits(const Value& value) {
    if (value.type == types::f32) return {value.bits & 0x7FFF'FFFF, 0x7FC0'0000};
    return {value.bits & 0x7FFF'FFFF'FFFF'FFFF, 0x7FF8'0000'0000'0000};
}

/// A lane as a value of its own; of f32x4 and f64x2 when the expectation says a float.
Value lane_of(const Value& vector, u32 lane_bits, size_t index, ValueType type) {
    const size_t first = index * lane_bits;
    const u64 word = first < 64 ? vector.bits : vector.high;
    const u64 mask = lane_bits == 64 ? ~u64(0) : (u64(1) << lane_bits) - 1;
    return {type, word >> (first % 64) & mask};
}

bool fits(const Value& result, const Expected& expected);

bool lanes_fit(const Value& result, const Expected& expected) {
    if (result.type != types::v128) return false;
    for (size_t i = 0; i < expected.lanes.size(); i++) {
        const Expected& lane = expected.lanes[i];
        if (!fits(lane_of(result, expected.lane_bits, i, lane.value.type), lane)) return false;
    }
    return true;
}

bool type_fits(const Value& result, ValueType expected) {
    if (!expected.is_reference()) return result.type == expected;
    return result.type.is_reference() && same_hierarchy(result.type, expected);
}

bool is_exactly(const Value& result, const Value& expected) {
    return type_fits(result, expected.type) && result.bits == expected.bits &&
           (expected.type != types::v128 || result.high == expected.high);
}

bool fits(const Value& result, const Expected& expected) {
    using enum Expected::Kind;
    const auto [magnitude, canonical] = nan_bits(result);
    switch (expected.kind) {
        case exactly: return is_exactly(result, expected.value);
        case canonical_nan: return result.type == expected.value.type && magnitude == canonical;
        case arithmetic_nan:
            return result.type == expected.value.type && (magnitude & canonical) == canonical;
        case vector: return lanes_fit(result, expected);
        case reference:
            return result.bits != 0 && type_fits(result, expected.value.type) &&
                   is_instance(result.bits, expected.value.type);
        case null: return result.type.is_reference() && result.bits == 0;
        case either:
            return std::ranges::any_of(expected.alternatives,
                                       [&](const Expected& one) { return fits(result, one); });
    }
    return false;
}

std::string describe_reference(const Value& value) {
    if (value.bits == 0) return "null";
    if (same_hierarchy(value.type, types::funcref)) return "a function";
    if (same_hierarchy(value.type, types::exnref)) return "an exception";
    if (references::is_host(value.bits))
        return fmt::format("host {}", references::host_value(value.bits));
    if (references::is_i31(value.bits))
        return fmt::format("i31 {}", references::i31_value(value.bits));
    return "an object";
}

std::string describe(const Value& value) {
    const u8 code = value.type.code();
    const std::string type = to_string(value.type);
    if (value.type.is_reference()) return describe_reference(value);
    if (value.type == types::v128)
        return fmt::format("v128 0x{:016x}{:016x}", value.high, value.bits);
    if (code == types::f32.code())
        return fmt::format("f32 {} ({:#x})", std::bit_cast<f32>(u32(value.bits)), value.bits);
    if (code == types::f64.code())
        return fmt::format("f64 {} ({:#x})", std::bit_cast<f64>(value.bits), value.bits);
    return fmt::format("{} {}", type,
                       code == types::i32.code() ? i64(i32(u32(value.bits))) : i64(value.bits));
}

std::string describe(const Expected& expected) {
    using enum Expected::Kind;
    const std::string type = to_string(expected.value.type);
    switch (expected.kind) {
        case exactly: return describe(expected.value);
        case canonical_nan: return type + " nan:canonical";
        case arithmetic_nan: return type + " nan:arithmetic";
        case vector:
            return fmt::format("v128 of {} bits a lane: {}", expected.lane_bits,
                               describe(expected.lanes));
        case reference: return "any " + type;
        case null: return "any null";
        case either: return "one of " + describe(expected.alternatives);
    }
    return {};
}

template <class T>
std::string describe_all(std::span<const T> all) {
    std::string text;
    for (const T& one : all) text += (text.empty() ? "" : ", ") + describe(one);
    return text.empty() ? "nothing" : text;
}

}  // namespace

bool same_hierarchy(ValueType a, ValueType b) {
    using namespace heap_types;
    for (const HeapType top : {any, function, external, exception})
        if (matches(a.heap_type(), top) && matches(b.heap_type(), top)) return true;
    return false;
}

std::string describe(std::span<const Value> values) { return describe_all(values); }
std::string describe(std::span<const Expected> expected) { return describe_all(expected); }

std::string difference_of(std::span<const Value> results, std::span<const Expected> expected) {
    bool equal = results.size() == expected.size();
    for (size_t i = 0; equal && i < results.size(); i++) equal = fits(results[i], expected[i]);
    if (equal) return {};
    return fmt::format("expected {}, found {}", describe(expected), describe(results));
}

}  // namespace icvm::vm
