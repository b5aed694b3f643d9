#pragma once

#include "replica/base/reject.hpp"
#include "replica/execution/canister_module.hpp"
#include "replica/state/canister.hpp"

namespace icvm::replica {

/// What a canister's record says of its module: all but its memories and globals.
InstalledCode code_of(const CanisterModule& module);

/// Whether a heap of so many Wasm pages, which was not made for the module, may be its memory:
/// mainnet's check of August 2026 (docs/mainnet.md, "Lifecycle"); the words are ours.
Result<void, Reject> check_heap_size(const CanisterModule& module, u64 pages);

}  // namespace icvm::replica
