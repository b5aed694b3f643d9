#include "replica/scenarios/token.hpp"

#include <cctype>
#include <optional>

namespace icvm::replica::scenarios {

namespace {

bool is_word(char character) {
    return std::isalnum(u8(character)) != 0 || character == '_' || character == '*';
}

std::optional<u8> digit(char character, u8 base) {
    u8 value = 255;
    if (character >= '0' && character <= '9') value = u8(character - '0');
    if (character >= 'a' && character <= 'f') value = u8(character - 'a' + 10);
    if (character >= 'A' && character <= 'F') value = u8(character - 'A' + 10);
    return value < base ? std::optional(value) : std::nullopt;
}

/// Cuts tokens off the front of a text.
class Tokenizer {
public:
    explicit Tokenizer(std::string_view text) : rest_(text) {}

    bool skip_space() {
        while (!rest_.empty() && std::isspace(u8(rest_[0])) != 0) rest_.remove_prefix(1);
        return !rest_.empty();
    }

    Result<Token, std::string> token() {
        if (rest_[0] == '"') return string();
        if (rest_.starts_with("x\"")) return hex();
        if (rest_[0] == '`') return candid();
        if (std::isdigit(u8(rest_[0])) != 0) return number();
        if (is_word(rest_[0])) return Token{Token::Kind::word, word(), 0};
        if (rest_.starts_with("=>")) return symbol(2);
        if (std::string_view("(){},=+-:").contains(rest_[0])) return symbol(1);
        return std::unexpected("unexpected '" + std::string(rest_.substr(0, 1)) + "'");
    }

private:
    std::string word() {
        size_t size = 0;
        while (size < rest_.size() && is_word(rest_[size])) size++;
        return cut(size);
    }
    std::string cut(size_t size) {
        std::string text(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return text;
    }
    Token symbol(size_t size) { return {Token::Kind::symbol, cut(size), 0}; }

    Result<Token, std::string> number() {
        const std::string text = word();
        const bool hexadecimal = text.starts_with("0x");
        Token token{Token::Kind::number, text, 0};
        for (const char character : std::string_view(text).substr(hexadecimal ? 2 : 0)) {
            if (character == '_') continue;
            const auto value = digit(character, hexadecimal ? 16 : 10);
            if (!value) return std::unexpected("not a number: " + text);
            token.number = token.number * (hexadecimal ? 16 : 10) + *value;
        }
        return token;
    }

    Result<Token, std::string> string() {
        Token token{Token::Kind::string, {}, 0};
        for (size_t i = 1; i < rest_.size(); i++) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return token;
            }
            if (rest_[i] != '\\') {
                token.text += rest_[i];
                continue;
            }
            const char escaped = i + 1 < rest_.size() ? rest_[i + 1] : '\0';
            const auto high = digit(escaped, 16);
            const auto low = i + 2 < rest_.size() ? digit(rest_[i + 2], 16) : std::nullopt;
            if (escaped == 'n' || escaped == 't')
                token.text += escaped == 'n' ? '\n' : '\t';
            else if (escaped == '"' || escaped == '\\')
                token.text += escaped;
            else if (high && low)
                token.text += char(*high * 16 + *low), i++;
            else
                return std::unexpected("no such escape: \\" + std::string(1, escaped));
            i++;
        }
        return std::unexpected("a string does not end");
    }

    Result<Token, std::string> hex() {
        Token token{Token::Kind::hex, {}, 0};
        std::string digits;
        size_t i = 2;
        for (; i < rest_.size() && rest_[i] != '"'; i++)
            if (rest_[i] != ' ' && rest_[i] != '\n') digits += rest_[i];
        if (i == rest_.size() || digits.size() % 2 != 0) return std::unexpected("bad x\"…\"");
        for (size_t at = 0; at < digits.size(); at += 2) {
            const auto high = digit(digits[at], 16), low = digit(digits[at + 1], 16);
            if (!high || !low) return std::unexpected("bad x\"…\"");
            token.text += char(*high * 16 + *low);
        }
        rest_.remove_prefix(i + 1);
        return token;
    }

    Result<Token, std::string> candid() {
        const size_t end = rest_.find('`', 1);
        if (end == std::string_view::npos) return std::unexpected("Candid text does not end");
        Token token{Token::Kind::candid, std::string(rest_.substr(1, end - 1)), 0};
        rest_.remove_prefix(end + 1);
        return token;
    }

    std::string_view rest_;
};

}  // namespace

Result<std::vector<Token>, std::string> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    Tokenizer tokenizer(text);
    while (tokenizer.skip_space()) tokens.push_back(TRY(tokenizer.token()));
    return tokens;
}

}  // namespace icvm::replica::scenarios
