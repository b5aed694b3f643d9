#include "replica/candid/lexer.hpp"

#include <algorithm>

#include "replica/candid/escape.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::candid {

namespace {

constexpr size_t shown_characters_max = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool is_word_character(char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

u8 hex_value(char c) { return u8(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10); }

void append_utf8(std::string& out, u32 point) {
    const auto trailing = [](u32 bits) { return char(0x80 | (bits & 0x3F)); };
    if (point < 0x80) {
        out += char(point);
    } else if (point < 0x800) {
        out += {char(0xC0 | point >> 6), trailing(point)};
    } else if (point < 0x10000) {
        out += {char(0xE0 | point >> 12), trailing(point >> 6), trailing(point)};
    } else {
        out += {char(0xF0 | point >> 18), trailing(point >> 12), trailing(point >> 6),
                trailing(point)};
    }
}

/// Reads "{hex}" of "\u{hex}" at the front of `rest`; nothing unless it is a Unicode scalar value.
bool unescape_code_point(std::string_view& rest, std::string& out) {
    const size_t close = rest.find('}');
    if (!rest.starts_with('{') || close == rest.npos || close == 1 || rest[1] == '_') return false;
    u64 point = 0;
    for (const char c : rest.substr(1, close - 1)) {
        if (c == '_') continue;
        if (!is_hex_digit(c)) return false;
        point = std::min<u64>(point * 16 + hex_value(c), 0x110000);
    }
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    append_utf8(out, u32(point));
    rest.remove_prefix(close + 1);
    return true;
}

/// Reads what follows a backslash at the front of `rest`.
bool unescape_one(std::string_view& rest, std::string& out) {
    if (rest.empty()) return false;
    const char letter = rest[0];
    if (rest.size() >= 2 && is_hex_digit(letter) && is_hex_digit(rest[1])) {
        out += char(hex_value(letter) << 4 | hex_value(rest[1]));
        rest.remove_prefix(2);
        return true;
    }
    rest.remove_prefix(1);
    switch (letter) {
        case 'n': out += '\n'; return true;
        case 'r': out += '\r'; return true;
        case 't': out += '\t'; return true;
        case '\\':
        case '"':
        case '\'': out += letter; return true;
        case 'u': return unescape_code_point(rest, out);
        default: return false;
    }
}

}  // namespace

ValueError text_error(std::string_view source, u32 position, std::string message) {
    const std::string_view before = source.substr(0, position);
    const size_t line_start = before.rfind('\n') + 1;
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = 1 + std::ranges::count_if(before.substr(line_start),
                                                  [](char c) { return (u8(c) & 0xC0) != 0x80; });
    return {u32(line), u32(column), std::move(message)};
}

Lexer::Lexer(std::string_view source) : source_(source) {
    if (source.size() > text_bytes_max) {
        source_ = {};
        token_ = fail("the text is longer than 1 GiB");
    } else {
        token_ = read();
    }
}

Token Lexer::next() {
    const Token token = token_;
    if (!failed_) token_ = read();
    return token;
}

bool Lexer::skip(std::string_view written) {
    if (!token_.is(written)) return false;
    next();
    return true;
}

Result<void, ValueError> Lexer::expect(std::string_view written) {
    if (!skip(written)) return std::unexpected(expected("\"" + std::string(written) + "\""));
    return {};
}

bool Lexer::followed_by(std::string_view mark) const {
    Lexer ahead = *this;
    return !ahead.failed_ && (ahead.next(), ahead.token_.is(mark));
}

ValueError Lexer::expected(std::string_view what) const {
    if (failed_) return error_;
    std::string message = "expected " + std::string(what) + ", found ";
    if (token_.kind == TokenKind::end)
        message += "the end";
    else if (token_.kind == TokenKind::text)
        message += "text";
    else if (token_.source.size() > shown_characters_max)
        message += std::string(token_.source.substr(0, shown_characters_max)) + "…";
    else
        message += "\"" + std::string(token_.source) + "\"";
    return error_at(token_.position, std::move(message));
}

Token Lexer::fail(std::string message) {
    failed_ = true;
    error_ = error_at(position_, std::move(message));
    return {TokenKind::end, position_, {}};
}

/// Whether the space and the comments end properly.
bool Lexer::skip_space() {
    u32 comment_depth = 0;
    u32 comment_start = 0;
    while (position_ < source_.size()) {
        const std::string_view rest = source_.substr(position_);
        if (rest.starts_with("/*")) {
            if (comment_depth++ == 0) comment_start = position_;
            position_ += 2;
        } else if (comment_depth > 0) {
            const bool close = rest.starts_with("*/");
            comment_depth -= close;
            position_ += close ? 2 : 1;
        } else if (rest.starts_with("//")) {
            position_ += u32(std::min(rest.find('\n'), rest.size()));
        } else if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n') {
            position_++;
        } else {
            break;
        }
    }
    if (comment_depth > 0) position_ = comment_start;
    return comment_depth == 0;
}

size_t Lexer::number_length(TokenKind& kind) const {
    const std::string_view rest = source_.substr(position_);
    const bool hex = rest.starts_with("0x") || rest.starts_with("0X");
    const auto digits_from = [&](size_t i) {
        while (i < rest.size() &&
               (rest[i] == '_' || (hex ? is_hex_digit(rest[i]) : is_digit(rest[i]))))
            i++;
        return i;
    };
    kind = hex ? TokenKind::hexadecimal : TokenKind::decimal;
    size_t end = digits_from(hex ? 2 : 0);
    if (end < rest.size() && rest[end] == '.') {
        kind = TokenKind::floating;
        end = digits_from(end + 1);
    }
    const char exponent = hex ? 'p' : 'e';
    if (end < rest.size() && (rest[end] | 0x20) == exponent) {
        size_t digits = end + 1;
        if (digits < rest.size() && (rest[digits] == '+' || rest[digits] == '-')) digits++;
        if (digits < rest.size() && is_digit(rest[digits])) {
            kind = TokenKind::floating;
            while (digits < rest.size() && (is_digit(rest[digits]) || rest[digits] == '_'))
                digits++;
            end = digits;
        }
    }
    return end;
}

/// 0 when the text does not end.
size_t Lexer::text_length() {
    for (size_t i = position_ + 1; i < source_.size(); i++) {
        if (source_[i] == '"') return i + 1 - position_;
        if (source_[i] == '\\') i++;
    }
    return 0;
}

Token Lexer::read() {
    if (!skip_space()) return fail("this comment does not end");
    if (position_ == source_.size()) return {TokenKind::end, position_, {}};
    const std::string_view rest = source_.substr(position_);
    const char first = rest[0];
    TokenKind kind = TokenKind::mark;
    size_t length = 1;
    if (is_digit(first) || (first == '.' && rest.size() > 1 && is_digit(rest[1]))) {
        length = number_length(kind);
        if (length < rest.size() && is_word_character(rest[length])) return fail("no number");
        const bool hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
        if (hexadecimal && (length == 2 || !is_hex_digit(rest[2]))) return fail("no number");
    } else if (is_word_character(first)) {
        kind = TokenKind::word;
        length = size_t(std::ranges::find_if_not(rest, is_word_character) - rest.begin());
    } else if (first == '"') {
        kind = TokenKind::text;
        length = text_length();
        if (length == 0) return fail("this text does not end");
    } else if (rest.starts_with("->")) {
        length = 2;
    } else if (std::string_view("(){};,.:=+-").find(first) == std::string_view::npos) {
        return fail("a character that means nothing here");
    }
    const Token token{kind, position_, rest.substr(0, length)};
    position_ += u32(length);
    return token;
}

Result<std::string, ValueError> unescape(const Lexer& lexer, const Token& text) {
    std::string_view rest = text.source.substr(1, text.source.size() - 2);
    std::string out;
    out.reserve(rest.size());
    while (!rest.empty()) {
        const size_t plain = std::min(rest.find('\\'), rest.size());
        out += rest.substr(0, plain);
        rest.remove_prefix(plain);
        if (rest.empty()) break;
        const u32 position = u32(rest.data() - lexer.source().data());
        rest.remove_prefix(1);
        if (!unescape_one(rest, out))
            return std::unexpected(lexer.error_at(
                position, "no escape: \\n \\r \\t \\\\ \\\" \\' \\hh \\u{…} are the escapes"));
    }
    return out;
}

Result<std::string, ValueError> unescape_text(const Lexer& lexer, const Token& text) {
    std::string out = TRY(unescape(lexer, text));
    if (!is_utf8(bytes_of(out)))
        return std::unexpected(lexer.error_at(text.position, "this text is not UTF-8"));
    return out;
}

std::string digits_of(const Token& number) {
    std::string_view digits = number.source;
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    std::string out;
    std::ranges::copy_if(digits, std::back_inserter(out), [](char c) { return c != '_'; });
    return out;
}

}  // namespace icvm::replica::candid
