#pragma once

#include "vm/code/code.hpp"
#include "vm/code/forms.hpp"
#include "vm/exec/execution.hpp"
#include "vm/runtime/budget.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/runtime/trap.hpp"

namespace icvm::vm {

/// An entry of the control stack: what a return restores. Above the entry of a call into another
/// instance lies one that restores the caller's: its `pc` is at restore_instance, and the entry
/// below it has the caller's pc and instance.
struct ControlEntry {
    const Cell* pc;
    union {
        u64* fp;
        Instance* instance;
    };
    /// The running sum of Code::weight up to the frame that was entered, counted from
    /// weight_start: an overrun of either limit sets one of the bits weight_overrun.
    u64 weight;
    /// Of the caller, which saves those that it needs again (call_saving); all come back.
    u64 r[integer_registers];
};

inline constexpr u64 weight_start =
    (((u64(1) << 31) - 1 - call_frames_max) << 32) | ((u64(1) << 31) - 1 - call_slots_max);
inline constexpr u64 weight_overrun = 0x8000'0000'8000'0000;

struct ExecutionState;

/// The stacks of one execution, in one reservation aligned to its size: the state is found from any
/// address of the control stack, so that no register need hold it.
struct Stacks {
    ExecutionState* state;
    u32 uses;  ///< since what lies deep in it was given back to the system

    ControlEntry* control() { return reinterpret_cast<ControlEntry*>(at(control_offset)); }
    u64* slots() { return reinterpret_cast<u64*>(at(slots_offset)); }

    static constexpr size_t bytes = 64u << 20;
    static constexpr size_t control_offset = 4096;
    /// Two entries for each frame, and some.
    static constexpr size_t control_bytes = (2 * call_frames_max + 64) * sizeof(ControlEntry);
    static constexpr size_t slots_offset = 24u << 20;

private:
    u8* at(size_t offset) { return reinterpret_cast<u8*>(this) + offset; }
};
static_assert(Stacks::control_offset + Stacks::control_bytes <= Stacks::slots_offset);
// Each frame may add scratch slots; what the uppermost one may take beyond its measure: the values
// of a clause of a try_table where it lands, 1,001 of two slots, and a few zeros behind its locals.
static_assert(Stacks::slots_offset + (call_slots_max + 8 * call_frames_max + 4096) * sizeof(u64) <=
              Stacks::bytes);

/// Stacks from a pool; nullptr: no memory to be had.
Stacks* acquire_stacks();
void release_stacks(Stacks* stacks);

/// What a vector register holds: a v128, or an f32 or f64 in its first bits.
using Lanes = u64 __attribute__((vector_size(16)));

/// What the machine keeps in registers.
struct Registers {
    const Cell* pc;
    u64* fp;     ///< slot 0 of the frame
    u8* memory;  ///< base of memory 0 (guarded code), or its Memory object
    Instance* instance;
    i64 budget;             ///< counter plus the position of the block
    ControlEntry* control;  ///< the entry to be written next
    u64 r[integer_registers];
    Lanes x[vector_registers];
};

/// How a handler ends.
enum class Step : u8 {
    next,      ///< goes on at pc
    taken,     ///< the same, on the other way of a branch: a dispatch of its own
    slow,      ///< the Slow handler of the body does it again
    finished,  ///< the outermost frame has returned
    paused,    ///< goes on at pc when the budget is refilled
    settled,   ///< a trap; reason and budget are in the state
    trap,      ///< and those above it: a trap of reason (step - trap)
};

constexpr Step trap(TrapReason reason) { return Step(u8(Step::trap) + u8(reason)); }

/// A host function that runs.
struct HostCallInProgress {
    const FunctionInstance* function = nullptr;  ///< nullptr: none
    const u64* window = nullptr;                 ///< its arguments
    bool replaces_frame = false;                 ///< of its caller: a tail call
};

/// A store that is done out of line.
struct DeferredStore {
    u64 address;
    u64 bits;
    u32 cells;  ///< of the instruction
};

/// The state of an execution while it does not run.
struct ExecutionState {
    Registers registers{};
    Step step = Step::paused;
    Budget budget;
    Trap trap{};
    Stacks* stacks = nullptr;
    const FunctionInstance* function = nullptr;
    HostCallInProgress host_call;
    DeferredStore deferred_store{};
    std::vector<Value> results;
    Outcome outcome = Outcome::paused;
    bool started = false;
    bool unlimited = false;  ///< no bulk instruction is too long for the budget
};

inline ExecutionState& state_of(const ControlEntry* control) {
    const u64 address = reinterpret_cast<u64>(control) & ~u64(Stacks::bytes - 1);
    return *reinterpret_cast<Stacks*>(address)->state;
}

/// The memory register of code that belongs to `instance`.
inline u8* memory_register(const Instance& instance, bool guarded) {
    if (instance.module->memory_types.empty()) return nullptr;
    Memory* memory = instance.memories[0];
    return guarded ? memory->base : reinterpret_cast<u8*>(memory);
}

}  // namespace icvm::vm
