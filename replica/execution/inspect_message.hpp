#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Whether canister_inspect_message lets an update call in (Interface spec, "Ingress message
/// inspection"): always, when it is not exported. Nothing of the execution stays.
Result<void, Failure> inspect_message(Subnet& subnet, const Canister& canister,
                                      const CanisterModule& module, const Principal& caller,
                                      const Call& call);

}  // namespace icvm::replica
