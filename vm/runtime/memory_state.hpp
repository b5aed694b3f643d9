#pragma once

#include "vm/runtime/before_images.hpp"
#include "vm/runtime/mapping.hpp"
#include "vm/runtime/memory.hpp"

namespace icvm::vm {

struct FaultPlace;

/// What a Memory keeps to itself; the parts of its implementation share it.
struct Memory::State {
    Mapping mapping;
    u64 pages_max = 0;  ///< of the type
    /// The greatest size so far: what the mapping must drop at the end.
    u64 used_bytes = 0;
    u64* store_bytes_left = nullptr;
    BeforeImages images;

    // Lazy filling.
    PageSource* source = nullptr;
    u64 next_lazy = ~u64(0);  ///< where the last filled range ended
    u64 lazy_window = 0;
    u64 fills = 0;
    FaultPlace* place = nullptr;
};

/// The end of the last page of 64 KiB that has one of the first `bytes`: sizes need not be whole
/// pages of the system.
constexpr u64 whole_page_end(u64 bytes) {
    return (bytes + wasm_page_bytes - 1) / wasm_page_bytes * wasm_page_bytes;
}

/// Absent pages are filled in units of as much (or of a page of the system, when that is larger),
/// and in growing windows when touched in a row. A first touch in a virtual machine took 9 us for
/// 4 KiB, 14 us for 16 KiB, 37 us for 64 KiB.
inline constexpr u64 fill_bytes_min = 16384;

}  // namespace icvm::vm
