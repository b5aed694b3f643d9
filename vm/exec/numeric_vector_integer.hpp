#pragma once

#include "vm/exec/numeric_vector.hpp"

/// Vector instructions on integers that keep their shape (Wasm 4.3.2, lane by lane).
namespace icvm::vm::numeric {

/// Sums and differences that stay in the range of the lanes.
template <class V>
constexpr V add_saturating(V a, V b) {
#if defined(__clang__)
    if !consteval {
        return __builtin_elementwise_add_sat(a, b);
    }
#endif
    using Lane = LaneOf<V>;
    using Limits = std::numeric_limits<Lane>;
    const V sum =
        std::bit_cast<V>(std::bit_cast<UnsignedOf<V>>(a) + std::bit_cast<UnsignedOf<V>>(b));
    if constexpr (std::is_unsigned_v<Lane>)
        return choose(sum < a, splat<V>(Limits::max()), sum);
    else
        return choose(((a ^ sum) & (b ^ sum)) < V{},
                      choose(a < V{}, splat<V>(Limits::min()), splat<V>(Limits::max())), sum);
}
template <class V>
constexpr V subtract_saturating(V a, V b) {
#if defined(__clang__)
    if !consteval {
        return __builtin_elementwise_sub_sat(a, b);
    }
#endif
    using Lane = LaneOf<V>;
    using Limits = std::numeric_limits<Lane>;
    const V difference =
        std::bit_cast<V>(std::bit_cast<UnsignedOf<V>>(a) - std::bit_cast<UnsignedOf<V>>(b));
    if constexpr (std::is_unsigned_v<Lane>)
        return choose(a < b, V{}, difference);
    else
        return choose(((a ^ b) & (a ^ difference)) < V{},
                      choose(a < V{}, splat<V>(Limits::min()), splat<V>(Limits::max())),
                      difference);
}

template <class V>
constexpr V least(V a, V b) {
    return choose(a < b, a, b);
}
template <class V>
constexpr V greatest(V a, V b) {
    return choose(a > b, a, b);
}
template <class V>
constexpr UnsignedOf<V> absolute(V a) {
    const auto bits = std::bit_cast<UnsignedOf<V>>(a);
    return choose(a < V{}, -bits, bits);
}
/// Rounded up.
template <class V>
constexpr V average(V a, V b) {
    return (a | b) - ((a ^ b) >> LaneOf<V>(1));
}

constexpr bool any_true(u64x2 a) { return (low_half(a) | high_half(a)) != 0; }
template <class V>
constexpr bool all_true(V a) {
    return !any_true(std::bit_cast<u64x2>(a == V{}));
}

/// Shifts count modulo the lanes' width.
template <class V>
constexpr LaneOf<V> shift_count(u32 count) {
    return LaneOf<V>(count % (8 * sizeof(LaneOf<V>)));
}

#define VECTOR_INTEGERS(shape, S, U, uN)                                                          \
    inline constexpr auto shape##_splat = [](uN a) { return splat<U>(a); };                       \
    inline constexpr auto shape##_eq = [](U a, U b) { return std::bit_cast<U>(a == b); };         \
    inline constexpr auto shape##_ne = [](U a, U b) { return std::bit_cast<U>(a != b); };         \
    inline constexpr auto shape##_lt_s = [](S a, S b) { return std::bit_cast<U>(a < b); };        \
    inline constexpr auto shape##_gt_s = [](S a, S b) { return std::bit_cast<U>(a > b); };        \
    inline constexpr auto shape##_le_s = [](S a, S b) { return std::bit_cast<U>(a <= b); };       \
    inline constexpr auto shape##_ge_s = [](S a, S b) { return std::bit_cast<U>(a >= b); };       \
    inline constexpr auto shape##_abs = [](S a) { return absolute(a); };                          \
    inline constexpr auto shape##_neg = [](U a) -> U { return -a; };                              \
    inline constexpr auto shape##_all_true = [](U a) { return all_true(a); };                     \
    inline constexpr auto shape##_shl = [](U a, u32 n) -> U { return a << shift_count<U>(n); };   \
    inline constexpr auto shape##_shr_s = [](S a, u32 n) -> S { return a >> shift_count<S>(n); }; \
    inline constexpr auto shape##_shr_u = [](U a, u32 n) -> U { return a >> shift_count<U>(n); }; \
    inline constexpr auto shape##_add = [](U a, U b) -> U { return a + b; };                      \
    inline constexpr auto shape##_sub = [](U a, U b) -> U { return a - b; };

VECTOR_INTEGERS(i8x16, i8x16, u8x16, u32)
VECTOR_INTEGERS(i16x8, i16x8, u16x8, u32)
VECTOR_INTEGERS(i32x4, i32x4, u32x4, u32)
VECTOR_INTEGERS(i64x2, i64x2, u64x2, u64)
#undef VECTOR_INTEGERS

// Without 64-bit lanes.
#define VECTOR_ORDERS(shape, S, U)                                                          \
    inline constexpr auto shape##_lt_u = [](U a, U b) { return std::bit_cast<U>(a < b); };  \
    inline constexpr auto shape##_gt_u = [](U a, U b) { return std::bit_cast<U>(a > b); };  \
    inline constexpr auto shape##_le_u = [](U a, U b) { return std::bit_cast<U>(a <= b); }; \
    inline constexpr auto shape##_ge_u = [](U a, U b) { return std::bit_cast<U>(a >= b); }; \
    inline constexpr auto shape##_min_s = [](S a, S b) { return least(a, b); };             \
    inline constexpr auto shape##_min_u = [](U a, U b) { return least(a, b); };             \
    inline constexpr auto shape##_max_s = [](S a, S b) { return greatest(a, b); };          \
    inline constexpr auto shape##_max_u = [](U a, U b) { return greatest(a, b); };

VECTOR_ORDERS(i8x16, i8x16, u8x16)
VECTOR_ORDERS(i16x8, i16x8, u16x8)
VECTOR_ORDERS(i32x4, i32x4, u32x4)
#undef VECTOR_ORDERS

// Of 8-bit and 16-bit lanes.
#define VECTOR_SATURATION(shape, S, U)                                                            \
    inline constexpr auto shape##_add_sat_s = [](S a, S b) { return add_saturating(a, b); };      \
    inline constexpr auto shape##_add_sat_u = [](U a, U b) { return add_saturating(a, b); };      \
    inline constexpr auto shape##_sub_sat_s = [](S a, S b) { return subtract_saturating(a, b); }; \
    inline constexpr auto shape##_sub_sat_u = [](U a, U b) { return subtract_saturating(a, b); }; \
    inline constexpr auto shape##_avgr_u = [](U a, U b) { return average(a, b); };

VECTOR_SATURATION(i8x16, i8x16, u8x16)
VECTOR_SATURATION(i16x8, i16x8, u16x8)
#undef VECTOR_SATURATION

inline constexpr auto i16x8_mul = [](u16x8 a, u16x8 b) -> u16x8 { return a * b; };
inline constexpr auto i32x4_mul = [](u32x4 a, u32x4 b) -> u32x4 { return a * b; };
inline constexpr auto i64x2_mul = [](u64x2 a, u64x2 b) -> u64x2 { return a * b; };

inline constexpr auto i8x16_popcnt = [](u8x16 a) -> u8x16 {
    const u8x16 pairs = a - ((a >> u8(1)) & splat<u8x16>(0x55));
    const u8x16 fours = (pairs & splat<u8x16>(0x33)) + ((pairs >> u8(2)) & splat<u8x16>(0x33));
    return (fours + (fours >> u8(4))) & splat<u8x16>(0x0F);
};

/// The sign bits of the lanes.
inline constexpr auto i8x16_bitmask = [](i8x16 a) -> u32 {
#if defined(__SSE2__)
    if !consteval {
        // One instruction; the form below takes seventeen.
        using Chars [[gnu::vector_size(16)]] = char;
        return u32(__builtin_ia32_pmovmskb128(std::bit_cast<Chars>(a)));
    }
#endif
    // Of eight bytes at a time: the product brings the lowest bit of each to the highest byte.
    const u64x2 signs = std::bit_cast<u64x2>(std::bit_cast<u8x16>(a) >> u8(7));
    constexpr u64 gather = 0x0102'0408'1020'4080;
    return u32(low_half(signs) * gather >> 56) | u32(high_half(signs) * gather >> 56) << 8;
};
inline constexpr auto i16x8_bitmask = [](i16x8 a) -> u32 {
    const i8x8 bytes = __builtin_convertvector(a >> i16(15), i8x8);
    return i8x16_bitmask(join<i8x16>(bytes, i8x8{}));
};
inline constexpr auto i32x4_bitmask = [](i32x4 a) -> u32 {
    const i16x4 halves = __builtin_convertvector(a >> 31, i16x4);
    return i16x8_bitmask(join<i16x8>(halves, i16x4{}));
};
inline constexpr auto i64x2_bitmask = [](u64x2 a) -> u32 {
    return u32(low_half(a) >> 63) | u32(high_half(a) >> 63) << 1;
};

inline constexpr auto v128_not = [](u64x2 a) -> u64x2 { return ~a; };
inline constexpr auto v128_and = [](u64x2 a, u64x2 b) -> u64x2 { return a & b; };
inline constexpr auto v128_andnot = [](u64x2 a, u64x2 b) -> u64x2 { return a & ~b; };
inline constexpr auto v128_or = [](u64x2 a, u64x2 b) -> u64x2 { return a | b; };
inline constexpr auto v128_xor = [](u64x2 a, u64x2 b) -> u64x2 { return a ^ b; };
inline constexpr auto v128_bitselect = [](u64x2 a, u64x2 b, u64x2 mask) -> u64x2 {
    return (a & mask) | (b & ~mask);
};
inline constexpr auto v128_any_true = [](u64x2 a) { return any_true(a); };

static_assert(same(i8x16_add(splat<u8x16>(200), splat<u8x16>(100)), splat<u8x16>(44)));
static_assert(same(i8x16_add_sat_u(splat<u8x16>(200), splat<u8x16>(100)), splat<u8x16>(255)));
static_assert(same(i16x8_sub_sat_s(splat<i16x8>(-32768), splat<i16x8>(1)), splat<i16x8>(-32768)));
static_assert(same(i8x16_add_sat_s(splat<i8x16>(-100), splat<i8x16>(-100)), splat<i8x16>(-128)));
static_assert(same(i8x16_avgr_u(splat<u8x16>(254), splat<u8x16>(255)), splat<u8x16>(255)));
static_assert(same(i32x4_shr_s(splat<i32x4>(-8), 33), splat<i32x4>(-4)));
static_assert(same(i8x16_shl(splat<u8x16>(0x81), 9), splat<u8x16>(2)));
static_assert(same(i64x2_abs(splat<i64x2>(std::numeric_limits<i64>::min())),
                   splat<u64x2>(u64(1) << 63)));
static_assert(same(i16x8_min_u(splat<u16x8>(1), splat<u16x8>(0x8000)), splat<u16x8>(1)));
static_assert(same(i8x16_popcnt(splat<u8x16>(0xF7)), splat<u8x16>(7)));
static_assert(i8x16_bitmask(i8x16{-1, 0, -128, 0, 0, 0, 0, 0, 0, -1}) == 0x205);
static_assert(i16x8_bitmask(i16x8{-1, 0, 1, -2}) == 9 && i32x4_bitmask(i32x4{0, -1, 0, -1}) == 10);
static_assert(i64x2_bitmask(u64x2{0, u64(1) << 63}) == 2);
static_assert(i8x16_all_true(splat<u8x16>(1)) && !i8x16_all_true(u8x16{1}));

}  // namespace icvm::vm::numeric
