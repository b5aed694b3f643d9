#pragma once

#include <array>
#include <bit>

#include "vm/exec/numeric.hpp"

/// What the types of vector instructions are, and how lanes are chosen (Wasm 4.3.4). The meanings
/// themselves are in numeric_vector_*.hpp, by the identifiers of opcode.def; they use operators on
/// vectors alone, so that results are the same to the bit on every machine.
///
/// Lane 0 has the lowest bits, and the first slot the low half: a little-endian machine's order.
namespace icvm::vm::numeric {

using i8x16 [[gnu::vector_size(16)]] = i8;
using u8x16 [[gnu::vector_size(16)]] = u8;
using i16x8 [[gnu::vector_size(16)]] = i16;
using u16x8 [[gnu::vector_size(16)]] = u16;
using i32x4 [[gnu::vector_size(16)]] = i32;
using u32x4 [[gnu::vector_size(16)]] = u32;
using i64x2 [[gnu::vector_size(16)]] = i64;
using u64x2 [[gnu::vector_size(16)]] = u64;
using f32x4 [[gnu::vector_size(16)]] = f32;
using f64x2 [[gnu::vector_size(16)]] = f64;
// Halves.
using i8x8 [[gnu::vector_size(8)]] = i8;
using u8x8 [[gnu::vector_size(8)]] = u8;
using i16x4 [[gnu::vector_size(8)]] = i16;
using u16x4 [[gnu::vector_size(8)]] = u16;
using i32x2 [[gnu::vector_size(8)]] = i32;
using u32x2 [[gnu::vector_size(8)]] = u32;
using f32x2 [[gnu::vector_size(8)]] = f32;

/// The lanes' type, and the vectors of integers and of unsigned integers of the same shape.
template <class V>
struct ShapeOf;
template <>
struct ShapeOf<i8x16> {
    using Lane = i8;
    using Signed = i8x16;
    using Unsigned = u8x16;
};
template <>
struct ShapeOf<i16x8> {
    using Lane = i16;
    using Signed = i16x8;
    using Unsigned = u16x8;
};
template <>
struct ShapeOf<i32x4> {
    using Lane = i32;
    using Signed = i32x4;
    using Unsigned = u32x4;
};
template <>
struct ShapeOf<i64x2> {
    using Lane = i64;
    using Signed = i64x2;
    using Unsigned = u64x2;
};
template <>
struct ShapeOf<u8x16> : ShapeOf<i8x16> {
    using Lane = u8;
};
template <>
struct ShapeOf<u16x8> : ShapeOf<i16x8> {
    using Lane = u16;
};
template <>
struct ShapeOf<u32x4> : ShapeOf<i32x4> {
    using Lane = u32;
};
template <>
struct ShapeOf<u64x2> : ShapeOf<i64x2> {
    using Lane = u64;
};
template <>
struct ShapeOf<f32x4> : ShapeOf<i32x4> {
    using Lane = f32;
};
template <>
struct ShapeOf<f64x2> : ShapeOf<i64x2> {
    using Lane = f64;
};
template <class V>
using LaneOf = typename ShapeOf<V>::Lane;
template <class V>
using SignedOf = typename ShapeOf<V>::Signed;
template <class V>
using UnsignedOf = typename ShapeOf<V>::Unsigned;

/// The lanes in an array: what constant expressions can index.
template <class V>
using LanesOf = std::array<LaneOf<V>, 16 / sizeof(LaneOf<V>)>;

template <class V>
constexpr LanesOf<V> lanes(V vector) {
    return std::bit_cast<LanesOf<V>>(vector);
}
template <class V>
constexpr V of_lanes(LanesOf<V> lanes) {
    return std::bit_cast<V>(lanes);
}

/// Lane by lane: where `mask` is all ones, from `a`; where it is zero, from `b`.
template <class V, class M>
constexpr V choose(M mask, V a, V b) {
    using U = UnsignedOf<V>;
    const U bits = std::bit_cast<U>(mask);
    return std::bit_cast<V>((bits & std::bit_cast<U>(a)) | (~bits & std::bit_cast<U>(b)));
}

/// Every lane the same.
template <class V>
constexpr V splat(LaneOf<V> value) {
    using Bits = LaneOf<UnsignedOf<V>>;
    return std::bit_cast<V>(UnsignedOf<V>{} | std::bit_cast<Bits>(value));
}

constexpr u64 low_half(u64x2 vector) { return std::bit_cast<std::array<u64, 2>>(vector)[0]; }
constexpr u64 high_half(u64x2 vector) { return std::bit_cast<std::array<u64, 2>>(vector)[1]; }

/// A vector of two halves.
template <class V, class Half>
constexpr V join(Half low, Half high) {
    struct Halves {
        Half low, high;
    };
    return std::bit_cast<V>(Halves{low, high});
}

/// For samples in static_assert: whether all bits are equal.
template <class V>
constexpr bool same(V a, V b) {
    return std::bit_cast<std::array<u64, 2>>(a) == std::bit_cast<std::array<u64, 2>>(b);
}

}  // namespace icvm::vm::numeric
