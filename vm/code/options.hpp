#pragma once

#include <span>
#include <string_view>

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

/// The costs that were in force from some time on (docs/metering.md, "Versions").
struct CostVersion {
    std::string_view name;  ///< "2025-10"
    CostTable memory32;     ///< of modules whose memory 0 has 32-bit addresses, or that have none
    CostTable memory64;

    const CostTable& of(bool wide) const { return wide ? memory64 : memory32; }
};

/// All that are known, the default first.
std::span<const CostVersion> cost_versions();
const CostVersion& default_costs();
/// nullptr: there is none of that name.
const CostVersion* find_cost_version(std::string_view name);

/// What CompileOptions::eager is unless it is said; programs that test set it before they begin.
inline bool eager_by_default = false;

struct CompileOptions {
    bool guard = true;   ///< memory 0 takes handlers without bounds check
    bool track = false;  ///< stores mark dirty pages
    /// Functions are compiled at once, not each when it is first called.
    bool eager = eager_by_default;
    const CostVersion* costs = nullptr;  ///< nullptr: default_costs
};

}  // namespace icvm::vm
