#include "vm/script/number_bits.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

namespace icvm::vm {
namespace {

/// A literal without its sign and underscores.
struct Digits {
    bool negative = false;
    bool hexadecimal = false;  ///< without 0x, too
    std::string text;
};

Digits digits_of(std::string_view text) {
    Digits digits;
    digits.negative = text.starts_with('-');
    if (digits.negative || text.starts_with('+')) text.remove_prefix(1);
    digits.hexadecimal = text.starts_with("0x");
    if (digits.hexadecimal) text.remove_prefix(2);
    std::ranges::copy_if(text, std::back_inserter(digits.text), [](char c) { return c != '_'; });
    return digits;
}

std::optional<u64> magnitude(std::string_view text, int base) {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// nan or nan:0x…; the payload may not be 0.
template <class Bits>
std::optional<Bits> nan_bits(std::string_view text, u32 fraction_bits, Bits infinity) {
    const Bits quiet = Bits(1) << (fraction_bits - 1);
    if (text == "nan") return Bits(infinity | quiet);
    std::string payload(text.substr(std::string_view("nan:0x").size()));
    const auto value = magnitude(payload, 16);
    if (!value || *value == 0 || *value >= u64(1) << fraction_bits) return std::nullopt;
    return Bits(infinity | Bits(*value));
}

template <class Float, class Bits>
std::optional<u64> bits_of(const Digits& digits, u32 fraction_bits) {
    constexpr Bits infinity = std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
    const Bits sign = digits.negative ? ~(Bits(-1) >> 1) : 0;
    const std::string& text = digits.text;
    if (text == "inf") return Bits(infinity | sign);
    if (text.starts_with("nan")) {
        const auto nan = nan_bits<Bits>(text, fraction_bits, infinity);
        if (!nan) return std::nullopt;
        return Bits(*nan | sign);
    }
    Float value = 0;
    const auto format = digits.hexadecimal ? std::chars_format::hex : std::chars_format::general;
    std::string plain = text;
    std::ranges::replace(plain, 'P', 'p');
    const auto [end, error] =
        std::from_chars(plain.data(), plain.data() + plain.size(), value, format);
    if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
    return Bits(std::bit_cast<Bits>(value) | sign);
}

bool is_integer(const Token& token) {
    return token.kind == TokenKind::natural || token.kind == TokenKind::integer;
}

}  // namespace

std::optional<u64> integer_bits(const Token& token, u32 bits) {
    if (!is_integer(token)) return std::nullopt;
    const Digits digits = digits_of(token.text);
    const auto value = magnitude(digits.text, digits.hexadecimal ? 16 : 10);
    const u64 mask = ~u64(0) >> (64 - bits);
    const u64 greatest = digits.negative ? (mask >> 1) + 1 : mask;
    if (!value || *value > greatest) return std::nullopt;
    return (digits.negative ? -*value : *value) & mask;
}

std::optional<u64> float_bits(const Token& token, u32 bits) {
    if (!is_integer(token) && token.kind != TokenKind::floating) return std::nullopt;
    const Digits digits = digits_of(token.text);
    if (bits == 32) return bits_of<f32, u32>(digits, 23);
    return bits_of<f64, u64>(digits, 52);
}

}  // namespace icvm::vm
