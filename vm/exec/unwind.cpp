#include "vm/exec/unwind.hpp"

#include <algorithm>

#include "vm/exec/backtrace.hpp"
#include "vm/exec/calls.hpp"
#include "vm/runtime/host_function.hpp"

namespace icvm::vm {

FrameCursor::FrameCursor(const Registers& registers, ControlEntry* bottom)
    : instance_(registers.instance),
      cell_(registers.pc),
      fp_(registers.fp),
      control_(registers.control),
      bottom_(bottom) {}

bool FrameCursor::go_to_caller() {
    ControlEntry* entry = control_ - 1;
    if (entry <= bottom_ || entry->pc == finish_cell()) return false;
    u64* const fp = entry->fp;
    Instance* instance = instance_;
    if (entry->pc == restore_instance_cell()) {
        entry--;
        if (entry->pc == finish_cell()) return false;
        instance = entry->instance;
    }
    fp_ = fp;
    instance_ = instance;
    cell_ = entry->pc - 1;  // in the call, which precedes where it returns to
    control_ = entry;
    return true;
}

const CompiledModule& FrameCursor::compiled() const {
    return *static_cast<const CompiledModule*>(instance_->code_owner.get());
}

// ---- Roots -------------------------------------------------------------------------------------

namespace {

void visit_frame(const FrameCursor& frame, const CompiledFunction& code,
                 const std::optional<Site>& site, RootVisitor& visitor) {
    for (const u32 slot : code.reference_locals()) visitor.visit(frame.fp()[slot]);
    const std::span<const ReferenceOperand> references = code.references();
    u32 row = site ? site->references : Site::no_reference;
    for (; row != Site::no_reference; row = references[row].below)
        visitor.visit(frame.fp()[references[row].slot]);
}

/// A frame in a call, or in an instruction that allocates.
void visit_frame_in_call(const FrameCursor& frame, RootVisitor& visitor) {
    const CompiledFunction& code = frame.code();
    visit_frame(frame, code, code.site_at(frame.cell()), visitor);
}

/// A frame at its entry, or at a loop.
void visit_paused_frame(const FrameCursor& frame, RootVisitor& visitor) {
    const CompiledFunction& code = frame.code();
    visit_frame(frame, code, code.entry_site_at(frame.cell()), visitor);
}

void visit_arguments(const FunctionType& type, const u64* slots, RootVisitor& visitor) {
    for (const ValueType parameter : type.parameters) {
        if (parameter.is_reference()) visitor.visit(*slots);
        slots += parameter.slots();
    }
}

}  // namespace

void visit_frames(const ExecutionState& state, RootVisitor& visitor) {
    const HostCallInProgress& host = state.host_call;
    if (host.function != nullptr)
        visit_arguments(host.function->runtime_type->function, host.window, visitor);
    if (state.registers.instance == nullptr) return;
    FrameCursor frame(state.registers, state.stacks->control());
    if (state.step == Step::paused)
        visit_paused_frame(frame, visitor);
    else if (!host.replaces_frame)
        visit_frame_in_call(frame, visitor);
    while (frame.go_to_caller()) visit_frame_in_call(frame, visitor);
}

void visit_arguments(const ExecutionState& state, RootVisitor& visitor) {
    visit_arguments(state.function->runtime_type->function, state.stacks->slots(), visitor);
}

// ---- Exceptions --------------------------------------------------------------------------------

namespace {

bool catches(const ExceptionHandler& handler, const Instance& instance, const TagInstance& thrown) {
    using enum CatchClause::Kind;
    return handler.kind == all || handler.kind == all_ref || instance.tags[handler.tag] == &thrown;
}

/// The first clause around the cell that catches `tag`, inner ones first; nullptr: there is none.
const ExceptionHandler* find_handler(const FrameCursor& frame, const TagInstance& tag) {
    const CompiledFunction& code = frame.code();
    const std::span<const ExceptionHandler> handlers = code.handlers();
    const u32 cell = code.index_of(frame.cell());
    // Ends ascend: what ends first behind the cell is around it, or within what is.
    const auto found =
        std::ranges::upper_bound(handlers, cell, std::less<>{}, &ExceptionHandler::end_cell);
    size_t index = size_t(found - handlers.begin());
    while (index < handlers.size()) {
        const ExceptionHandler& first = handlers[index];
        const bool around = first.first_cell <= cell;
        for (size_t n = index; around && n < handlers.size(); n++) {
            if (handlers[n].end_cell != first.end_cell) break;
            if (catches(handlers[n], frame.instance(), tag)) return &handlers[n];
        }
        index = first.outer;
    }
    return nullptr;
}

/// Gives the arguments, and the reference when it is asked for, to the landing.
void land(Registers& r, const FrameCursor& frame, const ExceptionHandler& handler,
          const Object& exception) {
    using enum CatchClause::Kind;
    u64* slot = frame.fp() + handler.slot;
    if (handler.kind == tag || handler.kind == tag_ref)
        slot =
            std::copy_n(reinterpret_cast<const u64*>(exception.content()), exception.length, slot);
    if (handler.kind == tag_ref || handler.kind == all_ref)
        *slot = reinterpret_cast<u64>(&exception);
    r.pc = frame.code().cells().data() + handler.landing;
    r.fp = frame.fp();
    r.instance = &frame.instance();
    r.memory = memory_register(frame.instance(), frame.compiled().guarded);
    r.control = frame.control();
}

}  // namespace

Step throw_exception(Registers& r, const Object& exception) {
    const i64 counter = r.budget - position_at(r);
    FrameCursor frame(r, state_of(r.control).stacks->control());
    do {
        const ExceptionHandler* handler = find_handler(frame, *exception.tag);
        if (handler == nullptr) continue;
        land(r, frame, *handler, exception);
        r.budget = counter;
        return Step::next;
    } while (frame.go_to_caller());
    return trap(TrapReason::uncaught_exception);
}

}  // namespace icvm::vm
