#pragma once

#include <optional>

#include "vm/code/code.hpp"

namespace icvm::vm {

/// A comparison that a branch can be fused with: the first of its branch forms in code.def.
struct Comparison {
    Operation value = Operation::none;  ///< first of its numeric forms, when an opcode has it
    Operation branch = Operation::none;
    Operation inverse = Operation::none;
    Operation swapped = Operation::none;
    bool f64 = false;  ///< immediates take a cell of their own
};

/// The comparison that is, or whose first form is, `operation`; nullptr when it is none.
const Comparison* find_comparison(Operation operation);

/// Of the repeat_ forms, counted from the branch_ form.
inline constexpr u32 repeat_forms = 2;

}  // namespace icvm::vm
