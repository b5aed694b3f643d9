#include "replica/scenarios/assembler.hpp"

#include <optional>

#include "replica/scenarios/candid_text.hpp"

namespace icvm::replica::scenarios {

namespace {

enum class Operation : u8 {
#define OPERATION(name, operands) name,
#include "replica/scenarios/universal/operations.def"
};

struct Row {
    std::string_view name, operands;

    size_t count() const { return operands.find(':'); }
    bool has_result() const { return !operands.ends_with(':'); }
};

constexpr Row rows[] = {
#define OPERATION(name, operands) {#name, operands},
#include "replica/scenarios/universal/operations.def"
};

std::optional<Operation> find_operation(std::string_view name) {
    for (size_t i = 0; i < std::size(rows); i++)
        if (rows[i].name == name) return Operation(i);
    return std::nullopt;
}

using Code = ByteVector;

void append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

Code little_endian(u128 number, size_t size) {
    Code bytes;
    for (size_t i = 0; i < size; i++) bytes.push_back(u8(number >> (8 * i)));
    return bytes;
}

Code operation(Operation named) { return {u8(named)}; }

Code push_integer(u64 integer) {
    Code code = operation(Operation::push_integer);
    append(code, little_endian(integer, 8));
    return code;
}

Code push_bytes(const ByteVector& bytes) {
    Code code = operation(Operation::push_bytes);
    append(code, little_endian(bytes.size(), 4));
    append(code, bytes);
    return code;
}

class Assembler {
public:
    Assembler(TokenReader& tokens, const Variables& variables)
        : tokens_(tokens), variables_(variables) {}

    /// Behind the `{`, up to and with the `}`.
    Result<Code, std::string> program() {
        Code code;
        while (!tokens_.take("}")) append(code, TRY(statement()).code);
        return code;
    }

private:
    struct Piece {
        Code code;
        bool has_result;
    };

    Result<Piece, std::string> statement() {
        const Token& token = tokens_.peek();
        if (token.kind == Token::Kind::end) return std::unexpected("a program does not end");
        if (token.kind == Token::Kind::number) {
            const u128 number = tokens_.next().number;
            if (number >> 64 != 0) return std::unexpected("more than 64 bits: " + token.text);
            return Piece{push_integer(u64(number)), true};
        }
        if (token.kind == Token::Kind::word) {
            const auto variable = variables_.find(token.text);
            if (variable != variables_.end() && variable->second.kind == Variable::Kind::number) {
                tokens_.next();
                return Piece{push_integer(u64(variable->second.number)), true};
            }
            if (const auto named = find_operation(token.text)) return plain(*named);
            if (variable == variables_.end() && token.text != "arg") return macro();
        }
        return Piece{push_bytes(TRY(read_bytes(tokens_, variables_))), true};
    }

    /// With its operands behind it, or before it on the stack.
    Result<Piece, std::string> plain(Operation named) {
        tokens_.next();
        const Row& row = rows[size_t(named)];
        Code code;
        if (tokens_.peek().is("(")) {
            const std::vector<Code> operands = TRY(operands_of(row.name));
            if (operands.size() != row.count())
                return std::unexpected(std::string(row.name) + " has " +
                                       std::to_string(row.count()) + " operands");
            for (const Code& operand : operands) append(code, operand);
        }
        append(code, operation(named));
        return Piece{code, row.has_result()};
    }

    Result<std::vector<Code>, std::string> operands_of(std::string_view name) {
        std::vector<Code> operands;
        if (!tokens_.take("(")) return operands;
        while (!tokens_.take(")")) {
            if (!operands.empty() && !tokens_.take(","))
                return std::unexpected("a comma is missing in " + std::string(name));
            Piece piece = TRY(statement());
            if (!piece.has_result)
                return std::unexpected("an operand of " + std::string(name) + " has no result");
            operands.push_back(std::move(piece.code));
        }
        return operands;
    }

    Result<Piece, std::string> macro() {
        const std::string name = tokens_.next().text;
        if (name == "u32" || name == "u64" || name == "u128")
            return std::unexpected(name + " wants a number");
        const std::vector<Code> operands = TRY(operands_of(name));
        const auto wants = [&](size_t least, size_t most) {
            return operands.size() >= least && operands.size() <= most;
        };
        if (name == "reply" && wants(1, 1)) return Piece{reply(operands[0]), false};
        if (name == "show" && wants(1, 1))
            return Piece{reply(with(operands[0], Operation::text)), false};
        if (name == "join" && wants(1, 99)) return Piece{join(operands), true};
        if (name == "call" && wants(3, 6)) return Piece{performed(make(operands, 0)), false};
        if (name == "make" && wants(3, 6)) return Piece{make(operands, 0), false};
        if (name == "transfer" && wants(4, 7)) return Piece{performed(make(operands, 1)), false};
        return std::unexpected("no operation " + name + " of " + std::to_string(operands.size()));
    }

    static Code with(Code code, Operation named) {
        append(code, operation(named));
        return code;
    }
    static Code reply(const Code& bytes) {
        return with(with(bytes, Operation::msg_reply_data_append), Operation::msg_reply);
    }
    static Code join(const std::vector<Code>& operands) {
        Code code = operands[0];
        for (size_t i = 1; i < operands.size(); i++) {
            append(code, operands[i]);
            append(code, operation(Operation::concat));
        }
        return code;
    }
    static Code literal(std::string_view text) {
        return push_bytes(ByteVector(text.begin(), text.end()));
    }
    /// reply("reject " CODE " " TEXT)
    static Code relay_reject() {
        return reply(
            join({literal("reject "), with(operation(Operation::msg_reject_code), Operation::text),
                  literal(" "), operation(Operation::msg_reject_msg)}));
    }

    /// `first` operands are cycles; then callee, method, argument, and programs.
    static Code make(const std::vector<Code>& operands, size_t first) {
        const auto program = [&](size_t index, const Code& otherwise) {
            return first + index < operands.size() ? operands[first + index]
                                                   : push_bytes(otherwise);
        };
        Code code = operands[first];
        append(code, operands[first + 1]);
        append(code, program(3, reply(operation(Operation::msg_arg_data))));
        append(code, program(4, relay_reject()));
        append(code, operation(Operation::call_new));
        append(code, with(operands[first + 2], Operation::call_data_append));
        if (first + 5 < operands.size())
            append(code, with(operands[first + 5], Operation::call_on_cleanup));
        if (first == 1) append(code, with(operands[0], Operation::call_cycles_add));
        return code;
    }
    static Code performed(Code code) {
        append(code, with(operation(Operation::call_perform), Operation::is_zero));
        append(code, push_bytes({}));
        append(code, push_bytes(with(literal("call_perform does not give 0"), Operation::trap)));
        append(code, operation(Operation::if_else));
        return code;
    }

    TokenReader& tokens_;
    const Variables& variables_;
};

std::optional<size_t> size_of_number(const Token& token) {
    if (token.is("u32")) return 4;
    if (token.is("u64")) return 8;
    if (token.is("u128")) return 16;
    return std::nullopt;
}

/// `arg(METHOD, \`…\`)` behind its first word.
Result<ByteVector, std::string> argument_of(TokenReader& tokens, const Variables& variables) {
    tokens.take("(");
    const std::string method = tokens.next().text;
    const bool comma = tokens.take(",");
    const Token text = tokens.next();
    if (!comma || text.kind != Token::Kind::candid || !tokens.take(")"))
        return std::unexpected("arg wants a method and Candid text");
    return to_candid(TRY(substitute(text.text, variables, true)), method);
}

}  // namespace

bool begins_bytes(const Token& token, const Variables& variables) {
    switch (token.kind) {
        case Token::Kind::string:
        case Token::Kind::hex:
        case Token::Kind::candid: return true;
        case Token::Kind::word:
            return variables.contains(token.text) || size_of_number(token) || token.text == "arg";
        default: return token.is("{");
    }
}

Result<ByteVector, std::string> read_bytes(TokenReader& tokens, const Variables& variables) {
    const Token token = tokens.next();
    if (token.is("{")) return Assembler(tokens, variables).program();
    if (token.is("arg")) return argument_of(tokens, variables);
    if (const auto size = size_of_number(token)) {
        tokens.take("(");
        const u128 number = tokens.next().number;
        if (!tokens.take(")")) return std::unexpected(token.text + " wants a number");
        return little_endian(number, *size);
    }
    switch (token.kind) {
        case Token::Kind::string: {
            const std::string text = TRY(substitute(token.text, variables));
            return ByteVector(text.begin(), text.end());
        }
        case Token::Kind::hex: return ByteVector(token.text.begin(), token.text.end());
        case Token::Kind::candid:
            return to_candid(TRY(substitute(token.text, variables, true)), "");
        case Token::Kind::word:
            if (const auto found = variables.find(token.text); found != variables.end())
                return found->second.as_bytes();
            return std::unexpected("no variable " + token.text);
        default: return std::unexpected("bytes are expected, not '" + token.text + "'");
    }
}

}  // namespace icvm::replica::scenarios
