#pragma once

#include <string>
#include <string_view>

#include "vm/base/result.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

/// A value as a person writes it, by its type: numbers decimal or 0x…, signed or unsigned, with
/// `_` between digits; floats also as 0x1.8p3, inf, nan; v128 as 0x and up to 32 digits, or by
/// lanes, i32x4:1,2,3,4; references as null, i31:5, extern:7. The error says what is wrong.
Result<vm::Value, std::string> parse_value(std::string_view text, vm::ValueType type);

/// Integers signed, floats with the fewest digits that read back, v128 as 0x and 32 digits,
/// references as null, i31:5, extern:7, or what they are: func, struct, array, exn.
std::string print_value(const vm::Value& value);

}  // namespace icvm::cli
