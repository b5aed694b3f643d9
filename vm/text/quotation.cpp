#include "vm/text/quotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace icvm::vm {
namespace {

bool is_identifier_character(char character) {
    constexpr std::string_view others = "\",;()[]{}";
    return character > ' ' && character < 0x7F && !others.contains(character);
}

/// Appends a character of a string, or its escape.
void append_byte(std::string& out, u8 byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (byte == '"' || byte == '\\') {
        out += '\\';
        out += char(byte);
    } else if (byte >= 0x20 && byte < 0x7F) {
        out += char(byte);
    } else {
        out += '\\';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

/// Controls, and what is invisible or turns the direction of the text around it.
bool is_hidden(u32 code_point) {
    return code_point < 0xA0 || code_point == 0xAD || code_point == 0x61C ||
           (code_point >= 0x200B && code_point <= 0x200F) ||
           (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF ||
           code_point >= 0xE0000;
}

/// Well-formed UTF-8 at its front: its length, and the code point.
std::pair<size_t, u32> code_point_at(std::string_view text) {
    const u8 lead = u8(text[0]);
    const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    u32 code_point = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) code_point = code_point << 6 | (u8(text[i]) & 0x3F);
    return {length, code_point};
}

/// The text of a number whose exponent is all ones.
std::string special_text(bool negative, u64 payload, u64 quiet_bit) {
    const std::string sign = negative ? "-" : "";
    if (payload == 0) return sign + "inf";
    if (payload == quiet_bit) return sign + "nan";
    return fmt::format("{}nan:0x{:x}", sign, payload);
}

template <class Float>
std::string shortest(Float value) {
    std::array<char, 64> buffer;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

}  // namespace

bool is_plain_identifier(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, is_identifier_character);
}

void append_quoted_name(std::string& out, std::string_view name) {
    out += '"';
    while (!name.empty()) {
        size_t length = 1;
        if (u8(name[0]) < 0x80) {
            append_byte(out, u8(name[0]));
        } else {
            const auto [bytes, code_point] = code_point_at(name);
            length = bytes;
            if (is_hidden(code_point))
                for (const char byte : name.substr(0, length)) append_byte(out, u8(byte));
            else
                out += name.substr(0, length);
        }
        name.remove_prefix(length);
    }
    out += '"';
}

void append_quoted_bytes(std::string& out, Bytes bytes) {
    out += '"';
    for (const u8 byte : bytes) append_byte(out, byte);
    out += '"';
}

std::string float_text(u32 bits) {
    const u32 payload = bits & 0x7F'FFFF;
    if ((bits >> 23 & 0xFF) == 0xFF) return special_text(bits >> 31 != 0, payload, 0x40'0000);
    return shortest(std::bit_cast<f32>(bits));
}

std::string double_text(u64 bits) {
    const u64 payload = bits & 0xF'FFFF'FFFF'FFFF;
    if ((bits >> 52 & 0x7FF) == 0x7FF) return special_text(bits >> 63 != 0, payload, 1ull << 51);
    return shortest(std::bit_cast<f64>(bits));
}

}  // namespace icvm::vm
