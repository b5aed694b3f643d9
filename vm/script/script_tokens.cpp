#include "vm/script/script_tokens.hpp"

namespace icvm::vm {

Result<void, TextError> ScriptTokens::advance() {
    token_ = TRY(lexer_.next());
    return {};
}

Result<Token, TextError> ScriptTokens::take(TokenKind kind, std::string_view what) {
    if (token_.kind != kind) return error("unexpected token, " + std::string(what) + " expected");
    const Token taken = token_;
    TRY(advance());
    return taken;
}

Result<std::string, TextError> ScriptTokens::take_string() {
    return string_value(TRY(take(TokenKind::string, "a string")).text);
}

Result<std::string, TextError> ScriptTokens::take_identifier_if_any() {
    if (!at(TokenKind::identifier)) return std::string();
    return "$" + identifier_name(TRY(take(TokenKind::identifier, "an identifier")).text);
}

Result<u32, TextError> ScriptTokens::skip_past_right() {
    lexer_ = Lexer(text_, token_.offset);
    const Token right = TRY(lexer_.skip_to_right());
    TRY(advance());
    return right.end();
}

std::unexpected<TextError> ScriptTokens::error_at(const Token& token, std::string reason) const {
    return std::unexpected(text_error(text_, token.offset, std::move(reason)));
}

}  // namespace icvm::vm
