#pragma once

#include <string>
#include <vector>

#include "vm/vm.hpp"

namespace icvm::differential {

/// What is seen must not depend on any of these.
struct Conditions {
    bool guard = true;
    bool track = false;
    bool stress = false;  ///< the heap collects at every allocation
    i64 slice = 1 << 30;
    bool words = false;  ///< tells the words of memories that are not zero, too
};

struct Observed {
    std::string portable;  ///< what every engine must give: outcomes, results, state
    std::string exact;     ///< what only ours has: bits of NaNs, kinds of traps, instructions
    std::string refused;   ///< why it is no module; else empty
    ByteVector marks;      ///< content of the last memory
};

/// Instantiates the modules, each of which may import from those before ("other"), and calls the
/// exports r* of each, twice around; then looks at their state.
Observed observe(const std::vector<ByteVector>& modules, const Conditions& conditions);

}  // namespace icvm::differential
