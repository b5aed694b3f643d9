#include "replica/execution/inspect_message.hpp"

#include "replica/execution/entry.hpp"
#include "replica/execution/response.hpp"

namespace icvm::replica {

namespace {

constexpr std::string_view entry_point = "canister_inspect_message";

}  // namespace

Result<void, Failure> inspect_message(Subnet& subnet, const Canister& canister,
                                      const CanisterModule& module, const Principal& caller,
                                      const Call& call) {
    if (!module.exports_function(entry_point)) return {};
    auto entry = TRY(Entry::make(subnet, canister, Context::inspect_message));
    entry->context.caller = caller;
    entry->context.argument = call.argument;
    entry->context.method = call.method;
    auto ran = entry->run(entry_point, inspect_instructions_max);
    if (!ran) return failed(std::move(ran.error()), entry->context);
    if (entry->context.message_accepted) return {};
    return failed(reject_of({ErrorCode::canister_rejected_message, "Canister rejected the message"},
                            canister.id),
                  entry->instructions(), entry->context);
}

}  // namespace icvm::replica
