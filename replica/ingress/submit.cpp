#include "replica/ingress/submit.hpp"

#include <fmt/format.h>

#include "replica/execution/answer.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/inspect_message.hpp"
#include "replica/execution/response.hpp"
#include "replica/management/interface/interface.hpp"
#include "replica/management/settings.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

using management::Access;

std::unexpected<Failure> refused(ErrorCode error, std::string message) {
    return std::unexpected(failure_of(reject(error, std::move(message))));
}

/// Bytes of the message, which its receiver pays for.
u64 ingress_bytes(const Principal& caller, const Call& call) {
    return caller.bytes().size() + call.canister.bytes().size() + call.method.size() +
           call.argument.size();
}

/// IC0207: the payer cannot pay for taking the message in.
Result<void, Failure> check_payer(const Subnet& subnet, const Principal& payer,
                                  const Principal& caller, const Call& call) {
    const u128 cost = subnet.schedule().ingress(ingress_bytes(caller, call));
    const Canister* canister = subnet.find(payer);
    if (!canister || cost == 0) return {};
    const u128 limit = freezing_limit(*canister, subnet.schedule());
    if (canister->cycles < limit + cost) {
        std::string text = fmt::format("Canister {} is out of cycles", payer.text());
        if (canister->is_controller(caller))
            text += fmt::format(": please top up the canister with at least {} additional cycles",
                                cycles_text(limit + cost - canister->cycles));
        return refused(ErrorCode::canister_out_of_cycles, std::move(text));
    }
    return {};
}

/// What check_payer() has looked at.
void charge(Subnet& subnet, const Principal& payer, const Principal& caller, const Call& call) {
    const u128 cost = subnet.schedule().ingress(ingress_bytes(caller, call));
    if (cost == 0 || !subnet.find(payer)) return;
    Canister& charged = subnet.change(payer);
    charged.cycles -= cost;
    charged.consumed.ingress_induction += cost;
}

Result<void, Failure> check_canister(Subnet& subnet, const Principal& caller, const Call& call) {
    const Canister* canister = subnet.find(call.canister);
    if (!canister) return not_found(call.canister);
    TRY(check_payer(subnet, call.canister, caller, call));
    if (const auto running = require_running(*canister); !running)
        return std::unexpected(failure_of(running.error()));
    if (!canister->code)
        return refused(ErrorCode::canister_wasm_module_not_found,
                       "Requested canister has no wasm module");
    const auto module = TRY(subnet.module_of(*canister));
    const auto method = module->methods.find(call.method);
    if (method != module->methods.end() && method->second == ExportKind::composite_query)
        return refused(ErrorCode::composite_query_called_in_replicated_mode,
                       "Composite query cannot be called in replicated mode");
    TRY(inspect_message(subnet, *canister, *module, caller, call));
    charge(subnet, call.canister, caller, call);
    return {};
}

bool may_call(const Subnet& subnet, const management::MethodRow& row, const Principal& caller,
              const std::optional<Principal>& about) {
    const Canister* canister = about ? subnet.find(*about) : nullptr;
    if (!canister) return true;  // what is missing is told by the method
    const Settings& settings = canister->settings;
    switch (row.access) {
        case Access::controllers: return canister->is_controller(caller);
        case Access::status_viewers: return settings.allows(settings.status_visibility, caller);
        case Access::snapshot_viewers: return settings.allows(settings.snapshot_visibility, caller);
        default: return true;
    }
}

Result<void, Failure> check_management(Subnet& subnet, const Principal& caller, const Call& call) {
    const management::MethodRow* row = management::find_method(call.method);
    if (!row)
        return refused(ErrorCode::canister_method_not_found,
                       fmt::format("Management canister has no method '{}'", call.method));
    if (row->access == Access::canisters)
        return refused(ErrorCode::canister_rejected_message,
                       fmt::format("Only canisters can call ic00 method {}", call.method));
    if (row->access == Access::queries)
        return refused(
            ErrorCode::canister_rejected_message,
            fmt::format("{} API is not accessible via ingress in replicated mode", call.method));
    // What anyone may call is about no canister that would pay for it.
    if (row->access == Access::anyone) return {};
    const auto about = management::effective_canister(row->method, call.argument);
    if (!about)
        return refused(ErrorCode::invalid_management_payload,
                       fmt::format("Failed to decode payload for ic00 method: {}", call.method));
    if (*about && !subnet.find(**about)) return not_found(**about);
    const bool is_paid_now = *about && !is_paid_afterwards(call.method, call.argument);
    if (is_paid_now) TRY(check_payer(subnet, **about, caller, call));
    if (!may_call(subnet, *row, caller, *about))
        return refused(ErrorCode::canister_invalid_controller,
                       fmt::format("Only controllers of canister {} can call ic00 method {}",
                                   (*about)->text(), call.method));
    if (is_paid_now) charge(subnet, **about, caller, call);
    return {};
}

}  // namespace

Result<MessageId, Failure> submit(Subnet& subnet, const Principal& caller, const Call& call,
                                  std::optional<MessageId> id, u64 expiry_ns) {
    // Conditions.
    const bool is_management = call.canister == Principal();
    if (is_management)
        TRY(check_management(subnet, caller, call));
    else
        TRY(check_canister(subnet, caller, call));

    // State after.
    const MessageId message = id ? *id : subnet.new_message_id();
    IngressStatus& status = subnet.change_ingress(message);
    status.sender = caller;
    status.receiver = call.canister;
    status.method = call.method;
    if (is_management) {
        subnet.change_management().waiting.push_back({.origin = IngressOrigin{caller, message},
                                                      .caller = caller,
                                                      .caller_version = {},
                                                      .method = call.method,
                                                      .argument = call.argument});
        return message;
    }
    Canister& canister = subnet.change(call.canister, Part::calls);
    canister.calls.push(Ingress{message, caller, call.method, call.argument, expiry_ns});
    subnet.refresh(canister);
    return message;
}

}  // namespace icvm::replica
