#pragma once

#include "replica/system_api/context.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

// Growth of heap and stable memory, where it happens (Interface spec, "Memory", "Canister
// settings"): what it needs of the subnet, and of the canister's cycles.

/// Takes `bytes` more. IC0532, IC0534: the cycles do not suffice, or more would have to be reserved
/// than is allowed; IC0507: the subnet has no more.
Result<void, ExecutionError> take_memory(ExecutionContext& execution, u64 bytes);

/// The heap has grown by `delta` Wasm pages. IC0539: beyond the Wasm memory limit; the others as
/// above.
Result<void, ExecutionError> take_heap(ExecutionContext& execution, u64 old_size, u64 delta);

/// IC0539 for a heap of so many bytes.
ExecutionError beyond_wasm_memory_limit(u64 limit, u64 used);

}  // namespace icvm::replica
