#include "replica/candid/did_parser.hpp"

#include <algorithm>

#include "replica/candid/escape.hpp"

namespace icvm::replica::candid {

namespace {

/// May a type be defined that has a meaning already? It keeps the first.
enum class Again : u8 { refused, allowed };

Result<void, ValueError> parse_definition(Lexer& lexer, TypeParser& types,
                                          ServiceDescription& service, Again again) {
    TRY(lexer.expect("type"));
    const Token name = lexer.peek();
    if (name.kind != TokenKind::word || is_keyword(name.source))
        return std::unexpected(lexer.expected("the name of a type"));
    lexer.next();
    const TypeIndex declared = types.named(name);
    TypeNames::Entry& entry = service.names.entries.find(name.source)->second;
    const bool known = entry.defined;
    if (known && again == Again::refused)
        return std::unexpected(lexer.error_at(
            name.position, "the type " + std::string(name.source) + " is defined twice"));
    entry.defined = true;
    entry.position = name.position;
    TRY(lexer.expect("="));
    const TypeIndex meaning = TRY(types.type());
    if (!known) service.types.define(declared, meaning);
    return {};
}

/// "service name? : (init) -> actor", from the word on.
Result<void, ValueError> parse_service(Lexer& lexer, TypeParser& types,
                                       ServiceDescription& service) {
    TRY(lexer.expect("service"));
    if (lexer.peek().kind == TokenKind::word && !is_keyword(lexer.peek().source)) lexer.next();
    TRY(lexer.expect(":"));
    if (lexer.peek().is("(")) {
        service.init = TRY(types.arguments());
        TRY(lexer.expect("->"));
    }
    const Token token = lexer.peek();
    if (token.kind == TokenKind::word && !is_keyword(token.source))
        service.service = types.named(lexer.next());
    else
        service.service = TRY(types.actor());
    lexer.skip(";");
    if (lexer.failed() || lexer.peek().kind != TokenKind::end)
        return std::unexpected(lexer.expected("the end"));
    TRY(types.finish());
    if (service.types.kind(*service.service) != TypeKind::service)
        return std::unexpected(
            lexer.error_at(token.position, std::string(token.source) + " is no service type"));
    return {};
}

}  // namespace

Result<ServiceDescription, ValueError> parse_did(std::string_view text) {
    ServiceDescription service;
    Lexer lexer(text);
    TypeParser types(lexer, service.types, service.names);
    while (lexer.failed() || lexer.peek().kind != TokenKind::end) {
        const Token token = lexer.peek();
        if (token.is("import"))
            return std::unexpected(lexer.error_at(
                token.position, "imports are not supported: put all types into one file"));
        if (token.is("service")) {
            TRY(parse_service(lexer, types, service));
            return service;
        }
        if (!token.is("type")) return std::unexpected(lexer.expected("\"type\" or \"service\""));
        TRY(parse_definition(lexer, types, service, Again::refused));
        if (!lexer.skip(";") && lexer.peek().kind == TokenKind::word && !lexer.peek().is("service"))
            return std::unexpected(lexer.expected("\";\""));
    }
    TRY(types.finish());
    return service;
}

Result<void, ValueError> parse_init(std::string_view text, ServiceDescription& service) {
    Lexer lexer(text);
    TypeParser types(lexer, service.types, service.names);
    while (lexer.peek().is("type")) {
        TRY(parse_definition(lexer, types, service, Again::allowed));
        lexer.skip(";");
    }
    service.init = TRY(types.arguments());
    if (lexer.failed() || lexer.peek().kind != TokenKind::end)
        return std::unexpected(lexer.expected("the end"));
    return types.finish();
}

const Field* find_method_field(const ServiceDescription& service, std::string_view name) {
    if (!service.service) return nullptr;
    for (const Field& method : service.types.fields(*service.service))
        if (service.types.name(method.name) == name) return &method;
    return nullptr;
}

}  // namespace icvm::replica::candid
