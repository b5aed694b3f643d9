#pragma once

#include "vm/exec/numeric_vector_shape.hpp"

/// Vector instructions on floating point (Wasm 4.3.3, lane by lane), and the relaxed ones (4.3.5).
namespace icvm::vm::numeric {

#if defined(__SSE4_1__)
/// What the builtin takes, for every compiler.
using TestedLanes = long long __attribute__((vector_size(16)));

/// In three instructions; what compilers make of a != a has a comparison with zeros.
template <class V>
bool has_nan(V a) {
    if constexpr (sizeof(LaneOf<V>) == 4)
        asm("cmpunordps %0, %0" : "+x"(a));
    else
        asm("cmpunordpd %0, %0" : "+x"(a));
    const TestedLanes nans = std::bit_cast<TestedLanes>(a);
    return !__builtin_ia32_ptestz128(nans, nans);
}
/// Whether there is one in a pair of lanes.
template <class V>
bool has_nan(V a, V b) {
    if constexpr (sizeof(LaneOf<V>) == 4)
        asm("cmpunordps %1, %0" : "+x"(a) : "x"(b));
    else
        asm("cmpunordpd %1, %0" : "+x"(a) : "x"(b));
    const TestedLanes nans = std::bit_cast<TestedLanes>(a);
    return !__builtin_ia32_ptestz128(nans, nans);
}
#endif

/// Where a lane is a NaN, the positive canonical one.
template <class V>
constexpr V canonical_lanes(V a) {
#if defined(__SSE4_1__)
    if !consteval {
        // A branch instead of a choice: nobody waits for it.
        if (!has_nan(a)) [[likely]]
            return a;
        asm volatile("" : "+x"(a));  // Lest both ways become one, with a blend.
    }
#endif
    return choose(a == a, a, splat<V>(canonical_nan<LaneOf<V>>));
}

template <class V>
constexpr UnsignedOf<V> bits_of(V a) {
    return std::bit_cast<UnsignedOf<V>>(a);
}

// Equal lanes differ in the sign of zero at most, and -0 is less than 0.
template <class V>
constexpr V minimum_lanes(V a, V b) {
    const V first = choose(a < b, a, b), second = choose(b < a, b, a);
    return canonical_lanes(std::bit_cast<V>(bits_of(first) | bits_of(second)));
}
template <class V>
constexpr V maximum_lanes(V a, V b) {
    const V first = choose(a > b, a, b), second = choose(b > a, b, a);
    V greater = std::bit_cast<V>(bits_of(first) & bits_of(second));
#if defined(__SSE4_1__)
    if !consteval {
        if (!has_nan(a, b)) [[likely]]
            return greater;
        asm volatile("" : "+x"(greater));
    }
#endif
    return choose((a == a) & (b == b), greater, splat<V>(canonical_nan<LaneOf<V>>));
}

/// Each lane by a function, where no operator on vectors does it.
template <class V, class F>
constexpr V each(V a, F f) {
    LanesOf<V> result = lanes(a);
    for (auto& lane : result) lane = f(lane);
    return of_lanes<V>(result);
}

#if defined(__clang__) && (defined(__SSE4_1__) || defined(__aarch64__))
// One instruction for four lanes; otherwise the scalars' integer arithmetic, which gives the same.
#define ROUND_LANES(builtin, scalar, a)     \
    if !consteval {                         \
        return canonical_lanes(builtin(a)); \
    }                                       \
    return each(a, [](auto lane) { return canonical(scalar(lane)); });
#else
#define ROUND_LANES(builtin, scalar, a) \
    return each(a, [](auto lane) { return canonical(scalar(lane)); });
#endif
template <class V>
constexpr V ceil_lanes(V a) {
    ROUND_LANES(__builtin_elementwise_ceil, round_up, a)
}
template <class V>
constexpr V floor_lanes(V a) {
    ROUND_LANES(__builtin_elementwise_floor, round_down, a)
}
template <class V>
constexpr V trunc_lanes(V a) {
    ROUND_LANES(__builtin_elementwise_trunc, round_toward_zero, a)
}
template <class V>
constexpr V nearest_lanes(V a) {
    ROUND_LANES(__builtin_elementwise_roundeven, round_to_nearest, a)
}
#undef ROUND_LANES

template <class V>
V square_root_lanes(V a) {
#if defined(__clang__)
    return canonical_lanes(__builtin_elementwise_sqrt(a));
#else
    return each(a, [](auto lane) { return canonical(square_root(lane)); });
#endif
}

#define VECTOR_FLOATS(shape, V, U, fN)                                                        \
    inline constexpr auto shape##_splat = [](fN a) { return splat<V>(a); };                   \
    inline constexpr auto shape##_eq = [](V a, V b) { return std::bit_cast<U>(a == b); };     \
    inline constexpr auto shape##_ne = [](V a, V b) { return std::bit_cast<U>(a != b); };     \
    inline constexpr auto shape##_lt = [](V a, V b) { return std::bit_cast<U>(a < b); };      \
    inline constexpr auto shape##_gt = [](V a, V b) { return std::bit_cast<U>(a > b); };      \
    inline constexpr auto shape##_le = [](V a, V b) { return std::bit_cast<U>(a <= b); };     \
    inline constexpr auto shape##_ge = [](V a, V b) { return std::bit_cast<U>(a >= b); };     \
    inline constexpr auto shape##_abs = [](U a) -> U { return a & ~splat<U>(sign_bit<fN>); }; \
    inline constexpr auto shape##_neg = [](U a) -> U { return a ^ splat<U>(sign_bit<fN>); };  \
    inline constexpr auto shape##_ceil = [](V a) { return ceil_lanes(a); };                   \
    inline constexpr auto shape##_floor = [](V a) { return floor_lanes(a); };                 \
    inline constexpr auto shape##_trunc = [](V a) { return trunc_lanes(a); };                 \
    inline constexpr auto shape##_nearest = [](V a) { return nearest_lanes(a); };             \
    inline constexpr auto shape##_sqrt = [](V a) { return square_root_lanes(a); };            \
    inline constexpr auto shape##_add = [](V a, V b) { return canonical_lanes(a + b); };      \
    inline constexpr auto shape##_sub = [](V a, V b) { return canonical_lanes(a - b); };      \
    inline constexpr auto shape##_mul = [](V a, V b) { return canonical_lanes(a * b); };      \
    inline constexpr auto shape##_div = [](V a, V b) { return canonical_lanes(a / b); };      \
    inline constexpr auto shape##_min = [](V a, V b) { return minimum_lanes(a, b); };         \
    inline constexpr auto shape##_max = [](V a, V b) { return maximum_lanes(a, b); };         \
    inline constexpr auto shape##_pmin = [](V a, V b) { return choose(b < a, b, a); };        \
    inline constexpr auto shape##_pmax = [](V a, V b) { return choose(a < b, b, a); };

VECTOR_FLOATS(f32x4, f32x4, u32x4, f32)
VECTOR_FLOATS(f64x2, f64x2, u64x2, f64)
#undef VECTOR_FLOATS

// Two instructions in one: both are rounded. Nobody sees a NaN of the product.
inline constexpr auto f32x4_add_product = [](f32x4 a, f32x4 b, f32x4 c) {
    return canonical_lanes(a + b * c);
};
inline constexpr auto f64x2_add_product = [](f64x2 a, f64x2 b, f64x2 c) {
    return canonical_lanes(a + b * c);
};

// ---- Conversions -------------------------------------------------------------------------------

/// Integers of the lanes that are in range; limits for those above and below it, 0 for NaNs.
template <class W, class V, class M>
constexpr W truncate_lanes(V a, M in_range, M above, M below) {
    using I = LaneOf<W>;
    using Limits = std::numeric_limits<I>;
    const W whole = __builtin_convertvector(choose(in_range, a, V{}), W);
    return choose(above, splat<W>(Limits::max()), choose(below, splat<W>(Limits::min()), whole));
}

inline constexpr auto i32x4_trunc_sat_f32x4_s = [](f32x4 a) -> i32x4 {
    const f32x4 end = splat<f32x4>(2147483648.0f);
    return truncate_lanes<i32x4>(a, (a >= -end) & (a < end), a >= end, a < -end);
};
inline constexpr auto i32x4_trunc_sat_f32x4_u = [](f32x4 a) -> u32x4 {
    const f32x4 end = splat<f32x4>(4294967296.0f);
    return truncate_lanes<u32x4>(a, (a >= f32x4{}) & (a < end), a >= end, a < f32x4{});
};

/// The same of two lanes; the upper ones of the result are 0.
template <class W, class I>
constexpr W truncate_pair(f64x2 a, f64 minimum, f64 maximum) {
    // Every 32-bit integer is a number of 64 bits: no limit needs a case of its own.
    const f64x2 low = splat<f64x2>(minimum);
    const f64x2 high = splat<f64x2>(maximum);
    const f64x2 clamped = choose(a > low, choose(a < high, a, high), low);
    const f64x2 numbers = choose(a == a, clamped, f64x2{});
    const I whole = __builtin_convertvector(numbers, I);
    return join<W>(whole, I{});
}
inline constexpr auto i32x4_trunc_sat_f64x2_s_zero = [](f64x2 a) -> i32x4 {
    return truncate_pair<i32x4, i32x2>(a, -2147483648.0, 2147483647.0);
};
inline constexpr auto i32x4_trunc_sat_f64x2_u_zero = [](f64x2 a) -> u32x4 {
    return truncate_pair<u32x4, u32x2>(a, 0.0, 4294967295.0);
};

inline constexpr auto f32x4_convert_i32x4_s = [](i32x4 a) -> f32x4 {
    return __builtin_convertvector(a, f32x4);
};
inline constexpr auto f32x4_convert_i32x4_u = [](u32x4 a) -> f32x4 {
    return __builtin_convertvector(a, f32x4);
};
inline constexpr auto f64x2_convert_low_i32x4_s = [](i32x4 a) -> f64x2 {
    return __builtin_convertvector(LOW_OF_4(a), f64x2);
};
inline constexpr auto f64x2_convert_low_i32x4_u = [](u32x4 a) -> f64x2 {
    return __builtin_convertvector(LOW_OF_4(a), f64x2);
};
inline constexpr auto f32x4_demote_f64x2_zero = [](f64x2 a) -> f32x4 {
    const f32x2 narrow = __builtin_convertvector(a, f32x2);
    return canonical_lanes(join<f32x4>(narrow, f32x2{}));
};
inline constexpr auto f64x2_promote_low_f32x4 = [](f32x4 a) -> f64x2 {
    return canonical_lanes(f64x2(__builtin_convertvector(LOW_OF_4(a), f64x2)));
};

static_assert(same(f32x4_min(f32x4{0.0f, 1, 3}, f32x4{-0.0f, 2, 2}), f32x4{-0.0f, 1, 2}));
static_assert(same(f64x2_max(f64x2{-0.0, 5}, f64x2{0.0, 4}), f64x2{0.0, 5}));
static_assert(same(f32x4_pmin(f32x4{0.0f}, f32x4{-0.0f}), f32x4{0.0f}));
static_assert(same(f64x2_nearest(f64x2{2.5, -0.5}), f64x2{2, -0.0}));
static_assert(same(f32x4_neg(u32x4{0x7F800001}), u32x4{0xFF800001, 1u << 31, 1u << 31, 1u << 31}));
static_assert(same(i32x4_trunc_sat_f32x4_s(f32x4{-1.9f, 3e9f, -3e9f, canonical_nan<f32>}),
                   i32x4{-1, 2147483647, -2147483647 - 1, 0}));
static_assert(same(i32x4_trunc_sat_f32x4_u(f32x4{-1.9f, 3e9f, 5e9f, -0.5f}),
                   u32x4{0, 3000000000, 4294967295, 0}));
static_assert(same(i32x4_trunc_sat_f64x2_u_zero(f64x2{4294967295.9, -1}), u32x4{4294967295}));
static_assert(same(f32x4_convert_i32x4_u(u32x4{4294967295, 1}), f32x4{4294967296.0f, 1}));

// ---- Relaxed instructions, as the deterministic profile has them (Wasm, profiles) ---------------

// Every parameter R is 0: a multiply-add rounds twice.
#define RELAXED_MULTIPLY(shape, V)                                                            \
    inline constexpr auto shape##_relaxed_madd = [](V a, V b, V c) {                          \
        return canonical_lanes(a * b + c);                                                    \
    };                                                                                        \
    inline constexpr auto shape##_relaxed_nmadd = [](V a, V b, V c) {                         \
        return canonical_lanes(-a * b + c);                                                   \
    };                                                                                        \
    inline constexpr auto shape##_relaxed_min = [](V a, V b) { return minimum_lanes(a, b); }; \
    inline constexpr auto shape##_relaxed_max = [](V a, V b) { return maximum_lanes(a, b); };
RELAXED_MULTIPLY(f32x4, f32x4)
RELAXED_MULTIPLY(f64x2, f64x2)
#undef RELAXED_MULTIPLY

#define RELAXED_SELECT(shape)                                                             \
    inline constexpr auto shape##_relaxed_laneselect = [](u64x2 a, u64x2 b, u64x2 mask) { \
        return v128_bitselect(a, b, mask);                                                \
    };
RELAXED_SELECT(i8x16)
RELAXED_SELECT(i16x8)
RELAXED_SELECT(i32x4)
RELAXED_SELECT(i64x2)
#undef RELAXED_SELECT

inline constexpr auto i8x16_relaxed_swizzle = [](u8x16 a, u8x16 b) { return i8x16_swizzle(a, b); };
inline constexpr auto i32x4_relaxed_trunc_f32x4_s = [](f32x4 a) {
    return i32x4_trunc_sat_f32x4_s(a);
};
inline constexpr auto i32x4_relaxed_trunc_f32x4_u = [](f32x4 a) {
    return i32x4_trunc_sat_f32x4_u(a);
};
inline constexpr auto i32x4_relaxed_trunc_f64x2_s_zero = [](f64x2 a) {
    return i32x4_trunc_sat_f64x2_s_zero(a);
};
inline constexpr auto i32x4_relaxed_trunc_f64x2_u_zero = [](f64x2 a) {
    return i32x4_trunc_sat_f64x2_u_zero(a);
};
inline constexpr auto i16x8_relaxed_q15mulr_s = [](i16x8 a, i16x8 b) {
    return i16x8_q15mulr_sat_s(a, b);
};
/// Both signed, and the sums saturate.
inline constexpr auto i16x8_relaxed_dot_i8x16_i7x16_s = [](i8x16 a, i8x16 b) -> i16x8 {
    const auto first = [](i8x16 v) -> i16x8 {
        return std::bit_cast<i16x8>(std::bit_cast<u16x8>(v) << u16(8)) >> i16(8);
    };
    const auto second = [](i8x16 v) -> i16x8 { return std::bit_cast<i16x8>(v) >> i16(8); };
    return add_saturating(i16x8(first(a) * first(b)), i16x8(second(a) * second(b)));
};
inline constexpr auto i32x4_relaxed_dot_i8x16_i7x16_add_s = [](i8x16 a, i8x16 b, u32x4 c) -> u32x4 {
    const i16x8 products = i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
    return std::bit_cast<u32x4>(i32x4_extadd_pairwise_i16x8_s(products)) + c;
};

static_assert(same(f32x4_relaxed_nmadd(splat<f32x4>(2), splat<f32x4>(3), splat<f32x4>(7)),
                   splat<f32x4>(1)));
static_assert(same(i16x8_relaxed_dot_i8x16_i7x16_s(splat<i8x16>(-128), splat<i8x16>(-128)),
                   splat<i16x8>(32767)));
static_assert(same(i32x4_relaxed_dot_i8x16_i7x16_add_s(splat<i8x16>(-1), splat<i8x16>(5),
                                                       splat<u32x4>(1)),
                   splat<u32x4>(-19)));

}  // namespace icvm::vm::numeric
