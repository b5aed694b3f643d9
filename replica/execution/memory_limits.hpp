#pragma once

#include "replica/execution/entry.hpp"

namespace icvm::replica {

/// IC0539: its heap is beyond the Wasm memory limit. Asked where an update call begins, and where
/// an installation ends; between them memory.grow looks (system_api/memory_growth.hpp).
Result<void, Reject> check_heap(const Canister& canister);

/// Reserves cycles of the canister, which takes `bytes` more of the subnet than it has allocated or
/// uses; not in an execution, but by the management canister. IC0534, IC0532.
Result<void, Failure> reserve_storage(Subnet& subnet, Canister& canister, u64 bytes);
/// All of that for what install_code has made of it: IC0539, IC0534, IC0532, IC0101.
Result<void, Failure> take_storage(Subnet& subnet, const Canister& before, Canister& canister);
/// "1.50 GiB"; "1024.00 MiB" is a GiB, as on mainnet.
std::string bytes_text(u64 bytes);

/// Interface spec, "Low Wasm memory hook": whether less than the threshold is left.
bool is_low_on_memory(const Canister& canister);
/// Interface spec, "Low Wasm memory hook": after the heap or the settings have changed.
void update_low_memory_hook(Canister& canister);

}  // namespace icvm::replica
