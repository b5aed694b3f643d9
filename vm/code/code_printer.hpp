#pragma once

#include <span>
#include <string>

#include "vm/code/code.hpp"

namespace icvm::vm {

/// The code of a function in lines of "cell  operation operands", for
/// debugging and tests. Slots are s0, s1, …; branch targets are @cell, counted from the first
/// cell of the code; a difference of the budget register follows as -N or +N.
std::string print_code(std::span<const Cell> code, const HandlerTable& handlers);

}  // namespace icvm::vm
