#pragma once

#include <string>
#include <string_view>

#include "vm/base/result.hpp"
#include "vm/text/position.hpp"

/// The tokens of the text format (Wasm 6.3), for modules and for scripts.

namespace icvm::vm {

/// A text is at most that long: offsets have 32 bits.
inline constexpr size_t text_bytes_max = size_t(1) << 30;

enum class TokenKind : u8 {
    end,         ///< of the text
    left,        ///< (
    right,       ///< )
    keyword,     ///< begins with a lower-case letter; may be one that nobody knows
    natural,     ///< 7, 0x7
    integer,     ///< -7, +0x7
    floating,    ///< 1.5, -0x1p4, inf, -nan:0x1
    string,      ///< "…", its escapes are well-formed
    identifier,  ///< $x, $"x"
    annotation,  ///< (@name …), all of it
    reserved,    ///< a run of characters that is none of these (Wasm 6.3.1)
};

struct Token {
    TokenKind kind = TokenKind::end;
    u32 offset = 0;  ///< in the text, in bytes
    std::string_view text;

    u32 end() const { return offset + u32(text.size()); }
};

/// Reads tokens from the front of a text. White space and comments are skipped.
class Lexer {
public:
    /// Starts at `offset` in `text`; what stands before is only counted in positions.
    explicit Lexer(std::string_view text, u32 offset = 0) : text_(text), offset_(offset) {}

    /// The next token, an annotation being one.
    Result<Token, TextError> next_or_annotation();

    /// The next token that is no annotation.
    Result<Token, TextError> next();

    /// After a `(`: skips what is left up to the `)` that closes it, and gives that.
    /// `text.substr(left.offset, right.end() - left.offset)` is then the whole of it.
    Result<Token, TextError> skip_to_right();

    std::string_view text() const { return text_; }

private:
    bool at(std::string_view expected) const { return text_.substr(offset_).starts_with(expected); }
    std::unexpected<TextError> error(u32 offset, std::string_view reason) const;
    Token token(TokenKind kind, u32 begin) const {
        return {kind, begin, text_.substr(begin, offset_ - begin)};
    }

    Result<void, TextError> skip_space();
    Result<void, TextError> skip_line_comment();
    Result<void, TextError> skip_block_comment();
    Result<void, TextError> skip_string();
    Result<void, TextError> skip_escape(u32 string_begin);
    Result<void, TextError> skip_character(u32 string_begin);
    Result<void, TextError> skip_run(bool& only_characters);
    Result<void, TextError> check_code_point() const;
    std::unexpected<TextError> illegal_character() const;
    Result<Token, TextError> run();
    Result<Token, TextError> identifier(u32 begin);
    Result<Token, TextError> annotation();
    Result<void, TextError> skip_annotation_name(u32 begin);

    std::string_view text_;
    u32 offset_;
};

/// The bytes that a well-formed string literal stands for, quotes and escapes resolved.
std::string string_value(std::string_view literal);

/// The name of an identifier without its `$`, quoted or not: $x and $"x" are the same.
std::string identifier_name(std::string_view identifier);

/// The name of an annotation: of (@custom "x"), "custom".
std::string annotation_name(std::string_view annotation);

/// Where what follows the name of an annotation begins.
u32 annotation_content(const Token& annotation);

/// An error at `offset`.
TextError text_error(std::string_view text, u32 offset, std::string reason);

}  // namespace icvm::vm
