#pragma once

#include "replica/execution/subnet.hpp"
#include "replica/management/interface/settings.hpp"

namespace icvm::replica {

/// Percent that canisters may have allocated together; one of them stays free.
inline constexpr u64 compute_capacity_percent = 300;
/// Of all canisters' memories, allocated or used.
inline constexpr u64 memory_capacity_bytes = 2ull << 40;

/// The canister's settings with `change`, when its balance and what the subnet has left allow that.
Result<Settings, Failure> checked_settings(const Subnet& subnet, const Canister& canister,
                                           const management::CanisterSettings& change);

}  // namespace icvm::replica
