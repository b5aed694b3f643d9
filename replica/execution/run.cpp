#include "replica/execution/run.hpp"

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

/// The functions of the System API, in the order of the module's imports.
std::vector<vm::Extern> link(vm::Store& store, const CanisterModule& module,
                             ExecutionContext* context) {
    std::vector<vm::Extern> externs;
    for (const ImportRow* row : module.imports)
        externs.emplace_back(store.add_host_function({.type = type_of(*row, module.memory64),
                                                      .body = row->body,
                                                      .context = context,
                                                      .name = std::string(row->name)}));
    return externs;
}

Result<vm::Instance*, Failure> instantiate(vm::Store& store, const CanisterModule& module,
                                           ExecutionContext& context,
                                           const vm::InstantiationOptions& options) {
    const auto refuse = [&](std::string_view reason) {
        return std::unexpected(
            failure_of(reject_of(not_instantiated(reason), context.canister->id)));
    };
    // A memory or table that a module imports is there for no canister.
    if (module.imports.size() != module.wasm().imports.size()) return refuse("unknown import");
    auto instance = store.instantiate(module.compiled, link(store, module, &context), options);
    if (instance) return *instance;
    if (const auto* unlinkable = std::get_if<vm::Unlinkable>(&instance.error()))
        return refuse(unlinkable->reason);
    return refuse(to_string(std::get<vm::Trap>(instance.error()).reason));
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

vm::FunctionInstance* find_function(vm::Instance& instance, std::string_view name) {
    return name == start_stage ? vm::start_function(instance)
                               : vm::find_exported_function(instance, name);
}

}  // namespace

Result<RunResult, Failure> run(const Run& run, const Options& options) {
    ExecutionContext& context = run.context;
    context.memory64 = run.module.memory64;
    context.instruction_limit = run.instruction_limit;
    context.budget_at_start = i64(run.instruction_limit - run.instructions_before);
    context.stable->begin_execution();

    vm::Store store;
    vm::InstantiationOptions instantiation;
    instantiation.memory0 = run.heap.memory;
    instantiation.globals = run.globals;
    instantiation.active_data = false;
    instantiation.run_start = false;
    vm::Instance& instance = *TRY(instantiate(store, run.module, context, instantiation));
    const i64 slice = options.progress ? i64(options.slice) : context.budget_at_start;
    vm::Execution execution(store, *find_function(instance, run.function), {},
                            vm::Budget::of(context.budget_at_start, slice));
    vm::Outcome outcome = vm::Outcome::trapped;
    const bool ran = finish(run, execution, options, outcome);

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
    Canister named;
    named.id = canister;
    ExecutionContext context;
    context.context = Context::start;
    context.canister = &named;
    vm::Store store;
    vm::InstantiationOptions instantiation;
    instantiation.memory0 = heap.memory;
    instantiation.active_data = active_data;
    instantiation.run_start = false;
    vm::Instance& instance = *TRY(instantiate(store, module, context, instantiation));
    return vm::global_values(instance);
}

}  // namespace icvm::replica
