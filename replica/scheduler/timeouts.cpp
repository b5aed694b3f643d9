#include "replica/scheduler/timeouts.hpp"

#include <algorithm>
#include <utility>

#include "replica/execution/answer.hpp"

namespace icvm::replica {

namespace {

constexpr u64 stop_wait_ns = 5ull * 60 * 1'000'000'000;

Payload deadline_expired() {
    return RejectPayload{
        RejectCode::sys_unknown, ErrorCode::deadline_expired, "Call deadline has expired.", {}};
}

/// The callers of calls whose deadline has come get a reject; what was attached is lost.
void expire_callbacks(Subnet& subnet, Canister& canister) {
    for (const CallbackId id : canister.calls.overdue(subnet.time_ns())) {
        canister.calls.expire(id);
        canister.calls.push(Response{.receiver = canister.id,
                                     .respondent = canister.calls.callbacks().at(id).respondent,
                                     .callback = id,
                                     .refund = 0,
                                     .payload = deadline_expired()});
    }
}

/// Requests that nobody has begun to execute are dropped; their caller hears by its callback.
void expire_requests(Subnet& subnet, Canister& canister) {
    for (const Request& request : canister.calls.take_expired_requests(subnet.time_ns()))
        subnet.change_record().cycles_gone += request.cycles;
}

bool is_over(const StopRequest& stop, u64 now_ns) { return now_ns - stop.since_ns >= stop_wait_ns; }

void expire_stops(Subnet& subnet, Canister& canister) {
    std::vector<StopRequest> waiting;
    for (StopRequest& stop : std::exchange(canister.calls.stops, {})) {
        if (!is_over(stop, subnet.time_ns())) {
            waiting.push_back(std::move(stop));
            continue;
        }
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
    const u64 now = subnet.time_ns();
    const std::set<Principal> bounded = subnet.with_deadlines();
    for (const Principal& id : bounded) {
        const Calls& calls = subnet.find(id)->calls;
        const bool is_due =
            !calls.overdue(now).empty() ||
            std::ranges::any_of(calls.stops, [&](const auto& stop) { return is_over(stop, now); });
        if (!is_due) continue;
        Canister& canister = subnet.change(id, Part::calls);
        expire_callbacks(subnet, canister);
        expire_stops(subnet, canister);
        subnet.refresh(canister);
    }
    const std::set<Principal> waiting = subnet.waiting();
    for (const Principal& id : waiting) {
        if (!subnet.find(id)->calls.has_expired_requests(now)) continue;
        Canister& canister = subnet.change(id, Part::calls);
        expire_requests(subnet, canister);
        subnet.refresh(canister);
    }
    forget_answers(subnet);
}

}  // namespace icvm::replica
