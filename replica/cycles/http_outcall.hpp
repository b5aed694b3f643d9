#pragma once

/// What an HTTPS outcall costs with pricing version 2 (Interface spec, "Cycle cost calculation",
/// `cost_http_request_v2`; docs/mainnet.md, "Cycles").

#include "vm/base/integers.hpp"

namespace icvm::replica {

/// What is asked of the price: the largest that the outcall may consume at each node.
struct HttpOutcall {
    enum class Kind : u8 { fully_replicated, non_replicated, flexible };

    /// How many nodes perform a flexible outcall, and how many of their responses count.
    struct Replication {
        u32 min_responses, max_responses, total_requests;
    };

    u64 request_bytes = 0;
    u64 round_trip_ms = 0;
    u64 raw_response_bytes = 0;
    u64 transformed_response_bytes = 0;
    u64 transform_instructions = 0;
    Kind kind = Kind::fully_replicated;
    Replication replication{};  ///< of a flexible one
};

/// What flexible_http_request takes when the caller does not say: two thirds and one of all.
HttpOutcall::Replication default_replication(u64 nodes);

/// Cycles to attach on a subnet of so many nodes.
u128 http_outcall_cycles(const HttpOutcall& outcall, u64 nodes);

/// What the nodes that perform an outcall have spent of the cycles attached to it: an equal part
/// for each, and each does the same. On a free subnet nothing is spent.
class OutcallBudget {
public:
    OutcallBudget(const HttpOutcall& outcall, u64 nodes, u128 attached, bool is_free);

    /// For asking, which never comes back; more than is attached: there is no outcall.
    u128 base_fee() const { return base_fee_; }
    /// How many of these bytes each node can pay for.
    u64 affordable_bytes(u64 bytes) const;
    /// Of each node; false: it cannot pay.
    bool download(u64 bytes);
    bool transform(u64 instructions);
    bool gossip(u64 bytes);
    /// For so many responses of so many bytes each in a block.
    u128 delivery(u64 responses, u64 bytes) const;

    u64 performers() const { return performers_; }
    u128 spent_by_each() const { return spent_; }
    u128 spent() const { return spent_ * performers_; }
    u128 unspent() const { return (allowance_ - spent_) * performers_; }
    bool is_free() const { return is_free_; }

private:
    bool spend(u128 cycles);

    HttpOutcall outcall_;
    u64 nodes_, performers_;
    u128 base_fee_ = 0, allowance_ = 0, spent_ = 0;  ///< the last two: of each
    bool is_free_;
};

}  // namespace icvm::replica
