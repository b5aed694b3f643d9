#include "vm/text/token_reader.hpp"

#include "vm/text/instruction_names.hpp"

namespace icvm::vm {
namespace {

/// The annotations that mean something here; others are comments (Wasm 6.3.6).
bool has_meaning(const Token& annotation) {
    const std::string name = annotation_name(annotation.text);
    return name == "custom" || name == "name" || name == "metadata.code.branch_hint" ||
           name == "encoding";
}

/// So many bytes of a token are shown.
constexpr size_t shown_bytes_max = 40;

}  // namespace

std::string shown(std::string_view token) {
    if (token.size() <= shown_bytes_max) return std::string(token);
    size_t size = shown_bytes_max;
    while (size > 0 && (u8(token[size]) & 0xC0) == 0x80) size--;
    return std::string(token.substr(0, size)) + "…";
}

Result<void, TextError> TokenReader::start(u32 offset, Annotations annotations) {
    mode_ = annotations;
    lexer_ = Lexer(text_, offset);
    annotations_.clear();
    TRY(advance());
    return advance();
}

Result<void, TextError> TokenReader::advance() {
    current_ = second_;
    for (;;) {
        second_ = TRY(lexer_.next_or_annotation());
        if (second_.kind != TokenKind::annotation) return {};
        if (mode_ == Annotations::kept && has_meaning(second_)) annotations_.push_back(second_);
    }
}

Result<Token, TextError> TokenReader::next() {
    if (!annotations_.empty() && annotations_.front().offset < current_.offset) {
        const Token& annotation = annotations_.front();
        return error(annotation.offset,
                     "misplaced @" + annotation_name(annotation.text) + " annotation");
    }
    const Token token = current_;
    if (token.kind != TokenKind::end) TRY(advance());
    return token;
}

bool TokenReader::take_annotation(Token& annotation) {
    if (annotations_.empty() || annotations_.front().offset > current_.offset) return false;
    annotation = annotations_.front();
    annotations_.pop_front();
    return true;
}

bool TokenReader::take_annotation(std::string_view name, Token& annotation) {
    return !annotations_.empty() && annotation_name(annotations_.front().text) == name &&
           take_annotation(annotation);
}

Result<Token, TextError> TokenReader::expect(TokenKind kind, std::string_view expected) {
    if (current_.kind != kind) return unexpected(expected);
    return next();
}

Result<bool, TextError> TokenReader::accept_left(std::string_view word) {
    if (!is_left(word)) return false;
    TRY(next());
    TRY(next());
    return true;
}

Result<bool, TextError> TokenReader::accept_word(std::string_view word) {
    if (!is_word(word)) return false;
    TRY(next());
    return true;
}

Result<void, TextError> TokenReader::expect_right() {
    TRY(expect(TokenKind::right, "\")\""));
    return {};
}

Result<void, TextError> TokenReader::skip_to_right() {
    Token annotation;
    for (u32 depth = 1; depth != 0;) {
        while (take_annotation(annotation)) {
        }
        if (is(TokenKind::end)) {
            is_incomplete_ = true;
            return {};
        }
        const Token token = TRY(next());
        if (token.kind == TokenKind::left) depth++;
        if (token.kind == TokenKind::right) depth--;
    }
    return {};
}

bool TokenReader::is_unknown() const {
    if (current_.kind == TokenKind::reserved) return true;
    return current_.kind == TokenKind::keyword && !is_keyword(current_.text) &&
           find_instruction(current_.text) == nullptr;
}

std::unexpected<TextError> TokenReader::unexpected(std::string_view expected) const {
    const std::string wanted = expected.empty() ? "" : "; expected " + std::string(expected);
    if (current_.kind == TokenKind::end)
        return error(current_.offset, "unexpected token: the text ends" + wanted);
    const bool is_clause = is(TokenKind::left) && second_.kind == TokenKind::keyword;
    const std::string token = shown(current_.text) + (is_clause ? shown(second_.text) : "");
    if (!is_unknown()) return error(current_.offset, "unexpected token " + token + wanted);
    const std::string_view similar = similar_word(current_.text);
    return error(current_.offset,
                 "unknown operator " + token +
                     (similar.empty() ? wanted : "; did you mean " + std::string(similar) + "?"));
}

}  // namespace icvm::vm
