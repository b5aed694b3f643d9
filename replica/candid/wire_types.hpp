#pragma once

#include "replica/candid/value.hpp"
#include "replica/candid/wire_reader.hpp"

namespace icvm::replica::candid {

/// Reads the type table and the types of the arguments, and checks them: indices in range, ids and
/// names sorted and unique, composite types only, methods functions.
Result<void, ValueError> read_types(WireReader& reader, Arguments& arguments);

}  // namespace icvm::replica::candid
