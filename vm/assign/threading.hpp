#pragma once

#include "vm/code/draft.hpp"

namespace icvm::vm {

/// Branches to a jump go where that goes, and a jump to a return returns. A taken jump is 2 to 3 %
/// of what canisters execute.
void thread_jumps(Draft& draft);

}  // namespace icvm::vm
