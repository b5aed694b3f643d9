#pragma once

#include <optional>
#include <string>

#include "replica/execution/subnet.hpp"

namespace icvm::replica::simulator {

/// What must hold at the end of each round; a finding, or nothing.
///
/// Cycles are conserved. Each callback has one answer under way, or one that may still come. Each
/// call context waits for callbacks, and those for it. Queues keep their bounds. What is due is
/// what canisters say. `storage` keeps the state, all of it and nothing else.
std::optional<std::string> audit(const Subnet& subnet, Storage& storage);

/// Pages of memories that no canister has; it looks at every memory there ever was.
std::optional<std::string> find_lost_memory(const Subnet& subnet, Storage& storage);

}  // namespace icvm::replica::simulator
