#pragma once

#include "vm/exec/dispatch.hpp"

/// How frames are entered, by the handlers of calls and by the start of an execution.

namespace icvm::vm {

/// Zeroes the locals that are not parameters; up to three slots more, which hold nothing yet.
ICVM_INLINE void zero_locals(u64* fp, const Code& code) {
    const u64 zeroed = code.zeroed.load(std::memory_order_relaxed);
    if (zeroed >> 32 == 0) [[likely]]
        return;
    u64* local = fp + u32(zeroed);
    u64* const end = local + (zeroed >> 32);
    for (; local < end; local += 4) {
        local[0] = local[1] = local[2] = local[3] = 0;
        asm volatile("");  // stays a loop: memset would need a frame in the handler
    }
}

/// Begins a function whose frame is there: charges its first block.
ICVM_INLINE Step begin_function(Registers& r, const Code& code) {
    zero_locals(r.fp, code);
    spend(r, code.entry_cost);
    r.pc = code.cells();
    return check_budget(r);
}

/// Saves the caller's registers in the entry that the call is about to write.
ICVM_INLINE void save_registers(const Registers& r) {
    for (u32 n = 0; n < integer_registers; n++) r.control->r[n] = r.r[n];
}

/// Back from the entry that the call would have written, or has left.
ICVM_INLINE void restore_registers(Registers& r) {
    for (u32 n = 0; n < integer_registers; n++) r.r[n] = r.control->r[n];
}

/// Back to what the entry below says; its registers may never have been saved, and mean nothing
/// then.
ICVM_INLINE void pop_entry(Registers& r) {
    r.control--;
    r.pc = r.control->pc;
    r.fp = r.control->fp;
    restore_registers(r);
}

/// Returns to the caller. `position` is that of the block that ends.
ICVM_INLINE Step pop_frame(Registers& r, i64 position) {
    spend(r, position);
    pop_entry(r);
    return Step::next;
}

/// Calls a function of the same instance. `position` is that of the caller's block.
ICVM_INLINE Step enter_function(Registers& r, const Code& code, u64* window, const Cell* return_pc,
                                i64 position) {
    const u64 weight = r.control[-1].weight + code.weight;
    if (weight & weight_overrun) [[unlikely]]
        return trap(TrapReason::call_stack_exhausted);
    r.control->pc = return_pc;
    r.control->fp = r.fp;
    r.control->weight = weight;
    r.control++;
    r.fp = window;
    spend(r, position);
    return begin_function(r, code);
}

/// Calls any function, also of another instance or of the host.
Step call_function(Registers& r, const FunctionInstance& function, u64* window,
                   const Cell* return_pc, i64 position);

/// When the machine stands before a function that is not compiled: compiles it, and goes to its
/// first instruction.
void finish_first_call(Registers& r);

/// What the outermost frame returns to, and what a frame of another instance does.
const Cell* finish_cell();
const Cell* restore_instance_cell();

}  // namespace icvm::vm
