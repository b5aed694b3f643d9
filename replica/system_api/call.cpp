// Calls to other canisters (Interface spec, "Inter-canister method calls"): not in this version.

#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

CallResult refuse(const SystemCall& call) {
    return std::unexpected(not_yet(call.row.name, "calls to other canisters come"));
}

/// mainnet's text for a call that nobody has begun, as call_new cannot succeed here.
CallResult not_begun(std::string_view name) {
    return std::unexpected(
        contract_violation(std::string(name) + " called when no call is under construction."));
}

}  // namespace

CallResult call_new(SystemCall& call) { return refuse(call); }
CallResult call_on_cleanup(SystemCall&) { return not_begun("ic0.call_on_cleanup"); }
CallResult call_data_append(SystemCall&) { return not_begun("ic0.call_data_append"); }
CallResult call_with_best_effort_response(SystemCall&) {
    return not_begun("ic0.call_with_best_effort_response");
}
CallResult call_cycles_add128(SystemCall&) { return not_begun("ic0_call_cycles_add128"); }
CallResult call_perform(SystemCall&) { return not_begun("ic0.call_perform"); }
CallResult call_cycles_add(SystemCall&) { return not_begun("ic0_call_cycles_add"); }

}  // namespace icvm::replica::calls
