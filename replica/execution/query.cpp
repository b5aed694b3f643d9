#include "replica/execution/query.hpp"

#include <fmt/format.h>

#include "replica/execution/response.hpp"
#include "replica/execution/update.hpp"

namespace icvm::replica {

namespace {

/// Interface spec, "Query call": the canister runs and has code.
Result<void, Reject> require_ready(const Canister& canister) {
    if (canister.status != Status::running)
        return std::unexpected(
            reject(canister.status == Status::stopped ? ErrorCode::canister_stopped
                                                      : ErrorCode::canister_stopping,
                   fmt::format("Canister {} is not running", canister.id.text())));
    if (!canister.code) return std::unexpected(reject_of(no_wasm_module(), canister.id));
    return {};
}

Result<Context, Reject> context_of(const CanisterModule& module, const Call& call) {
    const auto found = module.methods.find(call.method);
    if (found == module.methods.end() || found->second == ExportKind::update)
        return std::unexpected(no_method(call.canister, "query", call.method));
    return found->second == ExportKind::query ? Context::non_replicated_query
                                              : Context::composite_query;
}

}  // namespace

Result<Reply, Failure> execute_query(Subnet& subnet, const Principal& caller, const Call& call) {
    // Conditions.
    const Canister* canister = subnet.find(call.canister);
    if (!canister) return not_found(call.canister);
    if (const auto ready = require_ready(*canister); !ready)
        return std::unexpected(failure_of(ready.error()));
    const auto module = TRY(subnet.module_of(*canister));
    const auto kind = context_of(*module, call);
    if (!kind) return std::unexpected(failure_of(kind.error()));
    Heap& heap = *TRY(subnet.heap_of(*canister, *module));

    // The answer; the state stays.
    StableMemory stable(subnet.storage(), canister->code->stable, canister->code->stable_pages);
    ExecutionContext context;
    context.context = *kind;
    context.canister = canister;
    context.caller = caller;
    context.argument = call.argument;
    context.time_ns = subnet.record().time_ns();
    context.stable = &stable;
    const std::string function =
        (*kind == Context::composite_query ? "canister_composite_query " : "canister_query ") +
        call.method;
    auto result = run({.module = *module,
                       .heap = heap,
                       .globals = canister->code->globals,
                       .context = context,
                       .function = function,
                       .instruction_limit = query_instructions_max},
                      subnet.options());
    subnet.rollback_heap(canister->id);
    if (!result) return failed(std::move(result.error()), context);
    auto response = response_of(context);
    if (!response) return failed(std::move(response.error()), result->instructions, context);
    return Reply{.bytes = std::move(*response),
                 .receipt = {.round = subnet.record().round,
                             .instructions = result->instructions,
                             .log = std::move(context.log)}};
}

}  // namespace icvm::replica
