#include "replica/management/flexible_outcall.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "replica/cycles/cost_schedule.hpp"

namespace icvm::replica::management {

namespace {

/// Of all responses in a block.
constexpr u64 delivered_bytes_max = 2 * 1024 * 1024;
constexpr size_t out_of_cycles = 1, responses_too_large = 2, too_many_rejects = 3;

/// Names in mainnet's code.
std::string_view name_of(RejectCode code) {
    switch (code) {
        case RejectCode::sys_fatal: return "SysFatal";
        case RejectCode::sys_transient: return "SysTransient";
        case RejectCode::destination_invalid: return "DestinationInvalid";
        case RejectCode::canister_reject: return "CanisterReject";
        case RejectCode::canister_error: return "CanisterError";
        default: return "SysUnknown";
    }
}

/// Nodes of a subnet that has none.
Principal node_id(u64 number) {
    return Principal::self_authenticating(bytes_of(fmt::format("icvm node {}", number)));
}

template <size_t error>
FlexibleHttpRequestResult failed(std::string message, u64 nodes, FlexibleHttpNodeError of_each) {
    FlexibleHttpError failure{.global_error = FlexibleHttpGlobalError(),
                              .node_details = {},
                              .message = std::move(message)};
    failure.global_error->value.emplace<error>();
    for (u64 number = 0; number < nodes; number++)
        failure.node_details.push_back({node_id(number), {}, of_each});
    return {std::move(failure)};
}

FlexibleHttpRequestResult out_of_cycles_result(const Payload& payload, const OutcallBudget& budget,
                                               u128 delivery) {
    const bool is_reply = std::holds_alternative<ByteVector>(payload);
    return failed<out_of_cycles>(
        out_of_cycles_text(budget, delivery), budget.performers(),
        {is_reply ? "ok" : "reject",
         fmt::format("{} cycles spent", cycles_text(budget.spent_by_each()))});
}

FlexibleOutcome rejected(const Payload& payload, const HttpReplication& counts,
                         const OutcallBudget& budget) {
    const auto& rejection = std::get<RejectPayload>(payload);
    const u64 rejects = counts.total_requests - counts.min_responses + 1;
    const u128 delivery = budget.delivery(rejects, delivered_bytes(payload));
    if (!budget.is_free() && delivery > budget.unspent())
        return {out_of_cycles_result(payload, budget, delivery), 0};
    return {failed<too_many_rejects>(
                fmt::format("Too many rejects: {} responses are rejects", rejects), rejects,
                {std::string(name_of(rejection.code)), rejection.message}),
            delivery};
}

FlexibleHttpRequestResult too_large(u64 bytes, const HttpReplication& counts) {
    const u64 total = counts.total_requests, least = counts.min_responses;
    const std::vector<u64> sizes(least, bytes);
    return failed<responses_too_large>(
        fmt::format("Responses too large: need at least {} OK responses to fit within {} bytes, "
                    "but even the smallest {} (= {} min_responses - 0 unseen) of {} OK responses "
                    "have sizes [{}] bytes ({} ok + 0 reject + 0 unseen = {} total_requests)",
                    least, delivered_bytes_max, least, least, total, fmt::join(sizes, ", "), total,
                    total),
        total, {"ok", fmt::format("{} bytes", bytes)});
}

}  // namespace

u64 delivered_bytes(const Payload& payload) {
    constexpr u64 code_bytes = 1;
    const auto* rejection = std::get_if<RejectPayload>(&payload);
    return rejection ? code_bytes + rejection->message.size()
                     : std::get<ByteVector>(payload).size();
}

std::string out_of_cycles_text(const OutcallBudget& budget, u128 delivery) {
    return fmt::format(
        "Out of cycles: {} of the assigned replicas reported a collective spend of {} cycles, "
        "leaving {} cycles of the attached payment (after base fee deduction). Delivering a "
        "response would cost at least {} cycles.",
        budget.performers(), cycles_text(budget.spent()), cycles_text(budget.unspent()),
        cycles_text(delivery));
}

FlexibleOutcome flexible_outcome(const Payload& payload, const HttpReplication& counts,
                                 const OutcallBudget& budget) {
    const auto* bytes = std::get_if<ByteVector>(&payload);
    const auto response = bytes ? candid::decode_as<HttpRequestResult>(*bytes)
                                : Result<HttpRequestResult, std::string>();
    if (bytes && !response)  // what a transform has made
        return flexible_outcome(RejectPayload{.code = RejectCode::sys_fatal,
                                              .error = ErrorCode::canister_rejected_message,
                                              .message = response.error(),
                                              .backtrace = {}},
                                counts, budget);
    if (!bytes && counts.min_responses > 0) return rejected(payload, counts, budget);
    if (!bytes) return {{std::vector<HttpRequestResult>()}, 0};
    const auto fits = [&](u64 count) { return count * bytes->size() <= delivered_bytes_max; };
    const auto is_paid = [&](u64 count) {
        return budget.is_free() || budget.delivery(count, bytes->size()) <= budget.unspent();
    };
    if (!fits(counts.min_responses)) return {too_large(bytes->size(), counts), 0};
    u64 count = counts.max_responses;
    while (count > counts.min_responses && !(fits(count) && is_paid(count))) count--;
    const u128 delivery = budget.delivery(count, bytes->size());
    if (!is_paid(count)) return {out_of_cycles_result(payload, budget, delivery), 0};
    return {{std::vector<HttpRequestResult>(count, *response)}, delivery};
}

}  // namespace icvm::replica::management
