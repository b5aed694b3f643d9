#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Interface spec, "IC method stop_canister": as nothing is ever under way here, the canister is
/// stopped when this returns.
Result<Receipt, Failure> stop_canister(Subnet& subnet, const Principal& caller,
                                       const Principal& id);

/// Interface spec, "IC method start_canister".
Result<Receipt, Failure> start_canister(Subnet& subnet, const Principal& caller,
                                        const Principal& id);

/// Interface spec, "IC method uninstall_code": module, heap, stable memory, certified data and
/// timer go.
Result<Receipt, Failure> uninstall_code(Subnet& subnet, const Principal& caller,
                                        const Principal& id);

/// Interface spec, "IC method delete_canister".
Result<Receipt, Failure> delete_canister(Subnet& subnet, const Principal& caller,
                                         const Principal& id);

}  // namespace icvm::replica
