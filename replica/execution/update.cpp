#include "replica/execution/update.hpp"

#include <fmt/format.h>

#include "replica/execution/inspect_message.hpp"
#include "replica/execution/response.hpp"

namespace icvm::replica {

namespace {

/// Interface spec, "API Request submission": what a canister must be for a call to reach it.
Result<void, Reject> require_running(const Canister& canister) {
    switch (canister.status) {
        case Status::running: return {};
        case Status::stopping:
            return std::unexpected(
                reject(ErrorCode::canister_stopping,
                       fmt::format("Canister {} is stopping", canister.id.text())));
        case Status::stopped:
            return std::unexpected(
                reject(ErrorCode::canister_stopped,
                       fmt::format("Canister {} is stopped", canister.id.text())));
    }
    return {};
}

/// What the method is exported as; for an update call a query method will do.
Result<ExportKind, Reject> find_method(const CanisterModule& module, const Call& call) {
    const auto found = module.methods.find(call.method);
    if (found == module.methods.end())
        return std::unexpected(no_method(call.canister, "update", call.method));
    return found->second;
}

bool is_composite(const CanisterModule& module, const Call& call) {
    const auto found = module.methods.find(call.method);
    return found != module.methods.end() && found->second == ExportKind::composite_query;
}

/// A message on its way through the canister: what it reads, and what becomes of the canister.
struct Execution {
    const CanisterModule& module;
    Heap& heap;
    StableMemory stable;
    Canister next;
    ExecutionContext context;
    ExportKind kind;
};

Execution prepare(Subnet& subnet, const Canister& canister, const CanisterModule& module,
                  Heap& heap, ExportKind kind) {
    return {.module = module,
            .heap = heap,
            .stable =
                StableMemory(subnet.storage(), canister.code->stable, canister.code->stable_pages),
            .next = canister,
            .context = {},
            .kind = kind};
}

Result<RunResult, Failure> run_method(Subnet& subnet, Execution& execution, const Principal& caller,
                                      const Call& call) {
    const bool is_query = execution.kind == ExportKind::query;
    ExecutionContext& context = execution.context;
    context.context = is_query ? Context::replicated_query : Context::update;
    context.canister = &execution.next;
    context.caller = caller;
    context.argument = call.argument;
    context.time_ns = subnet.next_round().time_ns();
    context.stable = &execution.stable;
    const std::string function = (is_query ? "canister_query " : "canister_update ") + call.method;
    return run({.module = execution.module,
                .heap = execution.heap,
                .globals = execution.next.code->globals,
                .context = context,
                .function = function,
                .instruction_limit = is_query ? query_instructions_max : update_instructions_max},
               subnet.options());
}

/// Applies the effects of an execution to the canister, which is moved away, and commits them. Of a
/// query method's: burnt cycles and the version alone (docs/mainnet.md, "Executing a message").
Result<void, Failure> commit(Subnet& subnet, Execution& execution, RunResult& result) {
    Changes changes{.subnet = subnet.next_round()};
    Canister& next = execution.next;
    ExecutionContext& context = execution.context;
    next.version++;
    next.cycles -= context.cycles_burned;
    if (execution.kind == ExportKind::update) {
        if (context.certified_data) next.certified_data = std::move(*context.certified_data);
        if (context.global_timer) next.global_timer = *context.global_timer;
        next.code->globals = std::move(result.globals);
        next.code->stable_pages = execution.stable.pages();
        changes.stable = &execution.stable.map();
        if (execution.heap.memory) {
            next.code->heap_pages = execution.heap.memory->size();
            changes.heap_memory = execution.heap.memory.get();
            changes.heap_pages = std::move(result.changed_pages);
        }
    }
    changes.canister = std::move(next);
    return subnet.commit(std::move(changes));
}

}  // namespace

Result<Reply, Failure> execute_update(Subnet& subnet, const Principal& caller, const Call& call) {
    // Conditions.
    const Canister* canister = subnet.find(call.canister);
    if (!canister) return not_found(call.canister);
    if (const auto running = require_running(*canister); !running)
        return std::unexpected(failure_of(running.error()));
    if (!canister->code)
        return std::unexpected(failure_of(reject(ErrorCode::canister_wasm_module_not_found,
                                                 "Requested canister has no wasm module")));
    const auto module = TRY(subnet.module_of(*canister));
    if (is_composite(*module, call))
        return std::unexpected(
            failure_of(reject(ErrorCode::composite_query_called_in_replicated_mode,
                              "Composite query cannot be called in replicated mode")));
    TRY(inspect_message(subnet, *canister, *module, caller, call));
    const auto kind = find_method(*module, call);
    if (!kind) return std::unexpected(failure_of(kind.error()));
    Heap& heap = *TRY(subnet.heap_of(*canister, *module));

    Execution execution = prepare(subnet, *canister, *module, heap, *kind);
    auto result = run_method(subnet, execution, caller, call);
    const bool keeps_heap = result && *kind == ExportKind::update;
    if (!keeps_heap) subnet.rollback_heap(canister->id);
    if (!result) return failed(std::move(result.error()), execution.context);

    // State after.
    auto response = response_of(execution.context);
    if (auto committed = commit(subnet, execution, *result); !committed) {
        subnet.rollback_heap(call.canister);
        return failed(std::move(committed.error()), execution.context);
    }
    if (heap.memory && keeps_heap) heap.memory->commit();
    if (!response) {
        auto failure = failed(std::move(response.error()), result->instructions, execution.context);
        failure.error().is_committed = *kind == ExportKind::update;
        return failure;
    }
    return Reply{.bytes = std::move(*response),
                 .receipt = {.round = subnet.record().round,
                             .instructions = result->instructions,
                             .log = std::move(execution.context.log)}};
}

}  // namespace icvm::replica
