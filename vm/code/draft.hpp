#pragma once

#include <vector>

#include "vm/code/code.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// A function's code as the compiler leaves it: every operand in a slot, and in the first cell of
/// an instruction its Operation in place of a handler's address. Branch targets, sites, exception
/// handlers and positions are those of code (code.def), with cells counted from the draft's first.
struct Draft {
    struct Row {
        u32 cell;  ///< where the instruction begins
        /// Operands' homes from this slot on are dead behind the instruction, but for those that it
        /// writes itself.
        u32 top;
    };

    std::vector<Cell> cells;
    std::vector<Row> rows;  ///< ascending by cell; one for each instruction
    /// Ascending by cell. The first is that of the function's entry.
    std::vector<Site> sites;
    std::vector<ExceptionHandler> handlers;
    std::vector<ValueType> locals;  ///< parameters first
    u32 parameter_slots = 0;        ///< of the locals' slots, those of parameters
    u32 local_slots = 0;  ///< a v128 takes two; operands and scratch slots are behind them
};

}  // namespace icvm::vm
