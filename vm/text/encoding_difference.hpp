#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/text/parser.hpp"

namespace icvm::vm {

/// The edits of an annotation (docs/text-encoding.md) that lead from one encoding of a module to
/// another.
std::vector<std::string> differences(Bytes from, Bytes to);

/// How many custom sections stand between the last other section and the name section; nothing
/// when it does not stand behind all others.
std::optional<u32> name_section_place(Bytes module);

/// Moves the name section behind the first `place` of the custom sections that follow the last
/// other section, if it is one of them.
void move_name_section(ParsedModule& module, u32 place);

}  // namespace icvm::vm
