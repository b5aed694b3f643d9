#pragma once

#include <string>
#include <string_view>

#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

/// The instruction of that name; nullptr when there is none. Of two with one name the first:
/// `select`, and `ref.test` and `ref.cast` of what is not nullable.
const OpcodeRow* find_instruction(std::string_view name);

/// Whether the word means something in a module or a script, and is no instruction.
bool is_keyword(std::string_view word);

/// The instruction or keyword that somebody may have meant by `name`; empty when none is near.
std::string_view similar_word(std::string_view name);

}  // namespace icvm::vm
