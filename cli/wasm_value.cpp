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
    if (type.is_reference() && text == "null") return vm::Value{type, 0};
    return std::unexpected(fmt::format("`{}` is no {}{}", text, to_string(type),
                                       type.is_reference() ? ": null is" : ""));
}

std::string print_value(const vm::Value& value) {
    if (value.type == vm::types::i32) return std::to_string(i32(u32(value.bits)));
    if (value.type == vm::types::i64) return std::to_string(i64(value.bits));
    if (value.type == vm::types::f32) return print_float(std::bit_cast<f32>(u32(value.bits)));
    if (value.type == vm::types::f64) return print_float(std::bit_cast<f64>(value.bits));
    if (value.type == vm::types::v128)
        return fmt::format("0x{:016x}{:016x}", value.high, value.bits);
    return value.bits == 0 ? "null" : to_string(value.type);
}

}  // namespace icvm::cli
