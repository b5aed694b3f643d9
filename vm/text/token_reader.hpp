#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "vm/text/lexer.hpp"

namespace icvm::vm {

/// Whether annotations that mean something are kept.
enum class Annotations : u8 { kept, dropped };

/// The tokens of a module, with the annotations that mean something kept aside: whoever reads a
/// place where they may stand takes them, and one that nobody took is misplaced. The one after the
/// current token is known, too.
class TokenReader {
public:
    explicit TokenReader(std::string_view text) : lexer_(text), text_(text) {}

    /// Goes to `offset`, where a token begins.
    Result<void, TextError> start(u32 offset, Annotations annotations);

    const Token& peek() const { return current_; }
    const Token& peek_second() const { return second_; }
    bool is(TokenKind kind) const { return current_.kind == kind; }
    bool is_word(std::string_view word) const {
        return current_.kind == TokenKind::keyword && current_.text == word;
    }
    /// At `(word`.
    bool is_left(std::string_view word) const {
        return current_.kind == TokenKind::left && second_.kind == TokenKind::keyword &&
               second_.text == word;
    }
    bool is_number() const {
        return current_.kind == TokenKind::natural || current_.kind == TokenKind::integer ||
               current_.kind == TokenKind::floating;
    }
    bool is_index() const {
        return current_.kind == TokenKind::natural || current_.kind == TokenKind::identifier;
    }
    /// At a token that means nothing anywhere.
    bool is_unknown() const;
    std::string_view text() const { return text_; }

    /// Reads the current token.
    Result<Token, TextError> next();
    /// Reads the current token, which must be that; `expected` says so to people.
    Result<Token, TextError> expect(TokenKind kind, std::string_view expected);
    /// Reads `(word` if it is there.
    Result<bool, TextError> accept_left(std::string_view word);
    Result<bool, TextError> accept_word(std::string_view word);
    Result<void, TextError> expect_right();
    /// Inside of parentheses: reads up to the `)` that closes them, and that, or to the end of the
    /// text. Annotations inside are dropped.
    Result<void, TextError> skip_to_right();
    /// Whether a skip found the end of the text.
    bool is_incomplete() const { return is_incomplete_; }

    /// Takes the first annotation before the current token; false: there is none.
    bool take_annotation(Token& annotation);
    /// The same, if it has that name.
    bool take_annotation(std::string_view name, Token& annotation);

    /// The current token cannot stand here.
    std::unexpected<TextError> unexpected(std::string_view expected) const;
    std::unexpected<TextError> error(u32 offset, std::string reason) const {
        return std::unexpected(text_error(text_, offset, std::move(reason)));
    }

private:
    Result<void, TextError> advance();

    Lexer lexer_;
    std::string_view text_;
    Token current_;
    Token second_;
    Annotations mode_ = Annotations::kept;
    bool is_incomplete_ = false;
    std::deque<Token> annotations_;  ///< that nobody took yet
};

/// The token for a message: quoted, shortened.
std::string shown(std::string_view token);

}  // namespace icvm::vm
