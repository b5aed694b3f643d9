#pragma once

#include <cstring>

#include "vm/exec/dispatch.hpp"

/// Vectors as the handlers read and write them: in two adjacent slots, the low half first, or all
/// of a vector register.

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

/// The vector at a place; `n`: its field in the first cell, when it is in slots.
template <class V, Place place>
ICVM_INLINE V vector_at(const Registers& r, u32 n) {
    if constexpr (place == Place::slot)
        return read_vector<V>(&slot(r, field16(r, n)));
    else
        return std::bit_cast<V>(r.x[u32(place) - u32(Place::x1)]);
}

/// Writes a vector to a place, likewise.
template <Place place, class V>
ICVM_INLINE void put_vector(Registers& r, u32 n, V value) {
    if constexpr (place == Place::slot)
        write_vector(&slot(r, field16(r, n)), value);
    else
        r.x[u32(place) - u32(Place::x1)] = std::bit_cast<Lanes>(value);
}

}  // namespace icvm::vm
