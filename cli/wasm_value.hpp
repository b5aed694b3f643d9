#pragma once

#include <string>
#include <string_view>

#include "vm/base/result.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

/// A number as a person writes it, by its type: decimal or 0x…, signed or unsigned, with `_`
/// between digits; floats also as 0x1.8p3, inf, nan; references as null only. The error says what
/// is wrong.
Result<vm::Value, std::string> parse_value(std::string_view text, vm::ValueType type);

/// Integers signed, floats with the fewest digits that read back, references as null or their type,
/// v128 as 0x and 32 digits.
std::string print_value(const vm::Value& value);

}  // namespace icvm::cli
