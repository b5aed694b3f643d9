#include "replica/candid/type_parser.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "replica/candid/escape.hpp"
#include "replica/candid/number.hpp"

namespace icvm::replica::candid {

namespace {

constexpr u64 id_max = std::numeric_limits<u32>::max();

Result<u32, ValueError> parse_id(Lexer& lexer, const Token& number) {
    const std::string digits = digits_of(number);
    const auto value = number.kind == TokenKind::decimal ? integer_of_decimal(digits)
                                                         : integer_of_hexadecimal(digits);
    const auto id = value ? value->as_u64() : std::nullopt;
    if (!id || *id > id_max)
        return std::unexpected(
            lexer.error_at(number.position, "a field id must be less than 4_294_967_296"));
    return u32(*id);
}

bool is_number(const Token& token) {
    return token.kind == TokenKind::decimal || token.kind == TokenKind::hexadecimal;
}

}  // namespace

bool label_follows(const Lexer& lexer, std::string_view mark) {
    const TokenKind kind = lexer.peek().kind;
    const bool label =
        kind == TokenKind::word || kind == TokenKind::text || is_number(lexer.peek());
    return label && lexer.followed_by(mark);
}

Result<Label, ValueError> parse_label(Lexer& lexer) {
    const Token token = lexer.peek();
    Label label;
    label.position = token.position;
    if (is_number(token)) {
        label.id = TRY(parse_id(lexer, token));
    } else if (token.kind == TokenKind::text) {
        label.name = TRY(unescape_text(lexer, token));
        label.named = true;
    } else if (token.kind == TokenKind::word) {
        if (is_reserved(token.source))
            return std::unexpected(lexer.error_at(
                token.position, "\"" + std::string(token.source) +
                                    "\" is a word of the grammar: as a name it stands in quotes"));
        label.name = token.source;
        label.named = true;
    } else {
        return std::unexpected(lexer.expected("a name"));
    }
    if (label.named) label.id = field_id(label.name);
    lexer.next();
    return label;
}

TypeIndex TypeParser::named(const Token& name) {
    const auto found = names_.entries.find(name.source);
    if (found != names_.entries.end()) return found->second.type;
    const TypeIndex type = types_.declare(name.source);
    names_.entries.emplace(name.source, TypeNames::Entry{type, false, name.position});
    return type;
}

Result<TypeIndex, ValueError> TypeParser::type() {
    const Token token = lexer_.peek();
    if (token.kind != TokenKind::word) return std::unexpected(lexer_.expected("a type"));
    if (depth_ >= type_depth_max)
        return std::unexpected(lexer_.error_at(token.position, "this type is nested too deeply"));
    depth_++;
    auto parsed = keyword_type(token.source);
    depth_--;
    return parsed;
}

Result<TypeIndex, ValueError> TypeParser::keyword_type(std::string_view word) {
    if (word != "null" && word != "principal" && is_reserved(word)) {
        constexpr std::string_view starts[] = {"opt",  "vec",     "blob",   "record",
                                               "func", "service", "variant"};
        if (std::ranges::find(starts, word) == std::end(starts))
            return std::unexpected(lexer_.expected("a type"));
    }
    const Token token = lexer_.next();
    if (const auto kind = primitive_named(word)) return primitive(*kind);
    if (word == "opt") return types_.opt(TRY(type()));
    if (word == "vec") return types_.vec(TRY(type()));
    if (word == "blob") return types_.vec(primitive(TypeKind::nat8));
    if (word == "record") return fields(TypeKind::record);
    if (word == "variant") return fields(TypeKind::variant);
    if (word == "func") return function();
    if (word == "service") return actor();
    return named(token);
}

Result<TypeParser::Part, ValueError> TypeParser::record_field(u64 next_id) {
    Part part{{}, lexer_.peek().position};
    if (label_follows(lexer_, ":")) {
        const Label label = TRY(parse_label(lexer_));
        TRY(lexer_.expect(":"));
        part.field.id = label.id;
        if (label.named) part.field.name = types_.intern(label.name);
    } else if (next_id > id_max) {
        return std::unexpected(lexer_.error_at(part.position, "no field id is left for this"));
    } else {
        part.field.id = u32(next_id);
    }
    part.field.type = TRY(type());
    return part;
}

Result<TypeParser::Part, ValueError> TypeParser::variant_field() {
    Part part{{}, lexer_.peek().position};
    const Label label = TRY(parse_label(lexer_));
    part.field.id = label.id;
    if (label.named) part.field.name = types_.intern(label.name);
    part.field.type = lexer_.skip(":") ? TRY(type()) : primitive(TypeKind::null);
    return part;
}

Result<TypeIndex, ValueError> TypeParser::fields(TypeKind kind) {
    TRY(lexer_.expect("{"));
    Parts parts;
    u64 next_id = 0;
    while (!lexer_.skip("}")) {
        parts.push_back(kind == TypeKind::record ? TRY(record_field(next_id))
                                                 : TRY(variant_field()));
        next_id = u64(parts.back().field.id) + 1;
        if (!lexer_.skip(";") && !lexer_.peek().is("}"))
            return std::unexpected(lexer_.expected("\";\" or \"}\""));
    }
    std::ranges::sort(parts, {}, [](const Part& part) { return part.field.id; });
    const auto twin =
        std::ranges::adjacent_find(parts, {}, [](const Part& part) { return part.field.id; });
    if (twin != parts.end())
        return std::unexpected(lexer_.error_at(
            std::max(twin->position, std::next(twin)->position),
            "two fields have the id " + label(twin->field.id) + " (a name's id is its hash)"));
    std::vector<Field> fields;
    for (const Part& part : parts) fields.push_back(part.field);
    return types_.add({.kind = kind}, fields);
}

Result<std::vector<Field>, ValueError> TypeParser::arguments() {
    TRY(lexer_.expect("("));
    std::vector<Field> fields;
    std::set<std::string> names;
    while (!lexer_.skip(")")) {
        Field field;
        if (label_follows(lexer_, ":")) {
            const Label label = TRY(parse_label(lexer_));
            if (!label.named)
                return std::unexpected(
                    lexer_.error_at(label.position, "an argument's name is no number"));
            if (!names.insert(label.name).second)
                return std::unexpected(
                    lexer_.error_at(label.position, "two arguments have this name"));
            TRY(lexer_.expect(":"));
            field.name = types_.intern(label.name);
        }
        field.type = TRY(type());
        fields.push_back(field);
        if (!lexer_.skip(",") && !lexer_.peek().is(")"))
            return std::unexpected(lexer_.expected("\",\" or \")\""));
    }
    return fields;
}

Result<u8, ValueError> TypeParser::annotations(size_t results, u32 position) {
    u8 annotations = 0;
    while (true) {
        if (lexer_.skip("query"))
            annotations |= u8(Annotation::query);
        else if (lexer_.skip("composite_query"))
            annotations |= u8(Annotation::composite_query);
        else if (lexer_.skip("oneway"))
            annotations |= u8(Annotation::oneway);
        else
            break;
    }
    if ((annotations & u8(Annotation::oneway)) && results > 0)
        return std::unexpected(lexer_.error_at(position, "a oneway function has no results"));
    return annotations;
}

Result<TypeIndex, ValueError> TypeParser::function() {
    const u32 position = lexer_.peek().position;
    const std::vector<Field> inputs = TRY(arguments());
    TRY(lexer_.expect("->"));
    const std::vector<Field> outputs = TRY(arguments());
    return types_.func(inputs, outputs, TRY(annotations(outputs.size(), position)));
}

Result<TypeParser::Part, ValueError> TypeParser::method(u32 place) {
    const Label label = TRY(parse_label(lexer_));
    if (!label.named)
        return std::unexpected(lexer_.error_at(label.position, "a method's name is no number"));
    TRY(lexer_.expect(":"));
    Part part{{.id = place, .name = types_.intern(label.name)}, label.position};
    const Token token = lexer_.peek();
    if (token.is("(")) {
        part.field.type = TRY(function());
    } else if (token.kind == TokenKind::word && !is_keyword(token.source)) {
        part.field.type = named(lexer_.next());
        methods_of_names_.push_back({part.field, token.position});
    } else {
        return std::unexpected(lexer_.expected("\"(\" or the name of a function type"));
    }
    return part;
}

Result<TypeIndex, ValueError> TypeParser::actor() {
    TRY(lexer_.expect("{"));
    Parts parts;
    while (!lexer_.skip("}")) {
        parts.push_back(TRY(method(u32(parts.size()))));
        if (!lexer_.skip(";") && !lexer_.peek().is("}"))
            return std::unexpected(lexer_.expected("\";\" or \"}\""));
    }
    const auto name = [&](const Part& part) {
        return std::string_view(types_.name(part.field.name));
    };
    std::ranges::sort(parts, {}, name);
    const auto twin = std::ranges::adjacent_find(parts, {}, name);
    if (twin != parts.end())
        return std::unexpected(lexer_.error_at(std::max(twin->position, std::next(twin)->position),
                                               "two methods have the name " + quoted(name(*twin))));
    std::vector<Field> methods;
    for (const Part& part : parts) methods.push_back(part.field);
    return types_.add({.kind = TypeKind::service}, methods);
}

Result<void, ValueError> TypeParser::finish() {
    for (const auto& [name, entry] : names_.entries)
        if (!entry.defined)
            return std::unexpected(
                lexer_.error_at(entry.position, "the type " + name + " is not defined"));
    if (const auto vacuous = types_.resolve_names()) {
        const std::string& name = types_.name(types_.written(*vacuous).name);
        return std::unexpected(lexer_.error_at(names_.entries.find(name)->second.position,
                                               "the type " + name + " stands only for itself"));
    }
    return check_methods();
}

Result<void, ValueError> TypeParser::check_methods() const {
    for (const Part& part : methods_of_names_)
        if (types_.kind(part.field.type) != TypeKind::func)
            return std::unexpected(lexer_.error_at(
                part.position, type_text(types_, part.field.type, 60) + " is no function type"));
    return {};
}

}  // namespace icvm::replica::candid
