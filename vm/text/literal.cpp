#include "vm/text/literal.hpp"

#include <string>

#include "vm/base/integers.hpp"
#include "vm/text/lexer.hpp"

namespace icvm::vm {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Drops digits from the front, with single underscores between them; false when there are none.
bool drop_digits(std::string_view& text, bool hex) {
    const auto is_one = [&](size_t i) {
        return i < text.size() && (hex ? hex_digit(text[i]) >= 0 : is_digit(text[i]));
    };
    size_t size = 0;
    while (is_one(size) ||
           (size > 0 && size < text.size() && text[size] == '_' && is_one(size + 1)))
        size++;
    text.remove_prefix(size);
    return size > 0;
}

bool drop(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

void drop_sign(std::string_view& text) { drop(text, "+") || drop(text, "-"); }

void append_utf8(std::string& out, u32 scalar) {
    if (scalar < 0x80) {
        out += char(scalar);
        return;
    }
    const int trailing = scalar < 0x800 ? 1 : scalar < 0x10000 ? 2 : 3;
    const u32 lead = trailing == 1 ? 0xC0 : trailing == 2 ? 0xE0 : 0xF0;
    out += char(lead | scalar >> (6 * trailing));
    for (int i = trailing - 1; i >= 0; i--) out += char(0x80 | (scalar >> (6 * i) & 0x3F));
}

/// The scalar value of a well-formed \u{…} and what follows it.
u32 drop_unicode_escape(std::string_view& text) {
    text.remove_prefix(3);
    u32 value = 0;
    for (; text[0] != '}'; text.remove_prefix(1))
        if (text[0] != '_') value = value * 16 + u32(hex_digit(text[0]));
    text.remove_prefix(1);
    return value;
}

/// Drops an escape that is well-formed.
void append_escape(std::string& out, std::string_view& text) {
    const char kind = text[1];
    if (kind == 'u') return append_utf8(out, drop_unicode_escape(text));
    const int high = hex_digit(kind);
    if (high >= 0) {
        out += char(high * 16 + hex_digit(text[2]));
        text.remove_prefix(3);
        return;
    }
    out += kind == 't' ? '\t' : kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind;
    text.remove_prefix(2);
}

}  // namespace

bool is_natural_literal(std::string_view text) {
    const bool hex = drop(text, "0x");
    return drop_digits(text, hex) && text.empty();
}

bool is_integer_literal(std::string_view text) {
    drop_sign(text);
    return is_natural_literal(text);
}

bool is_floating_literal(std::string_view text) {
    drop_sign(text);
    if (text == "inf" || text == "nan") return true;
    if (drop(text, "nan:0x")) return drop_digits(text, true) && text.empty();
    const bool hex = drop(text, "0x");
    if (!drop_digits(text, hex)) return false;
    const bool point = drop(text, ".");
    if (point) drop_digits(text, hex);
    const bool exponent =
        hex ? drop(text, "p") || drop(text, "P") : drop(text, "e") || drop(text, "E");
    if (!exponent) return point && text.empty();
    drop_sign(text);
    return drop_digits(text, false) && text.empty();
}

size_t literal_end(std::string_view text) {
    size_t i = 1;
    while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
    return i + 1;
}

size_t unicode_escape_size(std::string_view text) {
    std::string_view rest = text;
    if (!drop(rest, "\\u{")) return 0;
    const std::string_view digits = rest;
    if (!drop_digits(rest, true) || !rest.starts_with('}')) return 0;
    u32 value = 0;
    for (const char c : digits.substr(0, digits.size() - rest.size())) {
        if (c != '_') value = value * 16 + u32(hex_digit(c));
        if (value > 0x10FFFF) return 0;
    }
    if (value >= 0xD800 && value < 0xE000) return 0;
    return text.size() - rest.size() + 1;
}

std::string string_value(std::string_view literal) {
    std::string_view rest = literal.substr(1, literal.size() - 2);
    std::string result;
    result.reserve(rest.size());
    while (!rest.empty()) {
        if (rest[0] == '\\') {
            append_escape(result, rest);
            continue;
        }
        result += rest[0];
        rest.remove_prefix(1);
    }
    return result;
}

}  // namespace icvm::vm
