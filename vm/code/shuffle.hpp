#pragma once

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// What marks an index of i8x16_shuffle's cells, a byte, as one into the second operand.
inline constexpr u8 mark_second = 0x80;

/// Eight indices of i8x16.shuffle, from 0 to 31, as its cells have them: 0 to 15, and the mark.
constexpr u64 marked_indices(u64 indices) {
    constexpr u64 second = 0x1010'1010'1010'1010;
    return (indices & ~second) | (indices & second) << 3;
}
static_assert(marked_indices(0x1F0F100001) == 0x8F0F800001);

}  // namespace icvm::vm
