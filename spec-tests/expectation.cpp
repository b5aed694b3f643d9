#include "spec-tests/expectation.hpp"

#include <fmt/format.h>

namespace icvm::spec_tests {
namespace {

/// All bits but the sign of a NaN, and of the canonical one (Wasm 4.3.3).
struct NanBits {
    u64 magnitude;
    u64 canonical;
};

NanBits nan_bits(const vm::Value& value) {
    if (value.type == vm::types::f32) return {value.bits & 0x7FFF'FFFF, 0x7FC0'0000};
    return {value.bits & 0x7FFF'FFFF'FFFF'FFFF, 0x7FF8'0000'0000'0000};
}

bool fits(const vm::Value& result, const Expectation& expected) {
    if (result.type != expected.value.type) return false;
    const auto [magnitude, canonical] = nan_bits(result);
    switch (expected.kind) {
        case Expectation::Kind::bits: return result.bits == expected.value.bits;
        case Expectation::Kind::canonical_nan: return magnitude == canonical;
        case Expectation::Kind::arithmetic_nan: return (magnitude & canonical) == canonical;
        case Expectation::Kind::any_reference: return result.bits != 0;
    }
    return false;
}

std::string describe(const Expectation& expected) {
    const std::string type = to_string(expected.value.type);
    switch (expected.kind) {
        case Expectation::Kind::canonical_nan: return type + " nan:canonical";
        case Expectation::Kind::arithmetic_nan: return type + " nan:arithmetic";
        case Expectation::Kind::any_reference: return "any " + type;
        default: return fmt::format("{} {:#x}", type, expected.value.bits);
    }
}

}  // namespace

std::string difference_of(std::span<const vm::Value> results,
                          std::span<const Expectation> expected) {
    if (results.size() != expected.size())
        return fmt::format("{} results, not {}", results.size(), expected.size());
    for (size_t i = 0; i < results.size(); i++)
        if (!fits(results[i], expected[i]))
            return fmt::format("result {} is {} {:#x}, not {}", i, to_string(results[i].type),
                               results[i].bits, describe(expected[i]));
    return {};
}

}  // namespace icvm::spec_tests
