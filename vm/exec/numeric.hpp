#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <limits>

#include "vm/base/integers.hpp"
#include "vm/base/result.hpp"
#include "vm/runtime/trap.hpp"

/// What each numeric instruction computes (Wasm 4.3), by the identifier of its row in opcode.def.
/// Comparisons give bool. Those that can trap give a Result.
namespace icvm::vm::numeric {

// ---- Integers ----------------------------------------------------------------------------------

template <class T>
using Unsigned = std::make_unsigned_t<T>;

template <std::signed_integral T>
constexpr Result<T, TrapReason> divide(T a, T b) {
    if (b == 0) [[unlikely]]
        return std::unexpected(TrapReason::integer_divide_by_zero);
    if (a == std::numeric_limits<T>::min() && b == -1) [[unlikely]]
        return std::unexpected(TrapReason::integer_overflow);
    return T(a / b);
}
template <std::unsigned_integral T>
constexpr Result<T, TrapReason> divide(T a, T b) {
    if (b == 0) [[unlikely]]
        return std::unexpected(TrapReason::integer_divide_by_zero);
    return T(a / b);
}
template <std::integral T>
constexpr Result<T, TrapReason> remainder(T a, T b) {
    if (b == 0) [[unlikely]]
        return std::unexpected(TrapReason::integer_divide_by_zero);
    if constexpr (std::is_signed_v<T>)
        if (b == -1) return T(0);
    return T(a % b);
}

#define INTEGERS(iN, sN, uN)                                                                       \
    inline constexpr auto iN##_eqz = [](uN a) { return a == 0; };                                  \
    inline constexpr auto iN##_eq = [](uN a, uN b) { return a == b; };                             \
    inline constexpr auto iN##_ne = [](uN a, uN b) { return a != b; };                             \
    inline constexpr auto iN##_lt_s = [](sN a, sN b) { return a < b; };                            \
    inline constexpr auto iN##_lt_u = [](uN a, uN b) { return a < b; };                            \
    inline constexpr auto iN##_gt_s = [](sN a, sN b) { return a > b; };                            \
    inline constexpr auto iN##_gt_u = [](uN a, uN b) { return a > b; };                            \
    inline constexpr auto iN##_le_s = [](sN a, sN b) { return a <= b; };                           \
    inline constexpr auto iN##_le_u = [](uN a, uN b) { return a <= b; };                           \
    inline constexpr auto iN##_ge_s = [](sN a, sN b) { return a >= b; };                           \
    inline constexpr auto iN##_ge_u = [](uN a, uN b) { return a >= b; };                           \
    inline constexpr auto iN##_clz = [](uN a) -> uN { return uN(std::countl_zero(a)); };           \
    inline constexpr auto iN##_ctz = [](uN a) -> uN { return uN(std::countr_zero(a)); };           \
    inline constexpr auto iN##_popcnt = [](uN a) -> uN { return uN(std::popcount(a)); };           \
    inline constexpr auto iN##_add = [](uN a, uN b) -> uN { return a + b; };                       \
    inline constexpr auto iN##_sub = [](uN a, uN b) -> uN { return a - b; };                       \
    inline constexpr auto iN##_mul = [](uN a, uN b) -> uN { return a * b; };                       \
    inline constexpr auto iN##_div_s = [](sN a, sN b) { return divide(a, b); };                    \
    inline constexpr auto iN##_div_u = [](uN a, uN b) { return divide(a, b); };                    \
    inline constexpr auto iN##_rem_s = [](sN a, sN b) { return remainder(a, b); };                 \
    inline constexpr auto iN##_rem_u = [](uN a, uN b) { return remainder(a, b); };                 \
    inline constexpr auto iN##_and = [](uN a, uN b) -> uN { return a & b; };                       \
    inline constexpr auto iN##_or = [](uN a, uN b) -> uN { return a | b; };                        \
    inline constexpr auto iN##_xor = [](uN a, uN b) -> uN { return a ^ b; };                       \
    inline constexpr auto iN##_shl = [](uN a, uN b) -> uN { return a << (b % (8 * sizeof(uN))); }; \
    inline constexpr auto iN##_shr_s = [](sN a, uN b) -> sN {                                      \
        return a >> (b % (8 * sizeof(uN)));                                                        \
    };                                                                                             \
    inline constexpr auto iN##_shr_u = [](uN a, uN b) -> uN {                                      \
        return a >> (b % (8 * sizeof(uN)));                                                        \
    };                                                                                             \
    inline constexpr auto iN##_rotl = [](uN a, uN b) -> uN {                                       \
        return std::rotl(a, int(b % (8 * sizeof(uN))));                                            \
    };                                                                                             \
    inline constexpr auto iN##_rotr = [](uN a, uN b) -> uN {                                       \
        return std::rotr(a, int(b % (8 * sizeof(uN))));                                            \
    };                                                                                             \
    inline constexpr auto iN##_extend8_s = [](uN a) -> sN { return sN(i8(a)); };                   \
    inline constexpr auto iN##_extend16_s = [](uN a) -> sN { return sN(i16(a)); };

INTEGERS(i32, i32, u32)
INTEGERS(i64, i64, u64)
#undef INTEGERS

inline constexpr auto i64_extend32_s = [](u64 a) -> i64 { return i32(a); };
inline constexpr auto i32_wrap_i64 = [](u64 a) -> u32 { return u32(a); };
inline constexpr auto i64_extend_i32_s = [](i32 a) -> i64 { return a; };
inline constexpr auto i64_extend_i32_u = [](u32 a) -> u64 { return a; };

static_assert(*i32_div_s(-7, 2) == -3 && *i32_rem_s(-7, 2) == -1);
static_assert(i32_div_s(std::numeric_limits<i32>::min(), -1).error() ==
              TrapReason::integer_overflow);
static_assert(*i64_rem_s(std::numeric_limits<i64>::min(), -1) == 0);
static_assert(i64_div_u(1, 0).error() == TrapReason::integer_divide_by_zero);
static_assert(i32_shl(1, 33) == 2 && i32_shr_s(-8, 33) == -4 && i32_rotl(0x80000001, 1) == 3);
static_assert(i32_clz(0) == 32 && i64_ctz(0) == 64 && i32_extend8_s(0x80) == -128);

// ---- Floating point ----------------------------------------------------------------------------

template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, u32, u64>;
template <class F>
inline constexpr BitsOf<F> sign_bit = BitsOf<F>(1) << (8 * sizeof(F) - 1);
template <class F>
inline constexpr F canonical_nan =
    std::bit_cast<F>(BitsOf<F>(sizeof(F) == 4 ? 0x7FC00000 : 0x7FF8000000000000));

/// Determinism: every NaN that arithmetic makes is the positive canonical one.
template <class F>
constexpr F canonical(F value) {
    if (value != value) [[unlikely]]
        return canonical_nan<F>;
    return value;
}

/// Arithmetic whose NaNs are made canonical: `raw` leaves them as they come.
template <class Raw, class Call = decltype(&Raw::operator())>
struct Canonical;
template <class Raw, class R, class... A>
struct Canonical<Raw, R (Raw::*)(A...) const> {
    Raw raw;
    constexpr R operator()(A... a) const { return canonical(raw(a...)); }
};
template <class Raw>
Canonical(Raw) -> Canonical<Raw>;

template <class F>
constexpr F copy_sign(F magnitude, F sign) {
    return std::bit_cast<F>((std::bit_cast<BitsOf<F>>(magnitude) & ~sign_bit<F>) |
                            (std::bit_cast<BitsOf<F>>(sign) & sign_bit<F>));
}

/// What changes the sign alone: the bits to keep, and those to flip.
template <class F>
struct Sign {
    u64 keep, flip;
    constexpr F operator()(F a) const {
        return std::bit_cast<F>(BitsOf<F>((std::bit_cast<BitsOf<F>>(a) & keep) ^ flip));
    }
};

/// Numbers of at least this magnitude are integers.
template <class F>
inline constexpr F integral_from = sizeof(F) == 4 ? F(8388608) : F(4503599627370496);

template <class F>
constexpr bool is_integral(F value) {
    return !(value > -integral_from<F> && value < integral_from<F>);
}

#if defined(__clang__) && (defined(__SSE4_1__) || defined(__aarch64__))
// One instruction; otherwise what follows, some twenty, which gives the same.
#define ROUND_IN_HARDWARE(name, value)              \
    if !consteval {                                 \
        return __builtin_elementwise_##name(value); \
    }
#else
#define ROUND_IN_HARDWARE(name, value)
#endif

/// Integers are themselves; other results keep the sign of `value`, also when they are zero. NaNs
/// stay NaNs, here and below.
template <class F>
constexpr F round_toward_zero(F value) {
    ROUND_IN_HARDWARE(trunc, value)
    return is_integral(value) ? value : copy_sign(F(i64(value)), value);
}
template <class F>
constexpr F round_down(F value) {
    ROUND_IN_HARDWARE(floor, value)
    const F whole = round_toward_zero(value);
    return whole > value ? whole - 1 : whole;
}
template <class F>
constexpr F round_up(F value) {
    ROUND_IN_HARDWARE(ceil, value)
    const F whole = round_toward_zero(value);
    return whole < value ? copy_sign(whole + 1, value) : whole;
}
/// Ties to even: what adding a number that has no fraction bits left does.
template <class F>
constexpr F round_to_nearest(F value) {
    ROUND_IN_HARDWARE(roundeven, value)
    if (is_integral(value)) return value;
    const F shift = copy_sign(integral_from<F>, value);
    return copy_sign(value + shift - shift, value);
}
#undef ROUND_IN_HARDWARE

template <class F>
constexpr F minimum(F a, F b) {
    if (a != a || b != b) [[unlikely]]
        return canonical_nan<F>;
    if (a == b)  // -0 is less than 0
        return std::bit_cast<F>(
            BitsOf<F>(std::bit_cast<BitsOf<F>>(a) | std::bit_cast<BitsOf<F>>(b)));
    return a < b ? a : b;
}
template <class F>
constexpr F maximum(F a, F b) {
    if (a != a || b != b) [[unlikely]]
        return canonical_nan<F>;
    if (a == b)
        return std::bit_cast<F>(
            BitsOf<F>(std::bit_cast<BitsOf<F>>(a) & std::bit_cast<BitsOf<F>>(b)));
    return a > b ? a : b;
}

template <class F>
F square_root(F value) {
#if defined(__clang__)
    return __builtin_elementwise_sqrt(value);
#else
    return F(__builtin_sqrt(value));
#endif
}

/// The range of T: whether truncating `value` stays in it (Wasm 4.3.3, trunc).
template <class T, class F>
constexpr bool in_range(F value) {
    constexpr F end = F(u64(1) << (8 * sizeof(T) - 2)) * F(std::is_signed_v<T> ? 2 : 4);
    if constexpr (!std::is_signed_v<T>) return value > F(-1) && value < end;
    // Where F holds -end - 1 exactly, everything above it truncates into the range.
    constexpr bool exact = sizeof(F) > sizeof(T);
    return (exact ? value > -end - 1 : value >= -end) && value < end;
}

#if defined(__x86_64__)
/// Toward zero; the least i64, where that is no i64.
inline i64 convert(f32 value) {
    using Four [[gnu::vector_size(16)]] = f32;
    return __builtin_ia32_cvttss2si64(Four{value});
}
inline i64 convert(f64 value) {
    using Two [[gnu::vector_size(16)]] = f64;
    return __builtin_ia32_cvttsd2si64(Two{value});
}
#endif

template <class T, class F>
constexpr Result<T, TrapReason> truncate(F value) {
#if defined(__x86_64__)
    if !consteval {
        // One test instead of three; the limits of 64 bits go the long way.
        const i64 whole = convert(value);
        if (sizeof(T) == 4 ? whole == i64(T(whole))
                           : whole > (std::is_signed_v<T> ? std::numeric_limits<i64>::min() : -1))
            [[likely]]
            return T(whole);
    }
#endif
    if (value != value) [[unlikely]]
        return std::unexpected(TrapReason::invalid_conversion);
    if (!in_range<T>(value)) [[unlikely]]
        return std::unexpected(TrapReason::integer_overflow);
    return T(value);
}
template <class T, class F>
constexpr T truncate_saturating(F value) {
    if (value != value) return 0;
    if (in_range<T>(value)) return T(value);
    return value < 0 ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

#define FLOATS(fN)                                                                            \
    inline constexpr auto fN##_eq = [](fN a, fN b) { return a == b; };                        \
    inline constexpr auto fN##_ne = [](fN a, fN b) { return a != b; };                        \
    inline constexpr auto fN##_lt = [](fN a, fN b) { return a < b; };                         \
    inline constexpr auto fN##_gt = [](fN a, fN b) { return a > b; };                         \
    inline constexpr auto fN##_le = [](fN a, fN b) { return a <= b; };                        \
    inline constexpr auto fN##_ge = [](fN a, fN b) { return a >= b; };                        \
    inline constexpr auto fN##_not_lt = [](fN a, fN b) { return !(a < b); };                  \
    inline constexpr auto fN##_not_gt = [](fN a, fN b) { return !(a > b); };                  \
    inline constexpr auto fN##_not_le = [](fN a, fN b) { return !(a <= b); };                 \
    inline constexpr auto fN##_not_ge = [](fN a, fN b) { return !(a >= b); };                 \
    inline constexpr auto fN##_abs = Sign<fN>{BitsOf<fN>(~sign_bit<fN>), 0};                  \
    inline constexpr auto fN##_neg = Sign<fN>{~u64(0), sign_bit<fN>};                         \
    inline constexpr auto fN##_ceil = Canonical{[](fN a) { return round_up(a); }};            \
    inline constexpr auto fN##_floor = Canonical{[](fN a) { return round_down(a); }};         \
    inline constexpr auto fN##_trunc = Canonical{[](fN a) { return round_toward_zero(a); }};  \
    inline constexpr auto fN##_nearest = Canonical{[](fN a) { return round_to_nearest(a); }}; \
    inline constexpr auto fN##_sqrt = Canonical{[](fN a) { return square_root(a); }};         \
    inline constexpr auto fN##_add = Canonical{[](fN a, fN b) { return fN(a + b); }};         \
    inline constexpr auto fN##_sub = Canonical{[](fN a, fN b) { return fN(a - b); }};         \
    inline constexpr auto fN##_mul = Canonical{[](fN a, fN b) { return fN(a * b); }};         \
    inline constexpr auto fN##_div = Canonical{[](fN a, fN b) { return fN(a / b); }};         \
    inline constexpr auto fN##_min = [](fN a, fN b) { return minimum(a, b); };                \
    inline constexpr auto fN##_max = [](fN a, fN b) { return maximum(a, b); };                \
    inline constexpr auto fN##_copysign = [](fN a, fN b) { return copy_sign(a, b); };         \
    inline constexpr auto i32_trunc_##fN##_s = [](fN a) { return truncate<i32>(a); };         \
    inline constexpr auto i32_trunc_##fN##_u = [](fN a) { return truncate<u32>(a); };         \
    inline constexpr auto i64_trunc_##fN##_s = [](fN a) { return truncate<i64>(a); };         \
    inline constexpr auto i64_trunc_##fN##_u = [](fN a) { return truncate<u64>(a); };         \
    inline constexpr auto i32_trunc_sat_##fN##_s = [](fN a) {                                 \
        return truncate_saturating<i32>(a);                                                   \
    };                                                                                        \
    inline constexpr auto i32_trunc_sat_##fN##_u = [](fN a) {                                 \
        return truncate_saturating<u32>(a);                                                   \
    };                                                                                        \
    inline constexpr auto i64_trunc_sat_##fN##_s = [](fN a) {                                 \
        return truncate_saturating<i64>(a);                                                   \
    };                                                                                        \
    inline constexpr auto i64_trunc_sat_##fN##_u = [](fN a) {                                 \
        return truncate_saturating<u64>(a);                                                   \
    };                                                                                        \
    inline constexpr auto fN##_convert_i32_s = [](i32 a) { return fN(a); };                   \
    inline constexpr auto fN##_convert_i32_u = [](u32 a) { return fN(a); };                   \
    inline constexpr auto fN##_convert_i64_s = [](i64 a) { return fN(a); };                   \
    inline constexpr auto fN##_convert_i64_u = [](u64 a) { return fN(a); };

FLOATS(f32)
FLOATS(f64)
#undef FLOATS

inline constexpr auto f32_demote_f64 = Canonical{[](f64 a) { return f32(a); }};
inline constexpr auto f64_promote_f32 = Canonical{[](f32 a) { return f64(a); }};
inline constexpr auto i32_reinterpret_f32 = [](f32 a) { return std::bit_cast<u32>(a); };
inline constexpr auto i64_reinterpret_f64 = [](f64 a) { return std::bit_cast<u64>(a); };
inline constexpr auto f32_reinterpret_i32 = [](u32 a) { return std::bit_cast<f32>(a); };
inline constexpr auto f64_reinterpret_i64 = [](u64 a) { return std::bit_cast<f64>(a); };

static_assert(f64_nearest(2.5) == 2 && f64_nearest(-3.5) == -4 && f64_floor(-0.5) == -1);
static_assert(i64_reinterpret_f64(f64_ceil(-0.5)) == sign_bit<f64>);
static_assert(i64_reinterpret_f64(f64_min(0.0, -0.0)) == sign_bit<f64>);
static_assert(*i32_trunc_f64_s(-2147483648.9) == std::numeric_limits<i32>::min());
static_assert(i32_trunc_f32_s(2147483648.0f).error() == TrapReason::integer_overflow);
static_assert(*i64_trunc_f64_u(-0.9) == 0);
static_assert(i64_trunc_sat_f64_u(1e30) == ~u64(0) && i32_trunc_sat_f32_s(-1e30f) < 0);

}  // namespace icvm::vm::numeric
