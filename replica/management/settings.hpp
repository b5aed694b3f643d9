#pragma once

#include "replica/execution/subnet.hpp"
#include "replica/management/interface/settings.hpp"

namespace icvm::replica {

/// Percent that canisters may have allocated together; one of them stays free.
inline constexpr u64 compute_capacity_percent = 300;

/// The canister's settings with `change`, when its balance and what the subnet has left allow that.
Result<Settings, Failure> checked_settings(const Subnet& subnet, const Canister& canister,
                                           const management::CanisterSettings& change);

/// update_settings with a small argument is paid for when it is done, if it can be: so that a
/// canister whose freezing threshold is too high can be helped.
bool is_paid_afterwards(const std::string& method, Bytes argument);
void pay_afterwards(Subnet& subnet, const ManagementCall& call);
/// Reserves the cycles for a larger memory allocation. IC0533, IC0531.
Result<void, Failure> reserve_allocation(Subnet& subnet, Canister& canister, const Settings& after);

}  // namespace icvm::replica
