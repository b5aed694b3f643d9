#pragma once

#include "vm/exec/compiled_module.hpp"
#include "vm/exec/frame.hpp"

namespace icvm::vm {

/// A frame of an execution that stands still: first the innermost, then its callers.
class FrameCursor {
public:
    /// The registers of a machine that is in Wasm, and the first entry of its control stack.
    FrameCursor(const Registers& registers, ControlEntry* bottom);

    /// Goes to the caller; false: it is the host.
    bool go_to_caller();

    Instance& instance() const { return *instance_; }
    const CompiledModule& compiled() const;
    const CompiledFunction& code() const { return compiled().code->function_at(cell_); }
    /// In the instruction that runs, or calls.
    const Cell* cell() const { return cell_; }
    u64* fp() const { return fp_; }
    /// What the control register is while the frame runs.
    ControlEntry* control() const { return control_; }

private:
    Instance* instance_;
    const Cell* cell_;
    u64* fp_;
    ControlEntry* control_;
    ControlEntry* bottom_;
};

/// Every reference that an execution holds while it stands still: at a pause, in an instruction
/// that has saved its registers, or in a host function.
void visit_frames(const ExecutionState& state, RootVisitor& visitor);
/// The same before it has started.
void visit_arguments(const ExecutionState& state, RootVisitor& visitor);

/// Goes on at the innermost handler that catches `exception` (Wasm 4.4.9), or traps.
Step throw_exception(Registers& r, const Object& exception);

}  // namespace icvm::vm
