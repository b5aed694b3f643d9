#pragma once

/// Interface descriptions (Candid spec, "Interfaces").

#include <optional>

#include "replica/candid/candid.hpp"
#include "replica/candid/type_parser.hpp"

namespace icvm::replica::candid {

struct ServiceDescription {
    Types types;
    TypeNames names;
    std::vector<Field> init;           ///< the init arguments
    std::optional<TypeIndex> service;  ///< a file of types alone has none
};

Result<ServiceDescription, ValueError> parse_did(std::string_view text);
/// "type T = nat; (T)", as `candid:args` has it: the init arguments of a service that names none.
Result<void, ValueError> parse_init(std::string_view text, ServiceDescription& service);

/// The method's place in the table of types.
const Field* find_method_field(const ServiceDescription& service, std::string_view name);

}  // namespace icvm::replica::candid
