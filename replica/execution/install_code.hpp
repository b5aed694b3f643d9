#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Shared by all stages of install_code (spec/ic.md 5.1).
inline constexpr u64 install_instructions_max = 300'000'000'000;

/// Interface spec, "IC method install_code"; the steps are those of spec/ic.md 3.4. All or nothing.
Result<Receipt, Failure> install_code(Subnet& subnet, const Principal& caller,
                                      const InstallCode& request);
/// The same into `created`, which is in no state yet: it is when `request` succeeds. `record` is
/// that of the round, with its id taken.
Result<Receipt, Failure> install_into_new(Subnet& subnet, const Principal& caller,
                                          const InstallCode& request, const Canister& created,
                                          const SubnetRecord& record);

}  // namespace icvm::replica
