#include "replica/candid/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <iterator>

namespace icvm::replica::candid {

namespace {

using boost::multiprecision::cpp_int;

/// Conversion splits a number in two halves down to this many digits.
constexpr size_t chunk_digits = 288;

/// 10^(chunk_digits * 2^i) for every i that conversion of so many digits may need.
std::vector<cpp_int> powers_for(size_t digits) {
    std::vector<cpp_int> powers;
    for (size_t exponent = chunk_digits; exponent < digits; exponent *= 2)
        powers.push_back(powers.empty() ? boost::multiprecision::pow(cpp_int(10), chunk_digits)
                                        : cpp_int(powers.back() * powers.back()));
    return powers;
}

cpp_int binary_of_chunk(std::string_view digits) {
    constexpr size_t word_digits = 18;
    cpp_int value = 0;
    while (!digits.empty()) {
        const size_t size = std::min(digits.size(), word_digits);
        u64 word = 0, scale = 1;
        for (size_t i = 0; i < size; i++) word = word * 10 + u64(digits[i] - '0'), scale *= 10;
        value = value * scale + word;
        digits.remove_prefix(size);
    }
    return value;
}

/// The level is that of the power to split at: digits.size() <= chunk_digits * 2^level.
cpp_int binary_of(std::string_view digits, const std::vector<cpp_int>& powers, size_t level) {
    if (level == 0) return binary_of_chunk(digits);
    const size_t low_digits = chunk_digits << (level - 1);
    if (digits.size() <= low_digits) return binary_of(digits, powers, level - 1);
    const size_t split = digits.size() - low_digits;
    return binary_of(digits.substr(0, split), powers, level - 1) * powers[level - 1] +
           binary_of(digits.substr(split), powers, level - 1);
}

/// Appends `value` with leading zeros to chunk_digits * 2^level digits.
void append_decimal(std::string& out, const cpp_int& value, const std::vector<cpp_int>& powers,
                    size_t level) {
    if (level == 0) {
        const std::string digits = value.str();
        out.append(chunk_digits - digits.size(), '0');
        out += digits;
        return;
    }
    cpp_int high, low;
    divide_qr(value, powers[level - 1], high, low);
    append_decimal(out, high, powers, level - 1);
    append_decimal(out, low, powers, level - 1);
}

std::string decimal_digits(Bytes magnitude) {
    cpp_int value;
    import_bits(value, magnitude.begin(), magnitude.end(), 8, false);
    // 2^8 < 10^2.409
    const std::vector<cpp_int> powers = powers_for(magnitude.size() * 2409 / 1000 + 1);
    std::string out;
    append_decimal(out, value, powers, powers.size());
    const size_t zeros = out.find_first_not_of('0');
    return zeros == out.npos ? "0" : out.substr(zeros);
}

std::string hexadecimal_digits(Bytes magnitude) {
    std::string out;
    out.reserve(2 * magnitude.size());
    for (size_t i = magnitude.size(); i-- > 0;)
        fmt::format_to(std::back_inserter(out), "{:02x}", magnitude[i]);
    return out.starts_with('0') ? out.substr(1) : out;
}

void trim(ByteVector& magnitude) {
    while (!magnitude.empty() && magnitude.back() == 0) magnitude.pop_back();
}

std::string grouped(std::string_view digits) {
    std::string out;
    for (size_t i = 0; i < digits.size(); i++) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += '_';
        out += digits[i];
    }
    return out;
}

template <class Print>
std::string integer_as(const Integer& integer, Print print) {
    const std::string sign = integer.negative ? "-" : "";
    if (integer.magnitude.size() > decimal_bytes_max)
        return sign + "0x" + hexadecimal_digits(integer.magnitude);
    if (const auto small = integer.as_u64(); small && !integer.negative)
        return print(std::to_string(*small));
    return sign + print(decimal_digits(integer.magnitude));
}

template <class Float>
std::string float_as_text(Float value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".e") == text.npos) text += ".0";
    return text;
}

/// The seven-bit groups of a LEB128 number as bytes, least significant first, the bits above the
/// last group filled with its sign when `is_signed`.
struct Groups {
    ByteVector bytes;
    bool negative;
};

std::optional<Groups> read_groups(Bytes& bytes, bool is_signed) {
    const auto last = std::ranges::find_if(bytes, [](u8 byte) { return byte < 0x80; });
    if (last == bytes.end()) return std::nullopt;
    const size_t count = size_t(last - bytes.begin()) + 1;
    Groups groups{{}, is_signed && (*last & 0x40) != 0};
    groups.bytes.reserve(count * 7 / 8 + 1);
    u32 bits = 0, bits_held = 0;
    for (const u8 byte : bytes.first(count)) {
        bits |= u32(byte & 0x7F) << bits_held;
        bits_held += 7;
        if (bits_held < 8) continue;
        groups.bytes.push_back(u8(bits));
        bits >>= 8;
        bits_held -= 8;
    }
    if (bits_held > 0) groups.bytes.push_back(u8(groups.negative ? bits | ~0u << bits_held : bits));
    bytes = bytes.subspan(count);
    return groups;
}

/// Two's complement of bytes, in place.
void negate(ByteVector& bytes) {
    u32 carry = 1;
    for (u8& byte : bytes) {
        carry += u8(~byte);
        byte = u8(carry);
        carry >>= 8;
    }
}

/// The number of bits below the uniform sign bits.
size_t significant_bits(Bytes bytes, u8 fill) {
    size_t size = bytes.size();
    while (size > 0 && bytes[size - 1] == fill) size--;
    return size == 0 ? 0 : 8 * (size - 1) + size_t(std::bit_width(u8(bytes[size - 1] ^ fill)));
}

void write_groups(ByteVector& out, Bytes bytes, bool is_signed, bool negative) {
    const u8 fill = negative ? 0xFF : 0;
    const size_t bits = significant_bits(bytes, fill);
    const auto byte_at = [&](size_t i) { return i < bytes.size() ? bytes[i] : fill; };
    for (size_t bit = 0;; bit += 7) {
        const u32 window = u32(byte_at(bit / 8)) | u32(byte_at(bit / 8 + 1)) << 8;
        const u8 group = u8(window >> (bit % 8)) & 0x7F;
        const bool sign_shown = !is_signed || ((group & 0x40) != 0) == negative;
        if (bit + 7 >= bits && sign_shown) {
            out.push_back(group);
            return;
        }
        out.push_back(group | 0x80);
    }
}

}  // namespace

std::optional<u64> Integer::as_u64() const {
    if (negative || magnitude.size() > 8) return std::nullopt;
    u64 value = 0;
    for (size_t i = magnitude.size(); i-- > 0;) value = value << 8 | magnitude[i];
    return value;
}

std::optional<u128> Integer::as_u128() const {
    if (negative || magnitude.size() > sizeof(u128)) return std::nullopt;
    u128 value = 0;
    for (size_t i = magnitude.size(); i-- > 0;) value = value << 8 | magnitude[i];
    return value;
}

std::optional<i64> Integer::as_i64() const {
    const auto absolute = Integer{false, magnitude}.as_u64();
    constexpr u64 min_magnitude = u64(1) << 63;
    if (!absolute || *absolute > min_magnitude) return std::nullopt;
    if (negative) return i64(0 - *absolute);
    return *absolute < min_magnitude ? std::optional(i64(*absolute)) : std::nullopt;
}

Integer integer_of(u64 value) {
    Integer integer;
    for (; value != 0; value >>= 8) integer.magnitude.push_back(u8(value));
    return integer;
}

Integer integer_of(i64 value) {
    Integer integer = integer_of(value < 0 ? 0 - u64(value) : u64(value));
    integer.negative = value < 0;
    return integer;
}

std::optional<Integer> integer_of_decimal(std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() > decimal_digits_max) return std::nullopt;
    const std::vector<cpp_int> powers = powers_for(digits.size());
    const cpp_int value = binary_of(digits, powers, powers.size());
    Integer integer;
    if (value != 0) export_bits(value, std::back_inserter(integer.magnitude), 8, false);
    trim(integer.magnitude);
    return integer;
}

Integer integer_of_hexadecimal(std::string_view digits) {
    const auto nibble = [](char digit) {
        return u8(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    };
    Integer integer;
    for (size_t i = digits.size(); i > 0; i -= std::min<size_t>(i, 2)) {
        const u8 high = i >= 2 ? nibble(digits[i - 2]) : 0;
        integer.magnitude.push_back(u8(high << 4 | nibble(digits[i - 1])));
    }
    trim(integer.magnitude);
    return integer;
}

std::string integer_text(const Integer& integer) { return integer_as(integer, grouped); }

std::string integer_digits(const Integer& integer) {
    return integer_as(integer, [](const std::string& digits) { return digits; });
}

std::string label(u32 id) { return grouped(std::to_string(id)); }

std::string float_text(f32 value) { return float_as_text(value); }
std::string float_text(f64 value) { return float_as_text(value); }

std::optional<Integer> read_nat(Bytes& bytes) {
    auto groups = read_groups(bytes, false);
    if (!groups) return std::nullopt;
    Integer integer{false, std::move(groups->bytes)};
    trim(integer.magnitude);
    return integer;
}

std::optional<Integer> read_int(Bytes& bytes) {
    auto groups = read_groups(bytes, true);
    if (!groups) return std::nullopt;
    Integer integer{groups->negative, std::move(groups->bytes)};
    if (integer.negative) negate(integer.magnitude);
    trim(integer.magnitude);
    return integer;
}

void write_nat(ByteVector& out, const Integer& integer) {
    write_groups(out, integer.magnitude, false, false);
}

void write_int(ByteVector& out, const Integer& integer) {
    ByteVector bytes = integer.magnitude;
    if (integer.negative) negate(bytes);
    write_groups(out, bytes, true, integer.negative);
}

}  // namespace icvm::replica::candid
