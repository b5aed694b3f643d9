#pragma once

#include "vm/base/integers.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

/// What each instruction costs, and how bulk instructions are charged (docs/metering.md, "Blocks"
/// and "Bulk instructions").
struct CostTable {
    u16 cost[opcode_places] = {};  ///< by place_of(opcode)
    /// Entering a function.
    u16 function_entry = 1;
    /// One for each byte (or table element) of a bulk instruction, charged and checked before it.
    bool bulk_per_byte = true;
};

/// The cost column of opcode.def; `memory64`: loads and stores cost one more.
const CostTable& default_costs(bool memory64);

/// What CompileOptions::eager is unless it is said; programs that test set it before they begin.
inline bool eager_by_default = false;

struct CompileOptions {
    bool guard = true;   ///< memory 0 with 32-bit addresses takes handlers without bounds check
    bool track = false;  ///< stores mark dirty pages
    /// Functions are compiled at once, not each when it is first called.
    bool eager = eager_by_default;
    const CostTable* costs = nullptr;  ///< nullptr: default_costs by the address type of memory 0
};

}  // namespace icvm::vm
