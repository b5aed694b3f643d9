#pragma once

#include "vm/runtime/before_images.hpp"
#include "vm/runtime/mapping.hpp"
#include "vm/runtime/memory.hpp"

namespace icvm::vm {

struct FaultPlace;

/// What a Memory keeps to itself; the parts of its implementation share it.
struct Memory::State {
    Mapping mapping;
    u64 wasm_pages_max = 0;
    /// The greatest size so far: what the mapping must drop at the end.
    u64 used_bytes = 0;
    BeforeImages images;

    // Lazy filling, in units of a Wasm page: one is present or absent as a whole.
    PageSource* source = nullptr;
    u64 lazy_bytes = 0;       ///< only below may anything be absent; 0: nothing is
    u64 next_lazy = ~u64(0);  ///< where the last filled range ended
    u64 lazy_window = wasm_page_bytes;
    u64 fills = 0;
    FaultPlace* place = nullptr;
};

inline constexpr u64 pages_per_wasm_page = wasm_page_bytes / page_bytes;

}  // namespace icvm::vm
