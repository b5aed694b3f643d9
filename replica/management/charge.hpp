#pragma once

#include "replica/execution/management_refusal.hpp"
#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Takes cycles from what the canister may spend; else why not, in mainnet's words. `caller` learns
/// how many are missing when it controls the canister.
Result<void, std::string> withdraw(const Subnet& subnet, Canister& canister, u128 cycles,
                                   const Principal& caller);

/// What a canister comes to use by a call to the management canister, in bytes of memory.
struct Growth {
    u64 before = 0, after = 0;
    u128 cycles = 0;  ///< for the instructions that it takes
};
/// Takes it of the subnet's memory and of the canister's cycles, reserved ones too; or takes
/// nothing: IC0101, IC0532, IC0207, IC0534, in mainnet's order. The cycles are a snapshot's.
Result<void, Failure> take_growth(Subnet& subnet, Canister& canister, const Growth& growth,
                                  const Principal& caller);
/// The same without taking it.
Result<void, Failure> check_growth(Subnet& subnet, const Canister& canister, const Growth& growth,
                                   const Principal& caller);

}  // namespace icvm::replica
