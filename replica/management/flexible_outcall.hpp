#pragma once

#include "replica/cycles/http_outcall.hpp"
#include "replica/management/interface/http.hpp"
#include "replica/state/calls.hpp"

namespace icvm::replica::management {

/// What the caller of flexible_http_request gets, when each node has the same `payload`, and what
/// its delivery costs.
struct FlexibleOutcome {
    FlexibleHttpRequestResult result;
    u128 delivery = 0;
};
FlexibleOutcome flexible_outcome(const Payload& payload, const HttpReplication& counts,
                                 const OutcallBudget& budget);

/// Of a payload that comes from a node.
u64 delivered_bytes(const Payload& payload);
/// Why nothing is delivered, in mainnet's words.
std::string out_of_cycles_text(const OutcallBudget& budget, u128 delivery);

}  // namespace icvm::replica::management
