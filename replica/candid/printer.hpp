#pragma once

/// Values as text and as JSON.

#include "replica/candid/candid.hpp"
#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

/// More than this is not printed: a name of a megabyte may be the field of each of a million
/// records.
constexpr size_t printed_bytes_max = size_t(1) << 27;

/// "(3 : nat, record { name = \"x\" })": on one line when it fits into `width` columns.
Result<std::string, ValueError> print_text(const Types& types, std::span<const Field> fields,
                                           const Values& values, u32 width);

/// One JSON array; how each type looks is said at decode_reply_json in candid.hpp.
Result<std::string, ValueError> print_json(const Types& types, std::span<const Field> fields,
                                           const Values& values);
/// What both say when there is more than printed_bytes_max.
std::unexpected<ValueError> too_long_to_print();

}  // namespace icvm::replica::candid
