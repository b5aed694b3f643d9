#pragma once

#include <string>
#include <string_view>

#include "vm/text/lexer.hpp"

namespace icvm::vm {

/// The tokens of a script, with one of them in view, and positions in ascending order.
class ScriptTokens {
public:
    explicit ScriptTokens(std::string_view text) : text_(text), lexer_(text), cursor_(text) {}

    /// Before anything else: brings the first token into view.
    Result<void, TextError> start() { return advance(); }

    const Token& token() const { return token_; }
    bool at(TokenKind kind) const { return token_.kind == kind; }
    bool at_keyword(std::string_view word) const {
        return at(TokenKind::keyword) && token_.text == word;
    }
    Result<void, TextError> advance();
    /// The token in view, which must be of that kind; `what` names it in the error.
    Result<Token, TextError> take(TokenKind kind, std::string_view what);
    Result<std::string, TextError> take_string();
    /// "$x" of an identifier, however it is written; empty when none is in view.
    Result<std::string, TextError> take_identifier_if_any();
    /// Goes behind the `)` that closes what is open, and gives the offset there.
    Result<u32, TextError> skip_past_right();

    /// Of a token that is not before those asked for earlier.
    Position position_of(const Token& token) { return cursor_.at(token.offset); }
    /// At the token in view, or at one before.
    std::unexpected<TextError> error(std::string reason) const { return error_at(token_, reason); }
    std::unexpected<TextError> error_at(const Token& token, std::string reason) const;
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    Lexer lexer_;
    PositionCursor cursor_;
    Token token_;
};

}  // namespace icvm::vm
