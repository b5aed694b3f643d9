#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// What canisters hold is charged for every ten seconds of the subnet's time; one that cannot pay
/// is uninstalled (Interface spec, "Canister cycles").
void charge_resources(Subnet& subnet);

}  // namespace icvm::replica
