#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Shared by all stages of install_code (docs/metering.md, "Stages of install_code").
inline constexpr u64 install_instructions_max = 300'000'000'000;

/// Interface spec, "IC method install_code"; docs/mainnet.md, "Lifecycle". All or nothing.
Result<Receipt, Failure> install_code(Subnet& subnet, const Principal& caller,
                                      const InstallCode& request);
/// The same into `created`, which is in no state yet: it is when `request` succeeds. `record` is
/// that of the round, with its id taken.
Result<Receipt, Failure> install_into_new(Subnet& subnet, const Principal& caller,
                                          const InstallCode& request, const Canister& created,
                                          const SubnetRecord& record);

}  // namespace icvm::replica
