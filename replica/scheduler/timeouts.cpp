#include "replica/scheduler/timeouts.hpp"

#include <utility>

#include "replica/execution/answer.hpp"

namespace icvm::replica {

namespace {

constexpr u64 stop_wait_ns = 5ull * 60 * 1'000'000'000;

Payload deadline_expired() {
    return RejectPayload{
        RejectCode::sys_unknown, ErrorCode::deadline_expired, "Call deadline has expired.", {}};
}

bool is_over(u64 deadline_ns, u64 now_ns) { return deadline_ns != 0 && deadline_ns <= now_ns; }

/// The callers of calls whose deadline has come get a reject; what was attached is lost.
void expire_callbacks(Subnet& subnet, Canister& canister) {
    std::vector<std::pair<CallbackId, Principal>> due;
    for (const auto& [id, callback] : canister.calls.callbacks())
        if (is_over(callback.deadline_ns, subnet.time_ns()) && !callback.expired)
            due.emplace_back(id, callback.respondent);
    for (const auto& [id, respondent] : due) {
        canister.calls.expire(id);
        subnet.mark(canister, Part::calls);
        canister.calls.push(Response{.receiver = canister.id,
                                     .respondent = respondent,
                                     .callback = id,
                                     .refund = 0,
                                     .payload = deadline_expired()});
    }
}

/// Requests that nobody has begun to execute are dropped; their caller hears by its callback.
void expire_requests(Subnet& subnet, Canister& canister) {
    const auto dropped = canister.calls.take_requests(
        [&](const Request& request) { return is_over(request.deadline_ns, subnet.time_ns()); });
    if (!dropped.empty()) subnet.mark(canister, Part::calls);
    for (const Request& request : dropped) subnet.change_record().cycles_gone += request.cycles;
}

void expire_stops(Subnet& subnet, Canister& canister) {
    std::vector<StopRequest> waiting;
    for (StopRequest& stop : std::exchange(canister.calls.stops, {})) {
        if (subnet.time_ns() - stop.since_ns < stop_wait_ns) {
            waiting.push_back(std::move(stop));
            continue;
        }
        subnet.mark(canister, Part::calls);
        answer(subnet, stop.origin, Principal(),
               plain_payload_of(reject(ErrorCode::stop_canister_request_timeout,
                                       "Stop canister request timed out")),
               stop.cycles);
    }
    canister.calls.stops = std::move(waiting);
}

void forget_answers(Subnet& subnet) {
    std::vector<MessageId> old;
    for (const auto& [id, status] : subnet.ingress_history())
        if (status.forgotten_ns != 0 && status.forgotten_ns <= subnet.time_ns()) old.push_back(id);
    for (const MessageId& id : old) subnet.forget_ingress(id);
}

}  // namespace

void expire(Subnet& subnet) {
    const std::vector<Principal> calling(subnet.with_calls().begin(), subnet.with_calls().end());
    for (const Principal& id : calling) {
        Canister& canister = subnet.change(id, Part::calls);
        expire_callbacks(subnet, canister);
        expire_stops(subnet, canister);
        subnet.refresh(canister);
    }
    const std::vector<Principal> waiting(subnet.waiting().begin(), subnet.waiting().end());
    for (const Principal& id : waiting) {
        Canister& canister = subnet.change(id, Part::calls);
        expire_requests(subnet, canister);
        subnet.refresh(canister);
    }
    forget_answers(subnet);
}

}  // namespace icvm::replica
