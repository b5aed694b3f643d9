#include "replica/candid/candid.hpp"

#include <algorithm>

#include "replica/candid/coerce.hpp"
#include "replica/candid/did_parser.hpp"
#include "replica/candid/escape.hpp"
#include "replica/candid/fit.hpp"
#include "replica/candid/printer.hpp"
#include "replica/candid/wire.hpp"

namespace icvm::replica::candid {

namespace {

MethodKind kind_of(u8 annotations) {
    if (annotations & u8(Annotation::oneway)) return MethodKind::oneway;
    if (annotations & u8(Annotation::composite_query)) return MethodKind::composite_query;
    if (annotations & u8(Annotation::query)) return MethodKind::query;
    return MethodKind::update;
}

MethodDescription describe(const Types& types, const Field& method) {
    const Type& function = types[method.type];
    return {types.name(method.name), kind_of(function.annotations), function_text(types, function)};
}

/// The function type of a method of the service.
Result<const Type*, ValueError> function_of(const ServiceDescription& service,
                                            const std::string& method) {
    const Field* field = find_method_field(service, method);
    if (!field)
        return std::unexpected(
            ValueError{0, 0, "the service's Candid has no method " + name_text(method)});
    return &service.types[field->type];
}

/// Values of a message with the types to print them at.
struct Reply {
    Arguments message;
    const Types* types;
    std::span<const Field> fields;
    Values coerced;

    const Values& values() const { return types == &message.types ? message.values : coerced; }
};

Result<std::unique_ptr<Reply>, ValueError> read_reply(Bytes bytes,
                                                      const ServiceDescription* service,
                                                      const std::string* method) {
    auto reply = std::make_unique<Reply>();
    reply->message = TRY(decode(bytes));
    reply->types = &reply->message.types;
    reply->fields = reply->message.fields;
    if (!service) return reply;
    reply->fields = method ? service->types.results(*TRY(function_of(*service, *method)))
                           : std::span<const Field>(service->init);
    reply->types = &service->types;
    reply->coerced = TRY(coerce_arguments(reply->message, service->types, reply->fields));
    return reply;
}

}  // namespace

Result<std::shared_ptr<const ServiceDescription>, DescriptionError> parse_description(
    std::string_view text, std::string_view init) {
    auto parsed = parse_did(text);
    if (!parsed) {
        ValueError& error = parsed.error();
        return std::unexpected(
            DescriptionError{error.line, error.column, std::move(error.message)});
    }
    if (!init.empty() && parsed->init.empty()) {
        ServiceDescription with_init = *parsed;
        if (parse_init(init, with_init)) parsed = std::move(with_init);
    }
    return std::make_shared<const ServiceDescription>(std::move(*parsed));
}

std::vector<MethodDescription> methods(const ServiceDescription& service) {
    std::vector<MethodDescription> out;
    if (!service.service) return out;
    const auto sorted = service.types.fields(*service.service);
    std::vector<Field> fields(sorted.begin(), sorted.end());
    std::ranges::sort(fields, {}, &Field::id);
    for (const Field& field : fields) out.push_back(describe(service.types, field));
    return out;
}

std::optional<MethodDescription> find_method(const ServiceDescription& service,
                                             std::string_view name) {
    const Field* field = find_method_field(service, name);
    if (!field) return std::nullopt;
    return describe(service.types, *field);
}

std::string init_signature(const ServiceDescription& service) {
    return arguments_text(service.types, service.init);
}

Result<ByteVector, ValueError> encode_arguments(std::string_view text,
                                                const ServiceDescription* service,
                                                const std::string* method) {
    Types types;
    TypeNames names;
    if (service) types = service->types, names = service->names;
    const Literals literals = TRY(parse_literals(text, types, names));
    std::vector<Field> fields;
    if (!service) {
        fields = TRY(infer(text, literals, types));
    } else if (!method) {
        fields = service->init;
    } else {
        const auto expected = service->types.fields(*TRY(function_of(*service, *method)));
        fields.assign(expected.begin(), expected.end());
    }
    const Values values = TRY(fit(text, literals, types, fields));
    return encode(types, fields, values);
}

Result<std::string, ValueError> decode_reply(Bytes bytes, const ServiceDescription* service,
                                             const std::string* method, u32 width) {
    const auto reply = TRY(read_reply(bytes, service, method));
    return print_text(*reply->types, reply->fields, reply->values(), width);
}

Result<std::string, ValueError> decode_reply_json(Bytes bytes, const ServiceDescription* service,
                                                  const std::string* method) {
    const auto reply = TRY(read_reply(bytes, service, method));
    return print_json(*reply->types, reply->fields, reply->values());
}

}  // namespace icvm::replica::candid
