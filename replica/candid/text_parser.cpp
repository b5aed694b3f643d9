#include "replica/candid/text_parser.hpp"

#include <algorithm>
#include <limits>

#include "replica/base/principal.hpp"

namespace icvm::replica::candid {

namespace {

class Parser {
public:
    Parser(std::string_view text, Types& types, TypeNames& names)
        : lexer_(text), types_(types), names_(names) {}

    Result<Literals, ValueError> arguments();

private:
    using Done = Result<void, ValueError>;

    Done list();
    Done annotated();
    Done value();
    Done word(const Token& token);
    Done number(const Token& token);
    Done parenthesized();
    Done vec(u32 position);
    Done record(u32 position);
    Done record_field(u64& next_id, std::vector<std::pair<u32, u32>>& ids);
    Done variant(u32 position);
    Result<std::string, ValueError> text(std::string_view what);
    Done reference(ValueKind kind, u32 position);

    Lexer lexer_;
    Types& types_;
    TypeNames& names_;
    Literals out_;
    u32 depth_ = 0;
    u32 parentheses_ = 0;  ///< they nest without making values deeper
};

Result<Literals, ValueError> Parser::arguments() {
    if (lexer_.failed()) return std::unexpected(lexer_.expected("a value"));
    if (lexer_.peek().is("(")) {
        TRY(list());
    } else if (lexer_.peek().kind != TokenKind::end) {
        out_.arguments.push_back(out_.values.size());
        TRY(annotated());
    }
    if (lexer_.failed() || lexer_.peek().kind != TokenKind::end)
        return std::unexpected(lexer_.expected("the end"));
    return std::move(out_);
}

Parser::Done Parser::list() {
    TRY(lexer_.expect("("));
    while (!lexer_.skip(")")) {
        out_.arguments.push_back(out_.values.size());
        TRY(annotated());
        if (!lexer_.skip(",") && !lexer_.peek().is(")"))
            return std::unexpected(lexer_.expected("\",\" or \")\""));
    }
    return {};
}

/// A value, perhaps followed by ": type".
Parser::Done Parser::annotated() {
    const u32 index = out_.values.size();
    const u32 position = lexer_.peek().position;
    // The annotation stands before its value in the table, so its place is kept for it.
    out_.values.add(ValueKind::annotation, no_type, position);
    TRY(value());
    if (!lexer_.peek().is(":")) {
        out_.values.close(index);
        return {};
    }
    lexer_.next();
    TypeParser parser(lexer_, types_, names_);
    const size_t names_before = names_.entries.size();
    const u32 type_position = lexer_.peek().position;
    const TypeIndex type = TRY(parser.type());
    if (names_.entries.size() != names_before)
        return std::unexpected(
            lexer_.error_at(type_position, "this type has a name that is not defined"));
    TRY(parser.check_methods());
    out_.values[index].bits = u64(type);
    out_.values.close(index);
    return {};
}

Parser::Done Parser::value() {
    const Token token = lexer_.peek();
    u32& depth = token.is("(") ? parentheses_ : depth_;
    if (depth >= value_depth_max)
        return std::unexpected(lexer_.error_at(token.position, "this value is nested too deeply"));
    depth++;
    Done done;
    if (token.is("("))
        done = parenthesized();
    else if (token.kind == TokenKind::word)
        done = word(token);
    else
        done = number(token);
    depth--;
    return done;
}

Parser::Done Parser::parenthesized() {
    TRY(lexer_.expect("("));
    TRY(annotated());
    return lexer_.expect(")");
}

Parser::Done Parser::number(const Token& token) {
    if (token.kind == TokenKind::text) {
        const std::string content = TRY(text("text"));
        out_.values.add(ValueKind::text, bytes_of(content), token.position);
        return {};
    }
    const bool negative = token.is("-");
    if (negative || token.is("+")) lexer_.next();
    const Token digits = lexer_.peek();
    std::string literal = negative ? "-" : "";
    ValueKind kind = ValueKind::literal;
    switch (digits.kind) {
        case TokenKind::decimal: literal += digits_of(digits); break;
        case TokenKind::hexadecimal: literal += "0x" + digits_of(digits); break;
        case TokenKind::floating:
            kind = ValueKind::decimals;
            if (digits.source.starts_with("0x") || digits.source.starts_with("0X")) literal += "0x";
            literal += digits_of(digits);
            break;
        default:
            if (!digits.is("inf")) return std::unexpected(lexer_.expected("a value"));
            kind = ValueKind::decimals;
            literal += digits.source;
    }
    lexer_.next();
    out_.values.add(kind, bytes_of(literal), token.position);
    return {};
}

Parser::Done Parser::word(const Token& token) {
    const std::string_view word = token.source;
    const u32 position = token.position;
    if (word == "inf") return number(token);
    lexer_.next();
    Values& values = out_.values;
    if (word == "NaN") return values.add(ValueKind::decimals, bytes_of(word), position), Done();
    if (word == "null") return values.add(ValueKind::null, 0, position), Done();
    if (word == "true") return values.add(ValueKind::boolean, 1, position), Done();
    if (word == "false") return values.add(ValueKind::boolean, 0, position), Done();
    if (word == "vec") return vec(position);
    if (word == "record") return record(position);
    if (word == "variant") return variant(position);
    if (word == "principal") return reference(ValueKind::principal, position);
    if (word == "service") return reference(ValueKind::service, position);
    if (word == "func") return reference(ValueKind::func, position);
    if (word == "opt") {
        const u32 index = values.add(ValueKind::some, 0, position);
        TRY(value());
        values.close(index);
        return {};
    }
    if (word == "blob") {
        if (lexer_.peek().kind != TokenKind::text) return std::unexpected(lexer_.expected("text"));
        const std::string bytes = TRY(unescape(lexer_, lexer_.next()));
        values.add(ValueKind::blob, bytes_of(bytes), position);
        return {};
    }
    return std::unexpected(lexer_.error_at(
        position, "expected a value, found \"" + std::string(word) + "\" (text stands in quotes)"));
}

Result<std::string, ValueError> Parser::text(std::string_view what) {
    if (lexer_.peek().kind != TokenKind::text) return std::unexpected(lexer_.expected(what));
    const Token token = lexer_.next();
    return unescape_text(lexer_, token);
}

/// principal "…", service "…", func "…".method
Parser::Done Parser::reference(ValueKind kind, u32 position) {
    const u32 text_position = lexer_.peek().position;
    const std::string written = TRY(text("a principal's text"));
    const auto principal = Principal::from_text(written);
    if (!principal) return std::unexpected(lexer_.error_at(text_position, "this is no principal"));
    const u32 index = out_.values.add(kind, principal->bytes(), position);
    if (kind != ValueKind::func) return {};
    TRY(lexer_.expect("."));
    const Label method = TRY(parse_label(lexer_));
    if (!method.named)
        return std::unexpected(lexer_.error_at(method.position, "a method's name is no number"));
    out_.values.add(ValueKind::text, bytes_of(method.name), method.position);
    out_.values.close(index);
    return {};
}

Parser::Done Parser::vec(u32 position) {
    TRY(lexer_.expect("{"));
    const u32 index = out_.values.add(ValueKind::vec, 0, position);
    while (!lexer_.skip("}")) {
        TRY(annotated());
        if (!lexer_.skip(";") && !lexer_.peek().is("}"))
            return std::unexpected(lexer_.expected("\";\" or \"}\""));
    }
    out_.values.close(index);
    return {};
}

Parser::Done Parser::record_field(u64& next_id, std::vector<std::pair<u32, u32>>& ids) {
    const u32 position = lexer_.peek().position;
    const u32 field = out_.values.add(ValueKind::field, next_id, position);
    if (label_follows(lexer_, "=")) {
        const Label label = TRY(parse_label(lexer_));
        TRY(lexer_.expect("="));
        out_.values[field].bits = label.id;
        if (label.named) out_.values[field].length = types_.intern(label.name);
    } else if (next_id > std::numeric_limits<u32>::max()) {
        return std::unexpected(lexer_.error_at(position, "no field id is left for this"));
    }
    TRY(annotated());
    out_.values.close(field);
    const u32 id = u32(out_.values[field].bits);
    next_id = u64(id) + 1;
    ids.emplace_back(id, position);
    return {};
}

Parser::Done Parser::record(u32 position) {
    TRY(lexer_.expect("{"));
    const u32 index = out_.values.add(ValueKind::record, 0, position);
    u64 next_id = 0;
    std::vector<std::pair<u32, u32>> ids;
    while (!lexer_.skip("}")) {
        TRY(record_field(next_id, ids));
        if (!lexer_.skip(";") && !lexer_.peek().is("}"))
            return std::unexpected(lexer_.expected("\";\" or \"}\""));
    }
    std::ranges::sort(ids);
    const auto twin =
        std::ranges::adjacent_find(ids, {}, [](const auto& entry) { return entry.first; });
    if (twin != ids.end())
        return std::unexpected(lexer_.error_at(
            std::next(twin)->second,
            "two fields have the id " + label(twin->first) + " (a name's id is its hash)"));
    out_.values.close(index);
    return {};
}

Parser::Done Parser::variant(u32 position) {
    TRY(lexer_.expect("{"));
    const u32 index = out_.values.add(ValueKind::variant, 0, position);
    const Label label = TRY(parse_label(lexer_));
    const u32 field = out_.values.add(ValueKind::field, label.id, label.position);
    if (label.named) out_.values[field].length = types_.intern(label.name);
    if (lexer_.skip("="))
        TRY(annotated());
    else
        out_.values.add(ValueKind::null, 0, label.position);
    lexer_.skip(";");
    TRY(lexer_.expect("}"));
    out_.values.close(field);
    out_.values.close(index);
    return {};
}

}  // namespace

Result<Literals, ValueError> parse_literals(std::string_view text, Types& types, TypeNames& names) {
    return Parser(text, types, names).arguments();
}

}  // namespace icvm::replica::candid
