#pragma once

#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"
#include "vm/text/parser.hpp"

/// The annotation (@encoding "…"), which says how a module's bytes differ from the canonical
/// encoding of its text. Its grammar is in docs/text-encoding.md.

namespace icvm::vm {

/// What leads from the `canonical` bytes to the `original` ones of the same meaning; empty when
/// they are equal.
std::string describe_encoding(Bytes canonical, Bytes original);

/// Gives `module`, encoded canonically, the encoding that `annotation` describes (its strings,
/// joined), and moves its origins along. An annotation that does not fit, or would change the
/// meaning, does nothing.
void apply_encoding(ParsedModule& module, std::string_view annotation);

}  // namespace icvm::vm
