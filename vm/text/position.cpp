#include "vm/text/position.hpp"

#include <algorithm>

namespace icvm::vm {
namespace {

bool continues_code_point(char byte) { return (u8(byte) & 0xC0) == 0x80; }

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
        if (!continues_code_point(line[i])) result += line[i] == '\t' ? '\t' : ' ';
    result += "^\n";
    return result;
}

}  // namespace icvm::vm
