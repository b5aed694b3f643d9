#include "vm/text/position.hpp"

#include <algorithm>

namespace icvm::vm {
namespace {

bool continues_code_point(char byte) { return (u8(byte) & 0xC0) == 0x80; }

struct CodePoints {
    u32 first, last;
};
/// What terminals show in two columns: East Asian scripts and pictures.
constexpr CodePoints wide[] = {
    {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

/// What `text` begins with, when it is well-formed.
u32 code_point_of(std::string_view text) {
    const u8 lead = u8(text[0]);
    u32 value = lead < 0x80   ? lead
                : lead < 0xE0 ? lead & 0x1F
                : lead < 0xF0 ? lead & 0xF
                              : lead & 7;
    for (size_t i = 1; i < text.size() && continues_code_point(text[i]) && i < 4; i++)
        value = (value << 6) | (u8(text[i]) & 0x3F);
    return value;
}

/// As wide as what `text` begins with.
std::string_view blank_below(std::string_view text) {
    if (text[0] == '\t') return "\t";
    const u32 code_point = code_point_of(text);
    for (const CodePoints& range : wide)
        if (code_point >= range.first && code_point <= range.last) return "\u3000";
    return " ";
}

/// The longest part of a line that is quoted, in bytes.
constexpr size_t quoted_bytes_max = 160;
/// Of those, how many stand before the place that is meant.
constexpr size_t quoted_before = 100;

std::string_view line_of(std::string_view text, u32 line) {
    size_t begin = 0;
    for (u32 i = 1; i < line; i++) {
        const size_t newline = text.find_first_of("\r\n", begin);
        if (newline == std::string_view::npos) return {};
        begin = newline + (text.substr(newline).starts_with("\r\n") ? 2 : 1);
    }
    return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

}  // namespace

Position PositionCursor::at(u32 offset) {
    for (; offset_ < offset && offset_ < text_.size(); offset_++) {
        const char c = text_[offset_];
        const bool newline =
            c == '\n' || (c == '\r' && !text_.substr(offset_ + 1).starts_with('\n'));
        if (newline)
            position_ = {position_.line + 1, 1};
        else if (!continues_code_point(c))
            position_.column++;
    }
    return position_;
}

Position position_at(std::string_view text, u32 offset) { return PositionCursor(text).at(offset); }

std::string quote_line(std::string_view text, Position position) {
    const std::string_view line = line_of(text, position.line);
    size_t at = 0;
    for (u32 column = 1; column < position.column && at < line.size();) {
        at++;
        if (at == line.size() || !continues_code_point(line[at])) column++;
    }
    // A very long line is quoted around the place, from a code point on.
    size_t begin = at > quoted_before ? at - quoted_before : 0;
    while (begin < at && continues_code_point(line[begin])) begin++;
    size_t end = std::min(line.size(), begin + quoted_bytes_max);
    while (end < line.size() && continues_code_point(line[end])) end++;
    std::string result(line.substr(begin, end - begin));
    for (char& c : result)
        if (u8(c) < 0x20 && c != '\t') c = ' ';
    result += '\n';
    for (size_t i = begin; i < at; i++)
        if (!continues_code_point(line[i])) result += blank_below(line.substr(i));
    result += "^\n";
    return result;
}

}  // namespace icvm::vm
