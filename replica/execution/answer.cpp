#include "replica/execution/answer.hpp"

#include <fmt/format.h>

#include <utility>

#include "replica/state/holdings.hpp"
#include "replica/system_api/context.hpp"

namespace icvm::replica {

namespace {

void answer_ingress(Subnet& subnet, const IngressOrigin& origin, Payload payload) {
    IngressStatus& status = subnet.change_ingress(origin.id);
    status.has_awaited = status.state == IngressState::processing;
    status.state = std::holds_alternative<RejectPayload>(payload) ? IngressState::rejected
                                                                  : IngressState::replied;
    status.payload = std::move(payload);
    status.round = subnet.record().round;
    status.forgotten_ns = subnet.time_ns() + answer_kept_ns;
}

void push(Subnet& subnet, const Principal& receiver, Calls::Input input) {
    Canister& canister = subnet.change(receiver, Part::calls);
    canister.calls.push(std::move(input));
    subnet.refresh(canister);
}

/// Ids of another length are those of users: no subnet has them.
constexpr size_t canister_id_bytes = 10;

std::optional<Reject> why_undeliverable(const Subnet& subnet, const Request& request) {
    const Canister* receiver = subnet.find(request.receiver);
    const auto id = [&] { return request.receiver.text(); };
    if (!receiver)
        return reject(ErrorCode::canister_not_found,
                      request.receiver.bytes().size() == canister_id_bytes
                          ? fmt::format("Canister {} not found", id())
                          : fmt::format("No route to canister {}", id()));
    if (auto running = require_running(*receiver); !running) return running.error();
    const u128 minimum = receiver->settings.minimum_incoming_canister_call_cycles;
    if (request.sender != request.receiver && request.cycles < minimum) {
        Reject refused =
            reject(ErrorCode::canister_rejected_message,
                   fmt::format(
                       "Canister {} requires at least {} transferred cycles, but only {} were sent",
                       id(), minimum, request.cycles));
        refused.code = RejectCode::canister_error;
        return refused;
    }
    if (receiver->cycles < freezing_limit(*receiver, subnet.schedule()))
        return reject(ErrorCode::canister_out_of_cycles,
                      fmt::format("Canister {} is out of cycles", id()));
    return std::nullopt;
}

bool is_management(const Principal& principal) {
    return principal == Principal() || principal == subnet_id();
}

/// The canister keeps no room any more for the response to a call.
void release(Subnet& subnet, Canister& canister, const CallOrigin& origin) {
    if (!std::holds_alternative<CanisterOrigin>(origin)) return;
    canister.calls.release(origin);
    subnet.refresh(canister);
}

}  // namespace

void answer(Subnet& subnet, const CallOrigin& origin, const Principal& respondent, Payload payload,
            u128 refund) {
    if (const auto* ingress = std::get_if<IngressOrigin>(&origin))
        return answer_ingress(subnet, *ingress, std::move(payload));
    const auto* canister = std::get_if<CanisterOrigin>(&origin);
    if (!canister) return;
    if (!subnet.find(canister->sender)) {
        subnet.change_record().cycles_gone += refund;
        return;
    }
    if (auto* rejection = std::get_if<RejectPayload>(&payload))
        rejection->message = ellipsized(std::move(rejection->message));
    push(subnet, canister->sender,
         Response{.receiver = canister->sender,
                  .respondent = respondent,
                  .callback = canister->callback,
                  .refund = refund,
                  .payload = std::move(payload)});
}

Payload payload_of(Reject reject, const CallOrigin& origin) {
    if (std::holds_alternative<CanisterOrigin>(origin))
        reject.message = fmt::format("{}: {}", to_string(reject.error), reject.message);
    return plain_payload_of(std::move(reject));
}

Payload plain_payload_of(Reject reject) {
    return RejectPayload{reject.code, reject.error, std::move(reject.message),
                         std::move(reject.backtrace)};
}

void send(Subnet& subnet, Request request) {
    if (is_management(request.receiver)) {
        subnet.change_management().waiting.push_back(
            {.origin = CanisterOrigin{request.sender, request.callback, request.deadline_ns},
             .caller = request.sender,
             .caller_version = request.sender_version,
             .method = std::move(request.method),
             .argument = std::move(request.argument),
             .cycles = request.cycles});
        return;
    }
    if (auto why = why_undeliverable(subnet, request)) {
        const CallOrigin origin =
            CanisterOrigin{request.sender, request.callback, request.deadline_ns};
        return answer(subnet, origin, request.receiver, plain_payload_of(std::move(*why)),
                      request.cycles);
    }
    const Principal receiver = request.receiver;
    push(subnet, receiver, std::move(request));
}

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

void note_processing(Subnet& subnet, const CallOrigin& origin) {
    const auto* ingress = std::get_if<IngressOrigin>(&origin);
    if (!ingress) return;
    IngressStatus& status = subnet.change_ingress(ingress->id);
    if (status.state == IngressState::received) status.state = IngressState::processing;
}

Principal caller_of(const CallOrigin& origin) {
    if (const auto* ingress = std::get_if<IngressOrigin>(&origin)) return ingress->sender;
    if (const auto* canister = std::get_if<CanisterOrigin>(&origin)) return canister->sender;
    return {};
}

void respond(Subnet& subnet, Canister& canister, CallContext& context, Answer& answered) {
    release(subnet, canister, context.origin);
    Payload payload;
    if (auto* reply = std::get_if<ByteVector>(&answered))
        payload = std::move(*reply);
    else
        payload = RejectPayload{RejectCode::canister_reject,
                                ErrorCode::canister_rejected_message,
                                std::move(std::get<Rejection>(answered).message),
                                {}};
    context.responded = true;
    answer(subnet, context.origin, canister.id, std::move(payload),
           std::exchange(context.cycles_available, 0));
}

void respond_failure(Subnet& subnet, Canister& canister, CallContext& context,
                     std::optional<Reject> error) {
    release(subnet, canister, context.origin);
    Payload payload;
    if (error)
        payload = payload_of(std::move(*error), context.origin);
    else if (std::holds_alternative<CanisterOrigin>(context.origin))
        payload = RejectPayload{
            RejectCode::canister_error, ErrorCode::canister_did_not_reply, "No response", {}};
    else
        payload =
            RejectPayload{RejectCode::canister_error,
                          ErrorCode::canister_did_not_reply,
                          fmt::format("Canister {} did not reply to the call", canister.id.text()),
                          {}};
    context.responded = true;
    answer(subnet, context.origin, canister.id, std::move(payload),
           std::exchange(context.cycles_available, 0));
}

void conclude(Subnet& subnet, Canister& canister, ContextId id, std::optional<Reject> error) {
    CallContext& context = canister.calls.context(id);
    if (context.callbacks > 0) return;
    if (!context.responded) respond_failure(subnet, canister, context, std::move(error));
    canister.calls.remove_context(id);
    finish_stopping(subnet, canister);
}

void finish_stopping(Subnet& subnet, Canister& canister) {
    if (canister.status != Status::stopping || !canister.calls.contexts().empty()) return;
    subnet.mark(canister, Part::canister);
    subnet.mark(canister, Part::calls);
    canister.status = Status::stopped;
    canister.version++;
    // Candid of no values.
    const ByteVector nothing = {'D', 'I', 'D', 'L', 0, 0};
    const std::vector<StopRequest> stops = std::exchange(canister.calls.stops, {});
    for (const StopRequest& stop : stops)
        answer(subnet, stop.origin, Principal(), nothing, stop.cycles);
    subnet.refresh(canister);
}

}  // namespace icvm::replica
