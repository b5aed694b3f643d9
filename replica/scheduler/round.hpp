#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// One round, between begin_round and end_round (docs/mainnet.md, "Rounds"): what is due by time,
/// tasks of the system, then messages in turn until none is left or the round is full. A Failure:
/// the round must be abandoned.
Result<void, Failure> execute_round(Subnet& subnet);

/// Nothing waits in any queue.
bool is_idle(const Subnet& subnet);

}  // namespace icvm::replica
