#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica::scenarios {

/// A word of a scenario's command.
struct Token {
    enum class Kind : u8 {
        end,
        word,    ///< update, A, IC0503
        number,  ///< 12, 1_000, 0xff, up to 128 bits
        string,  ///< "…" with \n \t \" \\ and \hh; $NAME in it stands for a variable
        hex,     ///< x"00 ff"
        candid,  ///< `(record {})`: Candid text; $NAME as in a string
        symbol,  ///< one of ( ) { } , = + - : or =>
    } kind = Kind::end;
    std::string text;  ///< of a string what it means, of hex the bytes
    u128 number = 0;

    bool is(std::string_view symbol_or_word) const {
        return (kind == Kind::symbol || kind == Kind::word) && text == symbol_or_word;
    }
};

/// An error says what is wrong.
Result<std::vector<Token>, std::string> tokenize(std::string_view text);

/// Reads tokens one after the other; behind the last one they are `end`.
class TokenReader {
public:
    explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    const Token& peek(size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end_;
    }
    const Token& next() {
        const Token& token = peek();
        if (at_ < tokens_.size()) at_++;
        return token;
    }
    bool take(std::string_view symbol_or_word) {
        if (!peek().is(symbol_or_word)) return false;
        next();
        return true;
    }
    bool at_end() const { return at_ == tokens_.size(); }

private:
    std::vector<Token> tokens_;
    size_t at_ = 0;
    Token end_;
};

}  // namespace icvm::replica::scenarios
