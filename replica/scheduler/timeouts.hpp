#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// What time ends, at the start of a round: calls whose deadline has come (Interface spec,
/// "Bounded-wait calls"), stop_canister that has waited too long, ingress messages that have not
/// begun, and answers that nobody has fetched.
void expire(Subnet& subnet);

}  // namespace icvm::replica
