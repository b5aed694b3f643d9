#pragma once

#include <span>
#include <string>

#include "vm/script/script.hpp"

namespace icvm::vm {

/// Empty when the results are those expected; else what was expected and what was found.
std::string difference_of(std::span<const Value> results, std::span<const Expected> expected);

/// "i32 7", "f32 nan:canonical", "(ref extern) 3", "nothing", "i32 1, i32 2"
std::string describe(std::span<const Value> values);
std::string describe(std::span<const Expected> expected);

/// Whether both are of the same of the hierarchies of any, func, extern and exn (Wasm 2.3.3).
/// Closed types: of values at run time.
bool same_hierarchy(ValueType a, ValueType b);

}  // namespace icvm::vm
