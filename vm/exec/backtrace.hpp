#pragma once

#include "vm/exec/frame.hpp"

/// What the side table tells about a stopped machine.

namespace icvm::vm {

/// The budget register minus the counter, at the instruction that trapped.
i64 position_at(const Registers& registers);

/// Writes the frames to `trap`, innermost first. `bottom`: the entry below the first call;
/// `at_entry`: the innermost stopped where a function or a loop begins, before its first
/// instruction.
void collect_frames(const Registers& registers, ControlEntry* bottom, bool at_entry, Trap& trap);

}  // namespace icvm::vm
