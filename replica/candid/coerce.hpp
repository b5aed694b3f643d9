#pragma once

/// Coercion of values to an expected type (Candid spec, "Coercion").

#include "replica/candid/candid.hpp"
#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

enum class OptRules : u8 {
    all,     ///< as messages are read: what does not fit an opt reads as null
    strict,  ///< as text is read: only null and opt values fit an opt
};

/// Appends the value at `index`, of type `from`, to `out` at type `to`.
Result<void, ValueError> coerce(const Values& values, u32 index, const Types& from_types,
                                TypeIndex from, const Types& to_types, TypeIndex to, Values& out,
                                OptRules rules);

/// A whole argument list: further arguments are dropped, missing ones read as null.
Result<Values, ValueError> coerce_arguments(const Arguments& arguments, const Types& types,
                                            std::span<const Field> expected);

}  // namespace icvm::replica::candid
