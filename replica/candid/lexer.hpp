#pragma once

/// The words of Candid text: .did files and values alike (Candid spec, "Values").

#include <string>
#include <string_view>

#include "replica/candid/candid.hpp"
#include "vm/base/integers.hpp"

namespace icvm::replica::candid {

enum class TokenKind : u8 {
    end,
    word,         ///< identifier or keyword
    text,         ///< in quotes
    decimal,      ///< digits, perhaps with "_"
    hexadecimal,  ///< "0x" and digits
    floating,     ///< with a dot or exponent, perhaps hexadecimal
    mark,         ///< one of ( ) { } ; , . : = + - or "->"
};

struct Token {
    TokenKind kind = TokenKind::end;
    u32 position = 0;         ///< offset of its first byte
    std::string_view source;  ///< as written, the quotes of a text included

    bool is(std::string_view written) const {
        return source == written && kind != TokenKind::text && kind != TokenKind::end;
    }
};

/// Longer text is refused, so that a position fits into 32 bits.
constexpr size_t text_bytes_max = size_t(1) << 30;

/// Where `position` is in `source`, counting from 1, a column being a code point.
ValueError text_error(std::string_view source, u32 position, std::string message);

/// Holds one token ahead; stops at the first error and says it then and ever after.
class Lexer {
public:
    /// `source` must outlive the lexer.
    explicit Lexer(std::string_view source);

    const Token& peek() const { return token_; }
    /// The error that the current token could not be read with, if any: it looks like the end.
    bool failed() const { return failed_; }
    Token next();
    /// Goes past the current token if it is this mark or word.
    bool skip(std::string_view written);
    Result<void, ValueError> expect(std::string_view written);
    /// The token after the current one is this mark (an identifier before ":" is a label).
    bool followed_by(std::string_view mark) const;

    /// "expected WHAT, found …" at the current token, or the error of reading it.
    ValueError expected(std::string_view what) const;
    ValueError error_at(u32 position, std::string message) const {
        return text_error(source_, position, std::move(message));
    }
    std::string_view source() const { return source_; }

private:
    Token read();
    bool skip_space();
    size_t number_length(TokenKind& kind) const;
    size_t text_length();
    Token fail(std::string message);

    std::string_view source_;
    u32 position_ = 0;
    Token token_;
    bool failed_ = false;
    ValueError error_;
};

/// What a text token says, escapes replaced. Bytes, because "\hh" may make them no UTF-8.
Result<std::string, ValueError> unescape(const Lexer& lexer, const Token& text);
/// The same, but it must be UTF-8.
Result<std::string, ValueError> unescape_text(const Lexer& lexer, const Token& text);
/// The digits of a number, without underscores and "0x".
std::string digits_of(const Token& number);

}  // namespace icvm::replica::candid
