#include "vm/text/number.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>

namespace icvm::vm {
namespace {

constexpr u32 digit_value(char c) {
    return u32(c <= '9' ? c - '0' : c <= 'F' ? c - 'A' + 10 : c - 'a' + 10);
}

/// What a float format is (Wasm 2.2.3).
struct FloatFormat {
    unsigned bits;
    unsigned significand_bits;  ///< those that are stored
    int exponent_bias;

    u64 sign() const { return u64(1) << (bits - 1); }
    u64 infinity() const { return (sign() - 1) >> significand_bits << significand_bits; }
    u64 quiet() const { return u64(1) << (significand_bits - 1); }
};

constexpr FloatFormat format_of(unsigned bits) {
    return bits == 32 ? FloatFormat{32, 23, 127} : FloatFormat{64, 52, 1023};
}

bool drop(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Exponents are cut off here: no text is long enough to come back from there.
constexpr i64 exponent_max = i64(1) << 40;

/// The exponent behind `e` or `p`; `text` is a sign and digits, or empty.
i64 exponent_value(std::string_view text) {
    const bool negative = drop(text, "-");
    if (!negative) drop(text, "+");
    i64 value = 0;
    for (const char c : text)
        if (c != '_') value = std::min(exponent_max, value * 10 + digit_value(c));
    return negative ? -value : value;
}

/// value = significand * 2^exponent, and a little more when `sticky`.
struct Scaled {
    u64 significand = 0;
    i64 exponent = 0;
    bool sticky = false;
};

Scaled read_hex(std::string_view text) {
    Scaled result;
    bool fraction = false;
    size_t i = 0;
    for (; i < text.size() && text[i] != 'p' && text[i] != 'P'; i++) {
        if (text[i] == '_') continue;
        if (text[i] == '.') {
            fraction = true;
        } else if (result.significand >> 60 == 0) {
            result.significand = result.significand << 4 | digit_value(text[i]);
            if (fraction) result.exponent -= 4;
        } else {
            result.sticky |= text[i] != '0';
            if (!fraction) result.exponent += 4;
        }
    }
    if (i < text.size()) result.exponent += exponent_value(text.substr(i + 1));
    return result;
}

/// Rounds to nearest, ties to even.
std::optional<u64> round(Scaled value, const FloatFormat& format) {
    if (value.significand == 0) return 0;
    const int zeros = std::countl_zero(value.significand);
    const u64 significand = value.significand << zeros;
    // significand * 2^(exponent - zeros) has its leading one at 2^top.
    const i64 top = value.exponent - zeros + 63;
    if (top > format.exponent_bias) return std::nullopt;
    const i64 biased = std::max<i64>(top + format.exponent_bias, 1);
    // How many bits of the significand lie below the last one that is kept.
    const i64 dropped = 63 - i64(format.significand_bits) + (biased - (top + format.exponent_bias));
    if (dropped > 64) return 0;
    const u64 kept = dropped == 64 ? 0 : significand >> dropped;
    const u64 rest = dropped == 64 ? significand : significand << (64 - dropped);
    const u64 half = u64(1) << 63;
    const bool up = rest > half || (rest == half && (value.sticky || (kept & 1) != 0));
    // The leading one of a normal number adds 1 to the exponent, and so does a carry.
    const u64 bits = (u64(biased - 1) << format.significand_bits) + kept + (up ? 1 : 0);
    if (bits >= format.infinity()) return std::nullopt;
    return bits;
}

template <class Float, class Bits>
std::optional<u64> convert(const std::string& digits) {
    Float value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) return std::nullopt;
    const u64 bits = std::bit_cast<Bits>(value);
    return bits == format_of(sizeof(Bits) * 8).infinity() ? std::nullopt : std::optional(bits);
}

/// Whether the decimal number is below 1, so that what is out of range is too small. Its first
/// digit that is not 0 stands at 10^magnitude.
bool is_small(std::string_view digits) {
    const size_t exponent_at = std::min(digits.find('e'), digits.size());
    const std::string_view significand = digits.substr(0, exponent_at);
    const size_t point = std::min(significand.find('.'), significand.size());
    const size_t first = significand.find_first_not_of("0.");
    if (first == std::string_view::npos) return true;
    const i64 magnitude = i64(point) - i64(first) - (first < point ? 1 : 0);
    const bool has_exponent = exponent_at < digits.size();
    const i64 exponent = has_exponent ? exponent_value(digits.substr(exponent_at + 1)) : 0;
    return magnitude + exponent < 0;
}

/// The library's conversion rounds correctly, however many digits there are.
std::optional<u64> decimal_value(std::string_view literal, const FloatFormat& format) {
    std::string digits;
    for (const char c : literal)
        if (c != '_') digits += c == 'E' ? 'e' : c;
    const auto bits = format.bits == 32 ? convert<f32, u32>(digits) : convert<f64, u64>(digits);
    if (!bits && is_small(digits)) return 0;
    return bits;
}

std::optional<u64> magnitude_value(std::string_view text, const FloatFormat& format) {
    if (text == "inf") return format.infinity();
    if (text == "nan") return format.infinity() | format.quiet();
    if (drop(text, "nan:")) {
        const auto payload = natural_value(text, format.significand_bits);
        if (!payload || *payload == 0) return std::nullopt;
        return format.infinity() | *payload;
    }
    if (drop(text, "0x")) return round(read_hex(text), format);
    return decimal_value(text, format);
}

}  // namespace

std::optional<u64> natural_value(std::string_view literal, unsigned bits) {
    const u64 maximum = bits == 64 ? ~u64(0) : (u64(1) << bits) - 1;
    const u64 base = drop(literal, "0x") ? 16 : 10;
    u64 value = 0;
    for (const char c : literal) {
        if (c == '_') continue;
        if (__builtin_mul_overflow(value, base, &value)) return std::nullopt;
        if (__builtin_add_overflow(value, u64(digit_value(c)), &value)) return std::nullopt;
    }
    return value <= maximum ? std::optional(value) : std::nullopt;
}

std::optional<u64> integer_value(std::string_view literal, unsigned bits) {
    const bool negative = drop(literal, "-");
    if (!negative) drop(literal, "+");
    const auto value = natural_value(literal, bits);
    if (!value || !negative) return value;
    if (*value > u64(1) << (bits - 1)) return std::nullopt;
    return (0 - *value) & (~u64(0) >> (64 - bits));
}

std::optional<u64> float_value(std::string_view literal, unsigned bits) {
    const FloatFormat format = format_of(bits);
    const bool negative = drop(literal, "-");
    if (!negative) drop(literal, "+");
    const auto value = magnitude_value(literal, format);
    if (!value) return std::nullopt;
    return *value | (negative ? format.sign() : 0);
}

}  // namespace icvm::vm
