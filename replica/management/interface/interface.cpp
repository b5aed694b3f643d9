#include "replica/management/interface/interface.hpp"

#include <algorithm>

#include "replica/candid/did_parser.hpp"
#include "replica/candid/wire.hpp"

namespace icvm::replica::management {

namespace {

constexpr MethodRow rows[] = {
#define METHOD(name, arguments, result, access, query) {Method::name, #name, Access::access, query},
#include "replica/management/interface/methods.def"
};

template <class Arguments>
Result<std::optional<Principal>, Reject> canister_of(Bytes bytes) {
    if constexpr (requires(Arguments arguments) { arguments.target_canister; }) {
        return TRY(decode_arguments<Arguments>(bytes)).target_canister;
    } else if constexpr (requires(Arguments arguments) { Principal(arguments.canister_id); }) {
        return TRY(decode_arguments<Arguments>(bytes)).canister_id;
    }
    return std::nullopt;
}

/// The list of types of a method's arguments or results: one, or none.
template <class T>
std::vector<candid::Field> fields_of(candid::Types& types) {
    if constexpr (std::is_same_v<T, Nothing>)
        return {};
    else
        return {{0, 0, candid::native_type<T>(types)}};
}

template <class Arguments, class Results>
candid::Field method_field(candid::Types& types, const MethodRow& row) {
    const auto arguments = fields_of<Arguments>(types);
    const auto results = fields_of<Results>(types);
    const u8 annotations = row.is_query ? u8(candid::Annotation::query) : 0;
    return {u32(row.method), types.intern(row.name), types.func(arguments, results, annotations)};
}

candid::ServiceDescription describe() {
    candid::ServiceDescription service;
    candid::Types& types = service.types;
    std::vector<candid::Field> methods{
#define METHOD(name, arguments, result, access, query) \
    method_field<arguments, result>(types, rows[u8(Method::name)]),
#include "replica/management/interface/methods.def"
    };
    std::ranges::sort(methods, {}, [&](const auto& field) { return types.name(field.name); });
    service.service = types.add({.kind = candid::TypeKind::service}, methods);
    return service;
}

}  // namespace

const MethodRow* find_method(std::string_view name) {
    const auto row = std::ranges::find(rows, name, &MethodRow::name);
    return row == std::end(rows) ? nullptr : row;
}

std::string_view method_name(Method method) { return rows[u8(method)].name; }

Result<std::optional<Principal>, Reject> effective_canister(Method method, Bytes argument) {
    switch (method) {
#define METHOD(name, arguments, result, access, query) \
    case Method::name: return canister_of<arguments>(argument);
#include "replica/management/interface/methods.def"
    }
    return std::nullopt;
}

std::shared_ptr<const candid::ServiceDescription> interface() {
    static const auto service = std::make_shared<const candid::ServiceDescription>(describe());
    return service;
}

ByteVector encode_result(Nothing) { return candid::encode(candid::Types(), {}, candid::Values()); }

}  // namespace icvm::replica::management
