#include "replica/execution/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/execution/trap_error.hpp"

namespace icvm::replica {

namespace {

/// Instructions for each heap page that has changed (docs/metering.md, "Changed heap pages").
constexpr u64 page_fee_32 = 1'000, page_fee_64 = 4'000;

/// Whether changes of the heap are kept, and charged.
bool is_tracked(Context context) {
    switch (context) {
        case Context::replicated_query:
        case Context::non_replicated_query:
        case Context::transform:
        case Context::inspect_message: return false;
        default: return true;
    }
}

/// What mainnet runs in slices.
bool is_sliced(Context context) {
    return in_replicated_execution(context) && context != Context::replicated_query;
}

/// The instance that the heap has, or a new one.
Result<LinkedInstance*, Failure> instance_of(const CanisterModule& module, Heap& heap,
                                             const Principal& canister) {
    if (!heap.instance || !heap.instance->is_of(module))
        heap.instance = TRY(LinkedInstance::make(module, heap.memory, false, canister));
    return heap.instance.get();
}

/// The first page, of heap or stable memory, that could not be read.
const std::optional<StorageError>& storage_error(const Run& run) {
    const auto& error = run.heap.pages->error();
    return error ? error : run.context.stable->map().error();
}

u64 used(const Run& run, const vm::Execution& execution) {
    const i64 limit = run.context.budget_at_start;
    return u64(std::clamp(limit - execution.budget().remaining(), i64(0), limit));
}

/// Runs to the end, slice by slice; false: interrupted.
bool finish(const Run& run, vm::Execution& execution, const Options& options,
            vm::Outcome& outcome) {
    while ((outcome = execution.run()) == vm::Outcome::paused)
        if (options.progress && !options.progress(run.instructions_before + used(run, execution),
                                                  run.instruction_limit))
            return false;
    return true;
}

/// The charge for changed pages comes last, and never fails a message.
u64 with_page_charge(const Run& run, u64 instructions, u64 pages) {
    const u64 fee = run.module.memory64 ? page_fee_64 : page_fee_32;
    return std::min(u64(run.context.budget_at_start), instructions + pages * fee);
}

/// A callback is an element of table 0 that takes its environment (Interface spec, "Entry points").
vm::FunctionInstance* find_callback(vm::Instance& instance, const Closure& closure, bool memory64) {
    vm::FunctionInstance* found = vm::table_function(instance, 0, closure.function);
    if (found == nullptr) return nullptr;
    const vm::FunctionType& type = vm::type_of(*found);
    const vm::ValueType environment = memory64 ? vm::types::i64 : vm::types::i32;
    const bool fits =
        type.results.empty() && type.parameters.size() == 1 && type.parameters[0] == environment;
    return fits ? found : nullptr;
}

vm::FunctionInstance* find_function(vm::Instance& instance, const Run& run) {
    if (run.closure) return find_callback(instance, *run.closure, run.module.memory64);
    return run.function == start_stage ? vm::start_function(instance)
                                       : vm::find_exported_function(instance, run.function);
}

/// IC0513
std::unexpected<Failure> no_such_callback(const Run& run) {
    run.context.error = ExecutionError{
        ErrorCode::canister_function_not_found,
        fmt::format("Canister requested to invoke a non-existent Wasm function {} from table 0",
                    run.closure->function),
        toolchain_help()};
    return std::unexpected(failure_of(reject_of(*run.context.error, run.context.canister->id)));
}

std::vector<vm::Value> arguments(const Run& run) {
    if (!run.closure) return {};
    if (run.module.memory64) return {vm::Value{vm::types::i64, run.closure->environment}};
    return {vm::Value{vm::types::i32, u32(run.closure->environment)}};
}

}  // namespace

Result<RunResult, Failure> run(const Run& run, const Options& options) {
    ExecutionContext& context = run.context;
    context.memory64 = run.module.memory64;
    context.instruction_limit = run.instruction_limit;
    context.budget_at_start = i64(run.instruction_limit - run.instructions_before);
    context.stable->begin_execution();

    LinkedInstance& linked = *TRY(instance_of(run.module, run.heap, context.canister->id));
    TRY(linked.begin(run.globals, context));
    vm::Instance& instance = linked.instance();
    vm::FunctionInstance* function = find_function(instance, run);
    if (function == nullptr) return no_such_callback(run);
    const i64 slice = options.progress ? i64(options.slice) : context.budget_at_start;
    const i64 stride = is_sliced(context.context) ? slice_instructions : 0;
    vm::Execution execution(linked.store(), *function, arguments(run),
                            vm::Budget::of(context.budget_at_start, slice, stride));
    vm::Outcome outcome = vm::Outcome::trapped;
    const bool ran = finish(run, execution, options, outcome);
    context.slice_overrun = execution.budget().overrun;

    RunResult result;
    if (run.heap.memory && is_tracked(context.context))
        result.changed_pages = changed_pages(*run.heap.memory);
    result.instructions = with_page_charge(run, used(run, execution), result.changed_pages.size());
    if (ran && outcome == vm::Outcome::finished && !storage_error(run)) {
        result.globals = vm::global_values(instance);
        return result;
    }
    Failure failure;
    if (storage_error(run))
        failure = failure_of(*storage_error(run));
    else if (!ran)
        failure.kind = Failure::Kind::interrupted;
    else
        failure = failure_of(reject_of_trap(execution.trap(), context));
    failure.instructions = run.instructions_before + result.instructions;
    return std::unexpected(std::move(failure));
}

Result<std::vector<vm::Value>, Failure> initialize(const CanisterModule& module, Heap& heap,
                                                   bool active_data, const Principal& canister) {
    heap.instance = TRY(LinkedInstance::make(module, heap.memory, active_data, canister));
    return vm::global_values(heap.instance->instance());
}

}  // namespace icvm::replica
