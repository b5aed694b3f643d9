#include "replica/candid/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "replica/candid/type.hpp"

namespace icvm::replica::candid {

namespace {

struct CodePoint {
    u32 value;
    u32 bytes;
};

/// The first code point of well-formed UTF-8.
CodePoint first_code_point(std::string_view text) {
    const u8 lead = u8(text[0]);
    if (lead < 0x80) return {lead, 1};
    const u32 bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    u32 value = lead & (0x7F >> bytes);
    for (u32 i = 1; i < bytes; i++) value = value << 6 | (u8(text[i]) & 0x3F);
    return {value, bytes};
}

/// Control characters, and what reorders or hides the text around it on a terminal.
bool is_invisible(u32 code_point) {
    struct Range {
        u32 first, last;
    };
    constexpr Range ranges[] = {
        {0, 0x1F},        {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x200B, 0x200F},
        {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
    return std::ranges::any_of(
        ranges, [&](Range range) { return range.first <= code_point && code_point <= range.last; });
}

char short_escape(u32 code_point) {
    switch (code_point) {
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        case '"': return '"';
        case '\\': return '\\';
        default: return 0;
    }
}

/// `escape` writes a code point that has no short escape and is not to be shown.
template <class Escape>
std::string quote(std::string_view text, Escape escape) {
    std::string out = "\"";
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        if (const char letter = short_escape(point.value))
            out += {'\\', letter};
        else if (is_invisible(point.value))
            escape(out, point.value);
        else
            out += text.substr(0, point.bytes);
        text.remove_prefix(point.bytes);
    }
    return out += '"';
}

}  // namespace

std::string quoted(std::string_view text) {
    return quote(text, [](std::string& out, u32 point) {
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", point);
    });
}

std::string quoted_json(std::string_view text) {
    return quote(text, [](std::string& out, u32 point) {
        if (point < 0x10000) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
            return;
        }
        const u32 offset = point - 0x10000;
        fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10),
                       0xDC00 + (offset & 0x3FF));
    });
}

std::string blob_text(Bytes bytes) {
    const auto shown = [](u8 byte) {
        return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\' && byte != '\'';
    };
    // As the other Candid tools: all of it in hexadecimal as soon as it is not plain text.
    const bool plain = std::ranges::all_of(
        bytes, [&](u8 byte) { return (byte >= 0x20 && byte < 0x7F) || byte == '\n'; });
    std::string out;
    out.reserve(bytes.size() * (plain ? 1 : 3));
    for (const u8 byte : bytes) {
        if (plain && shown(byte)) {
            out += char(byte);
            continue;
        }
        constexpr char digits[] = "0123456789abcdef";
        out += {'\\', digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

bool is_identifier(std::string_view word) {
    const auto letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    return !word.empty() && letter(word[0]) &&
           std::ranges::all_of(word, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string name_text(std::string_view name) {
    return is_identifier(name) && !is_keyword(name) ? std::string(name) : quoted(name);
}

}  // namespace icvm::replica::candid
