#pragma once

#include <optional>
#include <string>

#include "replica/execution/subnet.hpp"
#include "replica/simulator/disk.hpp"

namespace icvm::replica::simulator {

/// What must hold at the end of each round; a finding, or nothing.
///
/// Cycles are conserved. Each callback has one answer under way, or one that may still come. Each
/// call context waits for callbacks, and those for it. Queues keep their bounds. What is due is
/// what canisters say. `disk` keeps the state, all of it and nothing else: of the records that were
/// changed since the last audit, or of all (`is_thorough`).
std::optional<std::string> audit(const Subnet& subnet, Disk& disk, bool is_thorough);

/// Pages of memories that no canister has; it looks at every memory there ever was.
std::optional<std::string> find_lost_memory(const Subnet& subnet, Storage& storage);

}  // namespace icvm::replica::simulator
