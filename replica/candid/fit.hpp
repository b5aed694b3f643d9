#pragma once

/// Values read from text get types: those that a method expects, or their own.

#include "replica/candid/text_parser.hpp"

namespace icvm::replica::candid {

/// Fits each literal to the type of its argument. A number takes the type that is expected; an opt
/// must be written as null or opt; a record may leave out null, opt and reserved fields, and fields
/// that the type has not are ignored.
Result<Values, ValueError> fit(std::string_view source, const Literals& literals,
                               const Types& types, std::span<const Field> expected);

/// The types that the literals have by themselves, added to `types`: a number is an int or, with a
/// dot or exponent, a float64; the elements of a vec have one type in common.
Result<std::vector<Field>, ValueError> infer(std::string_view source, const Literals& literals,
                                             Types& types);

}  // namespace icvm::replica::candid
