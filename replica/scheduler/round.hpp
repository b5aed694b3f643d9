#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Instructions of one round at most; what is left waits for the next one. (mainnet's four threads
/// have 7 billion each.)
inline constexpr u64 round_instructions_max = 28'000'000'000;

/// One round, between begin_round and end_round (docs/mainnet.md, "Rounds"): what is due by time,
/// tasks of the system, then messages in turn until none is left or the round is full. A Failure:
/// the round must be abandoned.
Result<void, Failure> execute_round(Subnet& subnet);

/// Nothing waits in any queue.
bool is_idle(const Subnet& subnet);

}  // namespace icvm::replica
