#include "replica/execution/inspect_message.hpp"

#include "replica/execution/response.hpp"
#include "replica/execution/update.hpp"

namespace icvm::replica {

namespace {

constexpr std::string_view entry_point = "canister_inspect_message";

}  // namespace

Result<void, Failure> inspect_message(Subnet& subnet, const Canister& canister,
                                      const CanisterModule& module, const Principal& caller,
                                      const Call& call) {
    if (!module.exports_function(entry_point)) return {};
    Heap& heap = *TRY(subnet.heap_of(canister, module));
    StableMemory stable(subnet.storage(), canister.code->stable, canister.code->stable_pages);
    ExecutionContext context;
    context.context = Context::inspect_message;
    context.canister = &canister;
    context.caller = caller;
    context.argument = call.argument;
    context.method = call.method;
    context.time_ns = subnet.record().time_ns();
    context.stable = &stable;

    auto result = run({.module = module,
                       .heap = heap,
                       .globals = canister.code->globals,
                       .context = context,
                       .function = entry_point,
                       .instruction_limit = inspect_instructions_max},
                      subnet.options());
    subnet.rollback_heap(canister.id);
    if (!result) return failed(std::move(result.error()), context);
    if (context.message_accepted) return {};
    return failed(reject_of({ErrorCode::canister_rejected_message, "Canister rejected the message"},
                            canister.id),
                  result->instructions, context);
}

}  // namespace icvm::replica
