#pragma once

#include <array>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// Sizes of cells that objects are rounded up to: each is a block's only one. What is larger takes
/// pages of its own.
inline constexpr std::array<u16, 14> cell_sizes = {16,  32,  48,  64,  96,   128,  192,
                                                   256, 384, 512, 768, 1024, 1536, 2048};
inline constexpr u64 cell_bytes_max = cell_sizes.back();
inline constexpr u32 block_pages = 8;
inline constexpr u64 block_bytes = u64(block_pages) * 4096;

/// The class of the smallest cell for an object of at most cell_bytes_max.
inline u32 cell_class(u64 bytes) {
    static constexpr auto table = [] {
        std::array<u8, cell_bytes_max / 16 + 1> made{};
        u8 smallest = 0;
        for (size_t units = 0; units < made.size(); units++) {
            if (units * 16 > cell_sizes[smallest]) smallest++;
            made[units] = smallest;
        }
        return made;
    }();
    return table[(bytes + 15) / 16];
}

/// What an object of `bytes`, its header included, takes of the heap.
inline u64 rounded_object_bytes(u64 bytes) {
    return bytes <= cell_bytes_max ? cell_sizes[cell_class(bytes)] : (bytes + 4095) / 4096 * 4096;
}

}  // namespace icvm::vm
