#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Cycles are neither made nor lost on their way (Interface spec, "Canister cycles"): what
/// canisters have, have consumed and have prepaid, what is attached to calls and goes back with
/// answers, and what is gone with deleted canisters and deadlines. It is
/// SubnetRecord::cycles_created at the end of each round.
u128 accounted_cycles(const Subnet& subnet);

}  // namespace icvm::replica
