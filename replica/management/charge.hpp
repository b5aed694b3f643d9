#pragma once

#include "replica/execution/management_refusal.hpp"
#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Takes cycles from what the canister may spend; else why not, in mainnet's words. `caller` learns
/// how many are missing when it controls the canister.
Result<void, std::string> withdraw(const Subnet& subnet, Canister& canister, u128 cycles,
                                   const Principal& caller);

/// IC0532 when the canister would be frozen with so much memory in use.
Result<void, Failure> check_memory_usage(const Subnet& subnet, const Canister& canister, u64 bytes);

}  // namespace icvm::replica
