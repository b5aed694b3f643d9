#pragma once

#include "replica/execution/entry.hpp"

namespace icvm::replica {

/// Whether what the execution has made of heap and stable memory is allowed: the Wasm memory limit
/// (IC0539) and the cycles for what it uses (IC0532). Asked when it has ended.
Result<void, Reject> check_memory(const Canister& canister, Entry& entry);
/// IC0539: an update call of a canister whose heap is beyond its limit already.
Result<void, Reject> check_heap(const Canister& canister);

/// Interface spec, "Low Wasm memory hook": whether less than the threshold is left.
bool is_low_on_memory(const Canister& canister);
/// Interface spec, "Low Wasm memory hook": after the heap or the settings have changed.
void update_low_memory_hook(Canister& canister);

}  // namespace icvm::replica
