#include "replica/scenarios/expectation.hpp"

#include <optional>

#include "replica/scenarios/assembler.hpp"
#include "replica/scenarios/candid_text.hpp"

namespace icvm::replica::scenarios {

namespace {

constexpr std::string_view documentation =
    " See documentation: https://internetcomputer.org/docs/current/references/execution-errors#";
constexpr std::string_view trap_help =
    "Consider gracefully handling failures from this canister or altering the canister to handle "
    "exceptions.";

/// "Error from Canister <id>: <text>.", and help.
std::string wrapped(const std::string& canister, const std::string& text, std::string_view anchor) {
    return "Error from Canister " + canister + ": " + text + ".\n" + std::string(trap_help) +
           std::string(documentation) + std::string(anchor);
}

std::string quoted(Bytes bytes) {
    static constexpr char hexadecimal[] = "0123456789abcdef";
    std::string text = "\"";
    for (const u8 byte : bytes.subspan(0, std::min<size_t>(bytes.size(), 2000))) {
        if (byte == '\n')
            text += "\\n";
        else if (byte == '"' || byte == '\\' || byte < ' ' || byte > '~')
            (text += '\\') += {hexadecimal[byte >> 4], hexadecimal[byte & 15]};
        else
            text += char(byte);
    }
    return text + (bytes.size() > 2000 ? "…\"" : "\"");
}

class Expectation {
public:
    Expectation(TokenReader& tokens, const Variables& variables, const Outcome& outcome,
                const std::string& canister)
        : tokens_(tokens), variables_(variables), outcome_(outcome), canister_(canister) {}

    Result<void, std::string> check() {
        if (tokens_.take("done")) return hold(outcome_.kind <= Outcome::Kind::reply, "success");
        if (tokens_.take("any")) return hold(outcome_.kind <= Outcome::Kind::reject, "an answer");
        if (tokens_.take("unanswered"))
            return hold(outcome_.kind == Outcome::Kind::unanswered, "no answer");
        if (tokens_.take("reply")) return reply();
        if (tokens_.take("reject")) return reject();
        if (tokens_.take("trap"))
            return error(
                "IC0503",
                wrapped(canister_, "Canister called `ic0.trap` with message: '" + TRY(text()) + "'",
                        "trapped-explicitly"));
        if (tokens_.take("trapped"))
            return error("IC0502",
                         wrapped(canister_, "Canister trapped: " + TRY(text()), "trapped"));
        if (tokens_.take("violates")) return violates();
        if (tokens_.take("silent"))
            return error("IC0506", "Canister " + canister_ + " did not reply to the call");
        if (tokens_.take("more")) return compare(true);
        if (tokens_.take("less")) return compare(false);
        return bytes();
    }

private:
    static Result<void, std::string> hold(bool holds, const std::string& expected) {
        if (holds) return {};
        return std::unexpected(expected);
    }
    bool is_reply() const { return outcome_.kind == Outcome::Kind::reply; }
    Result<std::string, std::string> text() {
        const ByteVector bytes = TRY(read_bytes(tokens_, variables_));
        return std::string(text_of(bytes));
    }

    Result<void, std::string> bytes() {
        const Token& token = tokens_.peek();
        ByteVector expected;
        const auto variable = variables_.find(token.text);
        const bool number = token.kind == Token::Kind::number ||
                            (token.kind == Token::Kind::word && variable != variables_.end() &&
                             variable->second.kind == Variable::Kind::number);
        if (number) {
            const std::string written = digits(TRY(read_number(tokens_, variables_)));
            expected.assign(written.begin(), written.end());
        } else if (!begins_bytes(token, variables_)) {
            return std::unexpected("(what is expected is not understood)");
        }
        while (begins_bytes(tokens_.peek(), variables_)) {
            const ByteVector more = TRY(read_bytes(tokens_, variables_));
            expected.insert(expected.end(), more.begin(), more.end());
        }
        return hold(is_reply() && outcome_.bytes == expected, "reply " + quoted(expected));
    }

    Result<void, std::string> compare(bool more) {
        const u128 bound = TRY(read_number(tokens_, variables_));
        u128 value = 0;
        for (const u8 digit : outcome_.bytes) value = value * 10 + u8(digit - '0');
        return hold(is_reply() && (more ? value > bound : value < bound),
                    (more ? "more than " : "less than ") + digits(bound));
    }

    Result<void, std::string> reply() {
        if (!is_reply()) return std::unexpected("a reply");
        const std::string actual = readable(outcome_.bytes, outcome_.method);
        const bool wanted = !tokens_.peek().is("lacks");
        if (!tokens_.take("has") && !tokens_.take("lacks")) return {};
        return has(actual, wanted);
    }
    Result<void, std::string> has(const std::string& actual, bool wanted) {
        do {
            const std::string part = TRY(text());
            if (actual.contains(part) != wanted)
                return std::unexpected((wanted ? "to have " : "to lack ") + quoted(bytes_of(part)));
        } while (begins_bytes(tokens_.peek(), variables_));
        return {};
    }

    Result<void, std::string> reject() {
        if (outcome_.kind != Outcome::Kind::reject) return std::unexpected("a reject");
        if (tokens_.peek().kind == Token::Kind::number && tokens_.peek().number != outcome_.code)
            return std::unexpected("reject code " + tokens_.peek().text);
        if (tokens_.peek().kind == Token::Kind::number) tokens_.next();
        if (tokens_.peek().text.starts_with("IC0")) {
            const std::string expected = tokens_.next().text;
            if (expected != outcome_.error) return std::unexpected(expected);
        }
        if (tokens_.take("has")) return has(outcome_.message, true);
        if (!begins_bytes(tokens_.peek(), variables_)) return {};
        const std::string expected = TRY(text());
        return hold(outcome_.message == expected, "the text " + quoted(bytes_of(expected)));
    }
    Result<void, std::string> error(const std::string& error, const std::string& message) {
        return hold(outcome_.kind == Outcome::Kind::reject && outcome_.code == 5 &&
                        outcome_.error == error && outcome_.message == message,
                    "reject 5 " + error + " " + quoted(bytes_of(message)));
    }
    Result<void, std::string> violates() {
        const std::string start =
            "Error from Canister " + canister_ + ": Canister violated contract: " + TRY(text());
        return hold(outcome_.kind == Outcome::Kind::reject && outcome_.code == 5 &&
                        outcome_.error == "IC0504" && outcome_.message.starts_with(start),
                    "reject 5 IC0504 " + quoted(bytes_of(start)) + "…");
    }

    TokenReader& tokens_;
    const Variables& variables_;
    const Outcome& outcome_;
    const std::string& canister_;
};

Result<u128, std::string> read_term(TokenReader& tokens, const Variables& variables) {
    const Token token = tokens.next();
    if (token.kind == Token::Kind::number) return token.number;
    const auto found = variables.find(token.text);
    if (found == variables.end() || found->second.kind != Variable::Kind::number)
        return std::unexpected("a number is expected, not " + token.text);
    return found->second.number;
}

}  // namespace

Result<u128, std::string> read_number(TokenReader& tokens, const Variables& variables) {
    u128 sum = TRY(read_term(tokens, variables));
    for (;;) {
        if (tokens.take("+"))
            sum += TRY(read_term(tokens, variables));
        else if (tokens.take("-"))
            sum -= TRY(read_term(tokens, variables));
        else
            return sum;
    }
}

Result<void, std::string> expect(TokenReader& tokens, const Variables& variables,
                                 const Outcome& outcome, const std::string& canister) {
    return Expectation(tokens, variables, outcome, canister).check();
}

std::string describe(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::done: return "success";
        case Outcome::Kind::reply:
            return "reply " + quoted(bytes_of(readable(outcome.bytes, outcome.method)));
        case Outcome::Kind::reject:
            return "reject " + std::to_string(outcome.code) + " " + outcome.error + " " +
                   quoted(bytes_of(outcome.message));
        case Outcome::Kind::unanswered: return "no answer";
        default: return "a failure of the replica: " + outcome.message;
    }
}

}  // namespace icvm::replica::scenarios
