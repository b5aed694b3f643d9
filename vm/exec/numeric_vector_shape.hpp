#pragma once

#include "vm/code/shuffle.hpp"
#include "vm/exec/numeric_vector_integer.hpp"

/// Vector instructions that choose lanes by index, or go from one shape of integers to another
/// (Wasm 4.3.4).
namespace icvm::vm::numeric {

// ---- Choosing lanes ----------------------------------------------------------------------------

/// Lanes of `a` by index; an index beyond them gives 0.
inline constexpr auto i8x16_swizzle = [](u8x16 a, u8x16 indices) -> u8x16 {
#if defined(__SSSE3__)
    if !consteval {
        // Two instructions for sixteen loads: it takes an index whose highest bit is set as beyond.
        using Chars [[gnu::vector_size(16)]] = char;
        const u8x16 marked = add_saturating(indices, splat<u8x16>(0x70));
        return std::bit_cast<u8x16>(
            __builtin_ia32_pshufb128(std::bit_cast<Chars>(a), std::bit_cast<Chars>(marked)));
    }
#endif
    const LanesOf<u8x16> from = lanes(a);
    LanesOf<u8x16> to = lanes(indices);
    for (u8& lane : to) lane = lane < 16 ? from[lane] : 0;
    return of_lanes<u8x16>(to);
};

/// Lanes of `a` and `b` together, by marked indices (vm/code/shuffle.hpp).
inline constexpr auto shuffle_marked = [](u8x16 a, u8x16 b, u8x16 marked) -> u8x16 {
    const u8x16 other = marked ^ splat<u8x16>(mark_second);
#if defined(__SSSE3__)
    if !consteval {
        // The mark is what this instruction takes for an index beyond the lanes.
        using Chars [[gnu::vector_size(16)]] = char;
        const auto choose = [](u8x16 from, u8x16 indices) {
            return std::bit_cast<u8x16>(__builtin_ia32_pshufb128(std::bit_cast<Chars>(from),
                                                                 std::bit_cast<Chars>(indices)));
        };
        return choose(a, marked) | choose(b, other);
    }
#endif
    return i8x16_swizzle(a, marked) | i8x16_swizzle(b, other);
};

/// `value` in the lane with that index.
template <class V>
constexpr V replace_lane(V a, LaneOf<V> value, u32 lane) {
    using U = UnsignedOf<V>;
    constexpr LanesOf<U> numbers = [] {
        LanesOf<U> result{};
        for (size_t n = 0; n < result.size(); n++) result[n] = LaneOf<U>(n);
        return result;
    }();
    return choose(of_lanes<U>(numbers) == splat<U>(LaneOf<U>(lane)), splat<V>(value), a);
}

inline constexpr auto i8x16_replace_lane = [](u8x16 a, u32 value, u32 lane) {
    return replace_lane(a, u8(value), lane);
};
inline constexpr auto i16x8_replace_lane = [](u16x8 a, u32 value, u32 lane) {
    return replace_lane(a, u16(value), lane);
};
inline constexpr auto i32x4_replace_lane = [](u32x4 a, u32 value, u32 lane) {
    return replace_lane(a, value, lane);
};
inline constexpr auto i64x2_replace_lane = [](u64x2 a, u64 value, u32 lane) {
    return replace_lane(a, value, lane);
};
inline constexpr auto f32x4_replace_lane = [](f32x4 a, f32 value, u32 lane) {
    return replace_lane(a, value, lane);
};
inline constexpr auto f64x2_replace_lane = [](f64x2 a, f64 value, u32 lane) {
    return replace_lane(a, value, lane);
};

// ---- Other shapes ------------------------------------------------------------------------------

#define LOW_OF_16(a) __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH_OF_16(a) __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOW_OF_8(a) __builtin_shufflevector(a, a, 0, 1, 2, 3)
#define HIGH_OF_8(a) __builtin_shufflevector(a, a, 4, 5, 6, 7)
#define LOW_OF_4(a) __builtin_shufflevector(a, a, 0, 1)
#define HIGH_OF_4(a) __builtin_shufflevector(a, a, 2, 3)

#define VECTOR_EXTENSION(wide, narrow, sign, W, N, lanes)                                         \
    inline constexpr auto wide##_extend_low_##narrow##_##sign = [](N a) -> W {                    \
        return __builtin_convertvector(LOW_OF_##lanes(a), W);                                     \
    };                                                                                            \
    inline constexpr auto wide##_extend_high_##narrow##_##sign = [](N a) -> W {                   \
        return __builtin_convertvector(HIGH_OF_##lanes(a), W);                                    \
    };                                                                                            \
    inline constexpr auto wide##_extmul_low_##narrow##_##sign = [](N a, N b) -> W {               \
        return wide##_extend_low_##narrow##_##sign(a) * wide##_extend_low_##narrow##_##sign(b);   \
    };                                                                                            \
    inline constexpr auto wide##_extmul_high_##narrow##_##sign = [](N a, N b) -> W {              \
        return wide##_extend_high_##narrow##_##sign(a) * wide##_extend_high_##narrow##_##sign(b); \
    };

VECTOR_EXTENSION(i16x8, i8x16, s, i16x8, i8x16, 16)
VECTOR_EXTENSION(i16x8, i8x16, u, u16x8, u8x16, 16)
VECTOR_EXTENSION(i32x4, i16x8, s, i32x4, i16x8, 8)
VECTOR_EXTENSION(i32x4, i16x8, u, u32x4, u16x8, 8)
VECTOR_EXTENSION(i64x2, i32x4, s, i64x2, i32x4, 4)
VECTOR_EXTENSION(i64x2, i32x4, u, u64x2, u32x4, 4)
#undef VECTOR_EXTENSION

/// Sums of neighbours: each wide lane has two of them, the second in its upper half.
template <class W, class N>
constexpr W add_pairwise(N a) {
    constexpr LaneOf<W> half = 4 * sizeof(LaneOf<W>);
    const UnsignedOf<W> bits = std::bit_cast<UnsignedOf<W>>(a);
    const W first = std::bit_cast<W>(bits << LaneOf<UnsignedOf<W>>(half)) >> half;
    return first + (std::bit_cast<W>(a) >> half);
}
inline constexpr auto i16x8_extadd_pairwise_i8x16_s = [](i8x16 a) {
    return add_pairwise<i16x8>(a);
};
inline constexpr auto i16x8_extadd_pairwise_i8x16_u = [](u8x16 a) {
    return add_pairwise<u16x8>(a);
};
inline constexpr auto i32x4_extadd_pairwise_i16x8_s = [](i16x8 a) {
    return add_pairwise<i32x4>(a);
};
inline constexpr auto i32x4_extadd_pairwise_i16x8_u = [](u16x8 a) {
    return add_pairwise<u32x4>(a);
};

/// The lanes of both, brought into [minimum, maximum], in the narrow type.
template <class Half, class V>
constexpr Half narrow(V a, LaneOf<V> minimum, LaneOf<V> maximum) {
    return __builtin_convertvector(least(greatest(a, splat<V>(minimum)), splat<V>(maximum)), Half);
}
inline constexpr auto i8x16_narrow_i16x8_s = [](i16x8 a, i16x8 b) {
    return join<i8x16>(narrow<i8x8>(a, -128, 127), narrow<i8x8>(b, -128, 127));
};
inline constexpr auto i8x16_narrow_i16x8_u = [](i16x8 a, i16x8 b) {
    return join<u8x16>(narrow<u8x8>(a, 0, 255), narrow<u8x8>(b, 0, 255));
};
inline constexpr auto i16x8_narrow_i32x4_s = [](i32x4 a, i32x4 b) {
    return join<i16x8>(narrow<i16x4>(a, -32768, 32767), narrow<i16x4>(b, -32768, 32767));
};
inline constexpr auto i16x8_narrow_i32x4_u = [](i32x4 a, i32x4 b) {
    return join<u16x8>(narrow<u16x4>(a, 0, 65535), narrow<u16x4>(b, 0, 65535));
};

inline constexpr auto i32x4_dot_i16x8_s = [](i16x8 a, i16x8 b) -> i32x4 {
    const auto even = [](i16x8 v) {
        return __builtin_convertvector(__builtin_shufflevector(v, v, 0, 2, 4, 6), i32x4);
    };
    const auto odd = [](i16x8 v) {
        return __builtin_convertvector(__builtin_shufflevector(v, v, 1, 3, 5, 7), i32x4);
    };
    // Unsigned: only -32768 throughout overflows, and wraps.
    const u32x4 first = std::bit_cast<u32x4>(even(a) * even(b));
    return std::bit_cast<i32x4>(first + std::bit_cast<u32x4>(odd(a) * odd(b)));
};

/// Products of Q15 numbers, rounded; only -1 times -1 saturates.
inline constexpr auto i16x8_q15mulr_sat_s = [](i16x8 a, i16x8 b) -> i16x8 {
    const auto product = [](i32x4 x, i32x4 y) -> i16x4 {
        return narrow<i16x4>((x * y + splat<i32x4>(0x4000)) >> 15, -32768, 32767);
    };
    return join<i16x8>(product(i32x4_extend_low_i16x8_s(a), i32x4_extend_low_i16x8_s(b)),
                       product(i32x4_extend_high_i16x8_s(a), i32x4_extend_high_i16x8_s(b)));
};

// ---- What a load makes of its bits -------------------------------------------------------------

inline constexpr auto v128_load = [](u64x2 bits) { return bits; };
inline constexpr auto v128_load8x8_s = [](u64 bits) -> i16x8 {
    return __builtin_convertvector(std::bit_cast<i8x8>(bits), i16x8);
};
inline constexpr auto v128_load8x8_u = [](u64 bits) -> u16x8 {
    return __builtin_convertvector(std::bit_cast<u8x8>(bits), u16x8);
};
inline constexpr auto v128_load16x4_s = [](u64 bits) -> i32x4 {
    return __builtin_convertvector(std::bit_cast<i16x4>(bits), i32x4);
};
inline constexpr auto v128_load16x4_u = [](u64 bits) -> u32x4 {
    return __builtin_convertvector(std::bit_cast<u16x4>(bits), u32x4);
};
inline constexpr auto v128_load32x2_s = [](u64 bits) -> i64x2 {
    return __builtin_convertvector(std::bit_cast<i32x2>(bits), i64x2);
};
inline constexpr auto v128_load32x2_u = [](u64 bits) -> u64x2 {
    return __builtin_convertvector(std::bit_cast<u32x2>(bits), u64x2);
};
inline constexpr auto v128_load8_splat = [](u8 bits) { return splat<u8x16>(bits); };
inline constexpr auto v128_load16_splat = [](u16 bits) { return splat<u16x8>(bits); };
inline constexpr auto v128_load32_splat = [](u32 bits) { return splat<u32x4>(bits); };
inline constexpr auto v128_load64_splat = [](u64 bits) { return splat<u64x2>(bits); };
inline constexpr auto v128_load32_zero = [](u32 bits) -> u64x2 { return u64x2{bits}; };
inline constexpr auto v128_load64_zero = [](u64 bits) -> u64x2 { return u64x2{bits}; };

static_assert(same(i8x16_swizzle(u8x16{5, 6, 7},
                                 u8x16{2, 16, 0, 255, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}),
                   u8x16{7, 0, 5, 0, 6}));
static_assert(same(shuffle_marked(splat<u8x16>(1), splat<u8x16>(2), u8x16{0, 0x80, 15, 0x8F}),
                   u8x16{1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
static_assert(same(i16x8_replace_lane(u16x8{}, 0x12345, 2), u16x8{0, 0, 0x2345}));
static_assert(same(i16x8_extend_high_i8x16_s(i8x16{0, 0, 0, 0, 0, 0, 0, 0, -3}), i16x8{-3}));
static_assert(same(i32x4_extmul_low_i16x8_u(u16x8{65535}, u16x8{65535}), u32x4{4294836225}));
static_assert(same(i16x8_extadd_pairwise_i8x16_s(splat<i8x16>(-128)), splat<i16x8>(-256)));
static_assert(same(i8x16_narrow_i16x8_u(i16x8{-1, 300, 7}, i16x8{}), u8x16{0, 255, 7}));
static_assert(same(i32x4_dot_i16x8_s(splat<i16x8>(-32768), splat<i16x8>(-32768)),
                   splat<i32x4>(std::numeric_limits<i32>::min())));
static_assert(same(i16x8_q15mulr_sat_s(i16x8{-32768, 16384}, i16x8{-32768, 3}), i16x8{32767, 2}));
static_assert(same(v128_load16x4_s(0xFFFF), i32x4{-1}));

}  // namespace icvm::vm::numeric
