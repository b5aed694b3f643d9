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

// ---- The envelope of a message, in CBOR (Interface spec, "Authentication")
// -----------------------

constexpr u64 nonce_bytes = 16, expiry_bytes = 9;
constexpr u64 public_key_bytes = 44, signature_bytes = 64;  // of Ed25519, the key in DER
constexpr u64 self_description_bytes = 3;

/// A text, a string of bytes or a map, which begins with its length.
constexpr u64 cbor_bytes(u64 length) {
    const u64 head = length < 24 ? 1 : length < 1 << 8 ? 2 : length < 1 << 16 ? 3 : 5;
    return head + length;
}

constexpr u64 field_bytes(std::string_view name, u64 length) {
    return cbor_bytes(name.size()) + cbor_bytes(length);
}

/// Bytes of the message as agents send it, which its receiver pays for.
u64 ingress_bytes(const Principal& caller, const Call& call) {
    const u64 content =
        field_bytes("request_type", std::string_view("call").size()) +
        field_bytes("nonce", nonce_bytes) + cbor_bytes(std::string_view("ingress_expiry").size()) +
        expiry_bytes + field_bytes("sender", caller.bytes().size()) +
        field_bytes("canister_id", call.canister.bytes().size()) +
        field_bytes("method_name", call.method.size()) + field_bytes("arg", call.argument.size());
    const u64 authentication = caller == Principal::anonymous()
                                   ? 0
                                   : field_bytes("sender_pubkey", public_key_bytes) +
                                         field_bytes("sender_sig", signature_bytes);
    const u64 maps = 2;
    return self_description_bytes + maps + cbor_bytes(std::string_view("content").size()) +
           content + authentication;
}

/// IC0207: the canister that pays for taking the message in cannot.
Result<void, Failure> check_payment(const Subnet& subnet, const Canister& payer,
                                    const Principal& caller, const Call& call) {
    const u128 cost = subnet.schedule().ingress(ingress_bytes(caller, call));
    if (auto why = out_of_cycles(payer, subnet.schedule(), cost, caller))
        return refused(ErrorCode::canister_out_of_cycles, std::move(*why));
    return {};
}

void charge(Subnet& subnet, const Principal& payer, const Principal& caller, const Call& call) {
    const u128 cost = subnet.schedule().ingress(ingress_bytes(caller, call));
    if (cost == 0) return;
    Canister& canister = subnet.change(payer);
    canister.cycles -= cost;
    canister.consumed.ingress_induction += cost;
}

Result<void, Failure> check_canister(Subnet& subnet, const Principal& caller, const Call& call) {
    const Canister* canister = subnet.find(call.canister);
    if (!canister) return not_found(call.canister);
    TRY(check_payment(subnet, *canister, caller, call));
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
    return inspect_message(subnet, *canister, *module, caller, call);
}

bool may_call(const management::MethodRow& row, const Principal& caller, const Canister& about) {
    const Settings& settings = about.settings;
    switch (row.access) {
        case Access::controllers: return about.is_controller(caller);
        case Access::status_viewers: return settings.allows(settings.status_visibility, caller);
        case Access::snapshot_viewers: return settings.allows(settings.snapshot_visibility, caller);
        default: return true;
    }
}

/// Who pays; nothing: nobody does now.
Result<std::optional<Principal>, Failure> check_management(const Subnet& subnet,
                                                           const Principal& caller,
                                                           const Call& call) {
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
    if (row->access == Access::anyone) return std::nullopt;
    const auto about = management::effective_canister(row->method, call.argument);
    if (!about)
        return refused(ErrorCode::invalid_management_payload,
                       fmt::format("Failed to decode payload for ic00 method: {}", call.method));
    if (!*about) return std::nullopt;
    const Canister* canister = subnet.find(**about);
    if (!canister) return not_found(**about);
    const bool pays_now = !is_paid_afterwards(call.method, call.argument);
    if (pays_now) TRY(check_payment(subnet, *canister, caller, call));
    if (!may_call(*row, caller, *canister))
        return refused(ErrorCode::canister_invalid_controller,
                       fmt::format("Only controllers of canister {} can call ic00 method {}",
                                   (*about)->text(), call.method));
    return pays_now ? *about : std::nullopt;
}

}  // namespace

Result<MessageId, Failure> submit(Subnet& subnet, const Principal& caller, const Call& call,
                                  std::optional<MessageId> id, u64 expiry_ns) {
    // Conditions.
    if (id && subnet.ingress_history().contains(*id)) return *id;  // it came before
    const u64 messages_max = subnet.options().capacity.ingress_messages;
    if (subnet.ingress_history().size() >= messages_max)
        return refused(ErrorCode::ingress_history_full,
                       fmt::format("Maximum ingress history capacity {} reached", messages_max));
    const bool is_management = call.canister == Principal();
    std::optional<Principal> payer = call.canister;
    if (is_management)
        payer = TRY(check_management(subnet, caller, call));
    else
        TRY(check_canister(subnet, caller, call));

    // State after.
    if (payer) charge(subnet, *payer, caller, call);
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
                                                      .argument = call.argument,
                                                      .expiry_ns = expiry_ns});
        return message;
    }
    Canister& canister = subnet.change(call.canister, Part::calls);
    canister.calls.push(Ingress{message, caller, call.method, call.argument, expiry_ns});
    subnet.refresh(canister);
    return message;
}

}  // namespace icvm::replica
