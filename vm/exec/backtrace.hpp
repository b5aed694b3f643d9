#pragma once

#include "vm/exec/frame.hpp"

/// What the side table tells about a stopped machine.

namespace icvm::vm {

/// The budget register minus the counter, at the instruction that trapped.
i64 position_at(const Registers& registers);

/// Writes the frames to `trap`, innermost first. `bottom`: the entry below the first call.
void collect_frames(const Registers& registers, ControlEntry* bottom, Trap& trap);

}  // namespace icvm::vm
