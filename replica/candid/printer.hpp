#pragma once

/// Values as text and as JSON.

#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

/// "(3 : nat, record { name = \"x\" })": on one line when it fits into `width` columns.
std::string print_text(const Types& types, std::span<const Field> fields, const Values& values,
                       u32 width);

/// One JSON array; how each type looks is said at decode_reply_json in candid.hpp.
std::string print_json(const Types& types, std::span<const Field> fields, const Values& values);

}  // namespace icvm::replica::candid
