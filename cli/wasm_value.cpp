#include "cli/wasm_value.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace icvm::cli {
namespace {

struct Unsigned {
    bool negative = false;
    u64 magnitude = 0;
};

std::string without_underscores(std::string_view text) {
    std::string out(text);
    std::erase(out, '_');
    return out;
}

/// The sign is taken off.
bool take_sign(std::string_view& text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    return negative;
}

bool take_hex_prefix(std::string_view& text) {
    const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
    if (is_hex) text.remove_prefix(2);
    return is_hex;
}

/// All of `text` must be digits; nothing else, or more than 64 bits: nothing.
std::optional<Unsigned> read_integer(std::string_view word) {
    const std::string digits = without_underscores(word);
    std::string_view text = digits;
    Unsigned number;
    number.negative = take_sign(text);
    const int base = take_hex_prefix(text) ? 16 : 10;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number.magnitude, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

/// From the least signed to the greatest unsigned value of `bits` bits.
Result<u64, std::string> parse_integer(std::string_view word, unsigned bits) {
    const auto number = read_integer(word);
    const u64 greatest = bits == 64 ? std::numeric_limits<u64>::max() : (u64(1) << bits) - 1;
    const u64 least = u64(1) << (bits - 1);
    if (!number) return std::unexpected(fmt::format("`{}` is no i{}", word, bits));
    if (number->magnitude > (number->negative ? least : greatest))
        return std::unexpected(fmt::format("`{}` does not fit an i{}", word, bits));
    return (number->negative ? 0 - number->magnitude : number->magnitude) & greatest;
}

template <class Float>
Result<Float, std::string> parse_float(std::string_view word) {
    const std::string digits = without_underscores(word);
    std::string_view text = digits;
    const bool negative = take_sign(text);
    const auto format = take_hex_prefix(text) ? std::chars_format::hex : std::chars_format::general;
    const auto fail = [&](const char* why) {
        return std::unexpected(fmt::format("`{}` {} f{}", word, why, sizeof(Float) * 8));
    };
    if (text.empty() || text[0] == '-' || text[0] == '+') return fail("is no");
    if (text == "nan") {
        const Float nan = std::numeric_limits<Float>::quiet_NaN();
        return negative ? -nan : nan;
    }
    Float value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, format);
    if (error == std::errc::result_out_of_range) return fail("does not fit an");
    if (error != std::errc() || end != text.data() + text.size()) return fail("is no");
    return negative ? -value : value;
}

/// The bits of a lane of a shape, such as "i32x4".
struct Shape {
    std::string_view name;
    vm::ValueType lane;
    unsigned bits;
};
constexpr Shape shapes[] = {
    {"i8x16", vm::types::i8, 8},   {"i16x8", vm::types::i16, 16}, {"i32x4", vm::types::i32, 32},
    {"i64x2", vm::types::i64, 64}, {"f32x4", vm::types::f32, 32}, {"f64x2", vm::types::f64, 64},
};

Result<u64, std::string> parse_lane(std::string_view word, const Shape& shape) {
    if (shape.lane == vm::types::f32 || shape.lane == vm::types::f64)
        return TRY(parse_value(word, shape.lane)).bits;
    return parse_integer(word, shape.bits);
}

Result<vm::Value, std::string> parse_lanes(std::string_view lanes, const Shape& shape) {
    vm::Value value{vm::types::v128};
    unsigned bit = 0;
    for (bool more = true; more; bit += shape.bits) {
        const size_t comma = lanes.find(',');
        more = comma != std::string_view::npos;
        if (bit >= 128) return std::unexpected(fmt::format("too many lanes for {}", shape.name));
        (bit < 64 ? value.bits : value.high) |= TRY(parse_lane(lanes.substr(0, comma), shape))
                                                << (bit % 64);
        if (more) lanes.remove_prefix(comma + 1);
    }
    if (bit < 128) return std::unexpected(fmt::format("too few lanes for {}", shape.name));
    return value;
}

Result<vm::Value, std::string> parse_vector(std::string_view word) {
    constexpr size_t half = 16;  // digits
    for (const Shape& shape : shapes)
        if (word.starts_with(shape.name) && word.substr(shape.name.size()).starts_with(':'))
            return parse_lanes(word.substr(shape.name.size() + 1), shape);
    std::string digits = without_underscores(word);
    std::string_view text = digits;
    const bool is_hex = take_hex_prefix(text);
    if (!is_hex || text.empty() || text.size() > 2 * half ||
        text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
        return std::unexpected(
            fmt::format("`{}` is no v128: 0x… or, by lanes, i32x4:1,2,3,4", word));
    digits = std::string(2 * half - text.size(), '0') + std::string(text);
    vm::Value value{vm::types::v128};
    std::from_chars(digits.data(), digits.data() + half, value.high, 16);
    std::from_chars(digits.data() + half, digits.data() + 2 * half, value.bits, 16);
    return value;
}

Result<vm::Value, std::string> parse_reference(std::string_view word, vm::ValueType type) {
    constexpr std::string_view i31_prefix = "i31:", extern_prefix = "extern:";
    const vm::HeapType heap = type.heap_type();
    const bool takes_i31 = heap == vm::heap_types::any || heap == vm::heap_types::eq ||
                           heap == vm::heap_types::i31 || heap == vm::heap_types::external;
    if (word == "null") {
        if (type.is_nullable()) return vm::Value{type, 0};
        return std::unexpected(fmt::format("{} cannot be null", to_string(type)));
    }
    if (takes_i31 && word.starts_with(i31_prefix)) {
        const u64 bits = TRY(parse_integer(word.substr(i31_prefix.size()), 31));
        return vm::Value{type, vm::references::i31(u32(bits))};
    }
    if (heap == vm::heap_types::external && word.starts_with(extern_prefix)) {
        const u64 bits = TRY(parse_integer(word.substr(extern_prefix.size()), 32));
        return vm::Value{type, vm::references::host(bits)};
    }
    std::string forms = type.is_nullable() ? "null" : "";
    if (takes_i31) forms += forms.empty() ? "i31:5" : ", i31:5";
    if (heap == vm::heap_types::external) forms += ", extern:7";
    return std::unexpected(
        fmt::format("`{}` is no {}{}{}", word, to_string(type), forms.empty() ? "" : ": ", forms));
}

std::string print_reference(const vm::Value& value) {
    const vm::HeapType heap = value.type.heap_type();
    if (value.bits == 0) return "null";
    if (heap == vm::heap_types::function || heap == vm::heap_types::no_function) return "func";
    if (heap == vm::heap_types::exception || heap == vm::heap_types::no_exception) return "exn";
    if (vm::references::is_i31(value.bits)) {
        const i32 number = i32(vm::references::i31_value(value.bits) << 1) >> 1;
        return fmt::format("i31:{}", number);
    }
    if (vm::references::is_host(value.bits))
        return fmt::format("extern:{}", vm::references::host_value(value.bits));
    return vm::kind_of(value.bits) == vm::ReferenceKind::array ? "array" : "struct";
}

template <class Float>
std::string print_float(Float value) {
    if (std::isnan(value)) return std::signbit(value) ? "-nan" : "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    return fmt::format("{}", value);
}

}  // namespace

Result<vm::Value, std::string> parse_value(std::string_view text, vm::ValueType type) {
    if (type == vm::types::i32) return vm::Value{type, TRY(parse_integer(text, 32))};
    if (type == vm::types::i64) return vm::Value{type, TRY(parse_integer(text, 64))};
    if (type == vm::types::f32) return vm::Value::f32(TRY(parse_float<f32>(text)));
    if (type == vm::types::f64) return vm::Value::f64(TRY(parse_float<f64>(text)));
    if (type == vm::types::v128) return parse_vector(text);
    return parse_reference(text, type);
}

std::string print_value(const vm::Value& value) {
    if (value.type == vm::types::i32) return std::to_string(i32(u32(value.bits)));
    if (value.type == vm::types::i64) return std::to_string(i64(value.bits));
    if (value.type == vm::types::f32) return print_float(std::bit_cast<f32>(u32(value.bits)));
    if (value.type == vm::types::f64) return print_float(std::bit_cast<f64>(value.bits));
    if (value.type == vm::types::v128)
        return fmt::format("0x{:016x}{:016x}", value.high, value.bits);
    return print_reference(value);
}

}  // namespace icvm::cli
