#include "replica/cycles/http_outcall.hpp"

#include <algorithm>

#include "replica/cycles/saturating.hpp"

namespace icvm::replica {

namespace {

using Kind = HttpOutcall::Kind;

/// A reject of this size may be delivered instead of any response.
constexpr u64 reject_bytes_max = 1025;
/// What a flexible response takes in a block beside itself.
constexpr u64 flexible_response_overhead = 181;
constexpr u64 instructions_per_cycle = 13;
constexpr u64 downloaded_byte_fee = 50, gossiped_byte_fee = 50;

Saturating divided_up(Saturating cycles, u64 parts) {
    return cycles.value / parts + (cycles.value % parts != 0);
}

/// The nodes that perform the outcall.
u64 performers(const HttpOutcall& outcall, u64 nodes) {
    switch (outcall.kind) {
        case Kind::fully_replicated: return nodes;
        case Kind::non_replicated: return 1;
        case Kind::flexible: return std::max<u64>(outcall.replication.total_requests, 1);
    }
    return nodes;
}

/// Of the request, by each node of the subnet; it never comes back.
Saturating base_fee(const HttpOutcall& outcall, u64 nodes) {
    const Saturating request = Saturating(1'000'000) + Saturating(50) * outcall.request_bytes;
    if (outcall.kind == Kind::fully_replicated)
        return (request + Saturating(140'000) * nodes + Saturating(800) * nodes * nodes) * nodes;
    const u64 responses = outcall.kind == Kind::flexible ? outcall.replication.min_responses : 1;
    return (request + Saturating(90'000) * nodes + Saturating(2'000) * nodes * responses +
            Saturating(100'000) * responses) *
           nodes;
}

/// Of bytes in a block.
Saturating delivery(Saturating bytes, u64 nodes) {
    return (Saturating(10) * nodes + 600) * nodes * bytes;
}

/// Of flexible responses beyond those that must come.
Saturating extra_responses(Saturating count, u64 nodes) {
    return (Saturating(2'000) * nodes + 100'000) * nodes * count;
}

/// Of what is delivered: enough that each node that may take part can pay its share.
Saturating delivery_reserve(const HttpOutcall& outcall, u64 bytes, u64 nodes) {
    const HttpOutcall::Replication& flexible = outcall.replication;
    switch (outcall.kind) {
        case Kind::non_replicated: return delivery(bytes, nodes);
        case Kind::fully_replicated: {
            const u64 quorum = nodes - (nodes - 1) / 3;
            return divided_up(delivery(bytes, nodes), quorum) * nodes;
        }
        case Kind::flexible: break;
    }
    if (flexible.max_responses == 0) return 0;
    const Saturating extra = Saturating(flexible.total_requests) - flexible.min_responses;
    return delivery((Saturating(flexible_response_overhead) + bytes) * flexible.total_requests,
                    nodes) +
           extra_responses(extra, nodes);
}

}  // namespace

HttpOutcall::Replication default_replication(u64 nodes) {
    return {u32(2 * nodes / 3 + 1), u32(nodes), u32(nodes)};
}

u128 http_outcall_cycles(const HttpOutcall& outcall, u64 nodes) {
    const u64 delivered = std::max(outcall.transformed_response_bytes, reject_bytes_max);
    const Saturating gossip = outcall.kind == Kind::fully_replicated
                                  ? Saturating(0)
                                  : Saturating(gossiped_byte_fee) * delivered * nodes;
    const Saturating of_one = Saturating(downloaded_byte_fee) * outcall.raw_response_bytes +
                              Saturating(300) * outcall.round_trip_ms +
                              outcall.transform_instructions / instructions_per_cycle + gossip;
    const u64 count = performers(outcall, nodes);
    const Saturating share = divided_up(delivery_reserve(outcall, delivered, nodes), count);
    return (base_fee(outcall, nodes) + (of_one + share) * count).value;
}

OutcallBudget::OutcallBudget(const HttpOutcall& outcall, u64 nodes, u128 attached, bool is_free)
    : outcall_(outcall),
      nodes_(nodes),
      performers_(icvm::replica::performers(outcall, nodes)),
      is_free_(is_free) {
    if (is_free) return;
    base_fee_ = icvm::replica::base_fee(outcall, nodes).value;
    allowance_ = (Saturating(attached) - base_fee_).value / performers_;
}

u64 OutcallBudget::affordable_bytes(u64 bytes) const {
    if (is_free_) return bytes;
    return u64(std::min<u128>(bytes, (allowance_ - spent_) / downloaded_byte_fee));
}

bool OutcallBudget::spend(u128 cycles) {
    if (is_free_) return true;
    const bool can_pay = cycles <= allowance_ - spent_;
    spent_ = can_pay ? spent_ + cycles : allowance_;
    return can_pay;
}

bool OutcallBudget::download(u64 bytes) { return spend(u128(downloaded_byte_fee) * bytes); }

bool OutcallBudget::transform(u64 instructions) {
    return spend(instructions / instructions_per_cycle);
}

bool OutcallBudget::gossip(u64 bytes) {
    return outcall_.kind == Kind::fully_replicated ||
           spend((Saturating(gossiped_byte_fee) * bytes * nodes_).value);
}

u128 OutcallBudget::delivery(u64 responses, u64 bytes) const {
    if (is_free_) return 0;
    if (outcall_.kind != Kind::flexible)
        return (icvm::replica::delivery(bytes, nodes_) * responses).value;
    const u64 extra = responses - std::min<u64>(responses, outcall_.replication.min_responses);
    return (icvm::replica::delivery((Saturating(flexible_response_overhead) + bytes) * responses,
                                    nodes_) +
            extra_responses(extra, nodes_))
        .value;
}

}  // namespace icvm::replica
