#pragma once

#include <cstring>

#include "vm/exec/dispatch.hpp"

/// Vectors as the handlers read and write them: two adjacent slots, the low half first.

namespace icvm::vm {

using u64x2 [[gnu::vector_size(16)]] = u64;

template <class V>
ICVM_INLINE V read_vector(const void* from) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class V>
ICVM_INLINE void write_vector(void* to, V value) {
    std::memcpy(to, &value, sizeof value);
}

/// Writes the destination slots.
template <class V>
ICVM_INLINE void put_vector(Registers& r, V value) {
    write_vector(&slot(r, field16(r, 0)), value);
}

}  // namespace icvm::vm
