#pragma once

/// Text in quotes, as values and names are printed.

#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"

namespace icvm::replica::candid {

/// Well-formed UTF-8 in quotes: "\n", "\"", and \u{…} for what a terminal would not show as is.
std::string quoted(std::string_view text);
/// The same as a JSON string.
std::string quoted_json(std::string_view text);
/// Bytes as what stands between the quotes of blob "…": printable ASCII, \hh for the rest.
std::string blob_text(Bytes bytes);
/// A field's or method's name: quoted unless it is an identifier.
std::string name_text(std::string_view name);
bool is_identifier(std::string_view word);

}  // namespace icvm::replica::candid
