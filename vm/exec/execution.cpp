#include "vm/exec/execution.hpp"

#include <algorithm>

#include "vm/exec/backtrace.hpp"
#include "vm/exec/calls.hpp"
#include "vm/exec/unwind.hpp"
#include "vm/runtime/store_state.hpp"

namespace icvm::vm {

/// A root of its store's heap while it exists.
struct Execution::State final : ExecutionState, RootSource {
    const Store::State* store = nullptr;
    ObjectHeap* heap = nullptr;

    void visit_roots(RootVisitor& visitor) const override {
        for (const Value& result : results)
            if (result.type.is_reference()) visitor.visit(result.bits);
        if (outcome != Outcome::paused || stacks == nullptr) return;
        if (started)
            visit_frames(*this, visitor);
        else
            visit_arguments(*this, visitor);
    }
};

namespace {

/// Where no budget is given: nothing reaches it, and sums with it do not overflow.
constexpr i64 unlimited = i64(1) << 62;

/// Each of them stands on the host's own stack, with what the host calls.
thread_local u32 executions_running = 0;

Outcome stop(ExecutionState& state, TrapReason reason, bool at_entry = false) {
    state.trap.reason = reason;
    if (state.registers.instance != nullptr)
        collect_frames(state.registers, state.stacks->control(), at_entry, state.trap);
    state.registers.control = state.stacks->control();
    return Outcome::trapped;
}

void take_results(ExecutionState& state) {
    const std::vector<ValueType>& types = state.function->runtime_type->function.results;
    const u64* slots = state.stacks->slots();
    for (const ValueType type : types) {
        state.results.push_back({type, slots[0], type.slots() == 2 ? slots[1] : 0});
        slots += type.slots();
    }
}

/// Whether a page was missing to what ran: an access that could not trap has read zeros for it.
bool page_unreadable(const Store::State& store) {
    const auto unreadable = [](const auto& memory) { return memory->page_unreadable(); };
    return std::ranges::any_of(store.memories, unreadable) ||
           std::ranges::any_of(store.instances, [&](const auto& instance) {
               return std::ranges::any_of(instance->own_memories, unreadable);
           });
}

/// Makes the outcome of how the machine was left; the budget is exact afterwards.
Outcome conclude(ExecutionState& state) {
    const i64 budget = state.registers.budget;
    switch (state.step) {
        case Step::finished:
            state.budget.counter = budget;
            take_results(state);
            return Outcome::finished;
        case Step::paused:
            state.budget.counter = budget;
            if (state.budget.reserve > 0 && !state.budget.overrun) return Outcome::paused;
            return stop(state, TrapReason::out_of_budget, true);
        case Step::settled: return stop(state, state.trap.reason);
        default:
            state.budget.counter = budget - position_at(state.registers);
            return stop(state, TrapReason(u8(state.step) - u8(Step::trap)));
    }
}

/// Enters the function from the host: its frame returns to the finish cell.
void begin(ExecutionState& state) {
    Registers& r = state.registers;
    const FunctionInstance& function = *state.function;
    ControlEntry* bottom = state.stacks->control();
    *bottom = {finish_cell(), {state.stacks->slots()}, weight_start, {}};
    r.control = bottom + 1;
    r.fp = state.stacks->slots();
    r.budget = state.budget.counter;
    r.pc = finish_cell();
    r.instance = function.instance;
    if (function.code == nullptr) {
        state.step = call_function(r, function, r.fp, finish_cell(), 0);
        return;
    }
    const Code& code = *static_cast<const Code*>(function.code);
    r.memory = memory_register(*r.instance, code.guarded != 0);
    state.step = enter_function(r, code, r.fp, finish_cell(), 0);
    // Not even the first frame fits: it counts as the place of the trap.
    if (state.step >= Step::trap) r.pc = code.cells();
}

}  // namespace

Execution::Execution(Store& store, FunctionInstance& function, std::span<const Value> arguments,
                     const Budget& budget)
    : state_(std::make_unique<State>()) {
    state_->store = store.state.get();
    state_->heap = &store.heap();
    state_->heap->add_roots(*state_);
    state_->function = &function;
    state_->budget = budget;
    state_->unlimited = budget.slice >= unlimited;
    state_->stacks = acquire_stacks();
    if (state_->stacks == nullptr) return;
    state_->stacks->state = state_.get();
    u64* slot = state_->stacks->slots();
    for (const Value& argument : arguments) {
        *slot++ = in_slot(argument.type, argument.bits);
        if (argument.type.slots() == 2) *slot++ = argument.high;
    }
}

Execution::~Execution() {
    state_->heap->remove_roots(*state_);
    if (state_->stacks != nullptr) release_stacks(state_->stacks);
}

Outcome Execution::run() {
    ExecutionState& state = *state_;
    if (state.outcome != Outcome::paused) return state.outcome;
    if (state.stacks == nullptr || executions_running == nested_executions_max) {
        state.trap.reason = TrapReason::call_stack_exhausted;
        return state.outcome = Outcome::trapped;
    }
    executions_running++;
    if (!state.started) {
        state.started = true;
        begin(state);
    } else {
        state.step = state.budget.refill() ? Step::next : Step::paused;
        state.registers.budget = state.budget.counter;
    }
    if (state.step == Step::next) enter(state);
    // It may have stopped before a function's first call, and stands in its code then.
    finish_first_call(state.registers);
    executions_running--;
    state.outcome = conclude(state);
    if (state.outcome != Outcome::paused && page_unreadable(*state_->store)) {
        state.outcome = Outcome::trapped;
        state.trap.reason = TrapReason::page_unreadable;
        state.results.clear();
    }
    return state.outcome;
}

std::span<const Value> Execution::results() const { return state_->results; }
const Trap& Execution::trap() const { return state_->trap; }
const Budget& Execution::budget() const { return state_->budget; }

Result<std::vector<Value>, Trap> invoke(Store& store, FunctionInstance& function,
                                        std::span<const Value> arguments) {
    Execution execution(store, function, arguments, Budget::of(unlimited, unlimited));
    if (execution.run() == Outcome::trapped) return std::unexpected(execution.trap());
    return std::vector<Value>(execution.results().begin(), execution.results().end());
}

}  // namespace icvm::vm
