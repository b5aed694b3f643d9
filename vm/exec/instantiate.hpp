#pragma once

#include "vm/runtime/instance.hpp"
#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// memory.init (Wasm 4.4.7), also of active segments. False: out of bounds, nothing was changed.
bool initialize_memory(Instance& instance, u32 memory, u32 segment, u64 destination, u64 source,
                       u64 length);

/// table.init (Wasm 4.4.6), also of active segments. False: out of bounds, nothing was changed.
bool initialize_table(Instance& instance, u32 table, u32 segment, u64 destination, u64 source,
                      u64 length);

/// elem.drop (Wasm 4.6.7): the segment has no elements any more, and holds nothing alive.
void drop_elements(Instance& instance, u32 segment);

}  // namespace icvm::vm
