#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// The canister that a management call names. IC0301 "Canister <id> not found."
Result<const Canister*, Failure> find_managed(const Subnet& subnet, const Principal& id);

/// IC0512 when `caller` is none of its controllers.
Result<void, Failure> require_controller(const Canister& canister, const Principal& caller);

}  // namespace icvm::replica
