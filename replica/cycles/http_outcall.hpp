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

}  // namespace icvm::replica
