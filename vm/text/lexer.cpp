#include "vm/text/lexer.hpp"

#include <array>
#include <cstring>

#include "vm/base/bytes.hpp"
#include "vm/base/utf8.hpp"
#include "vm/text/literal.hpp"

namespace icvm::vm {
namespace {

enum CharacterClass : u8 {
    other = 0,
    identifier_character = 1,  ///< of identifiers and keywords (Wasm 6.3.5)
    reserved_punctuation = 2,  ///< of reserved tokens besides (Wasm 6.3.1)
    quote = 4,
    space = 8,
};

constexpr std::array<u8, 256> classes = [] {
    std::array<u8, 256> result{};
    for (int c = '0'; c <= '9'; c++) result[c] = identifier_character;
    for (int c = 'a'; c <= 'z'; c++) result[c] = identifier_character;
    for (int c = 'A'; c <= 'Z'; c++) result[c] = identifier_character;
    for (const u8 c : std::string_view("!#$%&'*+-./:<=>?@\\^_`|~"))
        result[c] = identifier_character;
    for (const u8 c : std::string_view(",;[]{}")) result[c] = reserved_punctuation;
    result['"'] = quote;
    for (const u8 c : std::string_view(" \t\n\r")) result[c] = space;
    return result;
}();

bool is(char c, u8 mask) { return (classes[u8(c)] & mask) != 0; }
bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

size_t code_point_size(char lead) {
    return u8(lead) < 0x80 ? 1 : u8(lead) < 0xE0 ? 2 : u8(lead) < 0xF0 ? 3 : 4;
}

TokenKind kind_of_run(std::string_view run) {
    if (run[0] >= 'a' && run[0] <= 'z') {
        return is_floating_literal(run) ? TokenKind::floating : TokenKind::keyword;
    }
    if (is_natural_literal(run)) return TokenKind::natural;
    if (is_integer_literal(run)) return TokenKind::integer;
    return is_floating_literal(run) ? TokenKind::floating : TokenKind::reserved;
}

}  // namespace

TextError text_error(std::string_view text, u32 offset, std::string reason) {
    return {position_at(text, offset), std::move(reason)};
}

std::unexpected<TextError> Lexer::error(u32 offset, std::string_view reason) const {
    return std::unexpected(text_error(text_, offset, std::string(reason)));
}

Result<Token, TextError> Lexer::next() {
    for (;;) {
        const Token token = TRY(next_or_annotation());
        if (token.kind != TokenKind::annotation) return token;
    }
}

Result<Token, TextError> Lexer::next_or_annotation() {
    if (text_.size() > text_bytes_max) return error(0, "text is too long");
    TRY(skip_space());
    if (offset_ == text_.size()) return token(TokenKind::end, offset_);
    switch (text_[offset_]) {
        case '(':
            if (at("(@")) return annotation();
            offset_++;
            return token(TokenKind::left, offset_ - 1);
        case ')': offset_++; return token(TokenKind::right, offset_ - 1);
        default: return run();
    }
}

Result<Token, TextError> Lexer::skip_to_right() {
    for (u32 depth = 1;;) {
        const Token token = TRY(next());
        if (token.kind == TokenKind::end) return error(token.offset, "unexpected end: a ( is open");
        if (token.kind == TokenKind::left) depth++;
        if (token.kind == TokenKind::right && --depth == 0) return token;
    }
}

Result<void, TextError> Lexer::skip_space() {
    for (;;) {
        while (offset_ < text_.size() && is(text_[offset_], space)) offset_++;
        if (at(";;"))
            TRY(skip_line_comment());
        else if (at("(;"))
            TRY(skip_block_comment());
        else
            return {};
    }
}

Result<void, TextError> Lexer::skip_line_comment() {
    while (offset_ < text_.size() && text_[offset_] != '\n' && text_[offset_] != '\r') {
        TRY(check_code_point());
        offset_ += u32(code_point_size(text_[offset_]));
    }
    return {};
}

Result<void, TextError> Lexer::skip_block_comment() {
    const u32 begin = offset_;
    u32 depth = 0;
    do {
        if (offset_ == text_.size()) return error(begin, "unclosed comment");
        if (at("(;") || at(";)")) {
            depth += text_[offset_] == '(' ? 1 : -1;
            offset_ += 2;
        } else {
            TRY(check_code_point());
            offset_ += u32(code_point_size(text_[offset_]));
        }
    } while (depth != 0);
    return {};
}

Result<void, TextError> Lexer::check_code_point() const {
    const char lead = text_[offset_];
    if (u8(lead) < 0x80) return {};
    if (!is_utf8(bytes_of(text_.substr(offset_, code_point_size(lead)))))
        return error(offset_, "malformed UTF-8 encoding");
    return {};
}

std::unexpected<TextError> Lexer::illegal_character() const {
    if (auto checked = check_code_point(); !checked) return std::unexpected(checked.error());
    return error(offset_, "illegal character");
}

/// A run of identifier characters, strings and punctuation; alone, a string is a token, and so are
/// characters.
Result<Token, TextError> Lexer::run() {
    const u32 begin = offset_;
    if (text_[begin] == '$') return identifier(begin);
    bool only_characters = true;
    TRY(skip_run(only_characters));
    if (offset_ == begin) return illegal_character();
    const std::string_view run = text_.substr(begin, offset_ - begin);
    if (only_characters) return token(kind_of_run(run), begin);
    const bool one_string = run[0] == '"' && literal_end(run) == run.size();
    return token(one_string ? TokenKind::string : TokenKind::reserved, begin);
}

Result<void, TextError> Lexer::skip_run(bool& only_characters) {
    for (; offset_ < text_.size(); offset_++) {
        const char c = text_[offset_];
        if (is(c, identifier_character)) continue;
        if (at(";;")) return {};
        if (!is(c, reserved_punctuation | quote)) return {};
        only_characters = false;
        if (c != '"') continue;
        TRY(skip_string());
        offset_--;
    }
    return {};
}

Result<Token, TextError> Lexer::identifier(u32 begin) {
    const bool quoted = at("$\"");
    if (quoted) {
        offset_++;
        if (auto skipped = skip_string(); !skipped) return error(begin, "empty identifier");
        const std::string name = identifier_name(text_.substr(begin, offset_ - begin));
        if (name.empty()) return error(begin, "empty identifier");
        if (!is_utf8(bytes_of(name))) return error(begin, "malformed UTF-8 encoding");
    }
    bool only_characters = true;
    const u32 rest = offset_;
    TRY(skip_run(only_characters));
    if (quoted) return token(offset_ == rest ? TokenKind::identifier : TokenKind::reserved, begin);
    if (offset_ == begin + 1) return error(begin, "empty identifier");
    return token(only_characters ? TokenKind::identifier : TokenKind::reserved, begin);
}

Result<void, TextError> Lexer::skip_string() {
    const u32 begin = offset_++;
    while (offset_ < text_.size() && text_[offset_] != '"') TRY(skip_character(begin));
    if (offset_ == text_.size()) return error(begin, "unclosed string");
    offset_++;
    return {};
}

Result<void, TextError> Lexer::skip_character(u32 string_begin) {
    const char c = text_[offset_];
    if (c == '\\') return skip_escape(string_begin);
    if (c == '\n' || c == '\r') return error(string_begin, "unclosed string");
    if (u8(c) < 0x20 || c == 0x7F) return error(offset_, "illegal control character in a string");
    TRY(check_code_point());
    offset_ += u32(code_point_size(c));
    return {};
}

Result<void, TextError> Lexer::skip_escape(u32 string_begin) {
    const std::string_view rest = text_.substr(offset_);
    if (rest.size() < 2) return error(string_begin, "unclosed string");
    if (std::strchr("tnr\"'\\", rest[1]) != nullptr && rest[1] != '\0') {
        offset_ += 2;
    } else if (rest.size() > 2 && is_hex_digit(rest[1]) && is_hex_digit(rest[2])) {
        offset_ += 3;
    } else if (const size_t size = unicode_escape_size(rest); size != 0) {
        offset_ += u32(size);
    } else {
        return error(offset_, "illegal escape in a string");
    }
    return {};
}

Result<Token, TextError> Lexer::annotation() {
    const u32 begin = offset_;
    offset_ += 2;
    TRY(skip_annotation_name(begin));
    for (u32 depth = 1; depth != 0;) {
        TRY(skip_space());
        if (offset_ == text_.size()) return error(begin, "unclosed annotation");
        const char c = text_[offset_];
        if (c == '(' || c == ')') {
            depth += c == '(' ? 1 : -1;
            offset_++;
            continue;
        }
        const u32 before = offset_;
        bool only_characters = true;
        TRY(skip_run(only_characters));
        if (offset_ == before) return illegal_character();
    }
    return token(TokenKind::annotation, begin);
}

Result<void, TextError> Lexer::skip_annotation_name(u32 begin) {
    if (at("\"")) {
        const u32 string_begin = offset_;
        if (auto skipped = skip_string(); !skipped) return error(begin, "empty annotation id");
        const std::string name = string_value(text_.substr(string_begin, offset_ - string_begin));
        if (name.empty()) return error(begin, "empty annotation id");
        if (!is_utf8(bytes_of(name))) return error(string_begin, "malformed UTF-8 encoding");
        return {};
    }
    const u32 name_begin = offset_;
    while (offset_ < text_.size() && is(text_[offset_], identifier_character)) offset_++;
    if (offset_ == name_begin) return error(begin, "empty annotation id");
    return {};
}

std::string identifier_name(std::string_view identifier) {
    identifier.remove_prefix(1);
    return identifier.starts_with('"') ? string_value(identifier) : std::string(identifier);
}

u32 annotation_content(const Token& annotation) {
    const std::string_view text = annotation.text.substr(2);
    if (text.starts_with('"')) return annotation.offset + 2 + u32(literal_end(text));
    u32 size = 0;
    while (is(text[size], identifier_character)) size++;
    return annotation.offset + 2 + size;
}

std::string annotation_name(std::string_view annotation) {
    const u32 end = annotation_content({TokenKind::annotation, 0, annotation});
    const std::string_view name = annotation.substr(2, end - 2);
    return name.starts_with('"') ? string_value(name) : std::string(name);
}

}  // namespace icvm::vm
