#pragma once

#include "vm/exec/numeric.hpp"

/// What the instructions of wide arithmetic compute (proposal): low halves come first, and the
/// results are the halves of a number of 128 bits.
namespace icvm::vm::numeric {

__extension__ using i128 = __int128;

constexpr u128 whole(u64 low, u64 high) { return u128(high) << 64 | low; }

inline constexpr auto i64_add128 = [](u64 a_low, u64 a_high, u64 b_low, u64 b_high) -> u128 {
    return whole(a_low, a_high) + whole(b_low, b_high);
};
inline constexpr auto i64_sub128 = [](u64 a_low, u64 a_high, u64 b_low, u64 b_high) -> u128 {
    return whole(a_low, a_high) - whole(b_low, b_high);
};
inline constexpr auto i64_mul_wide_s = [](i64 a, i64 b) -> u128 { return u128(i128(a) * b); };
inline constexpr auto i64_mul_wide_u = [](u64 a, u64 b) -> u128 { return u128(a) * b; };

static_assert(i64_add128(~u64(0), 0, 1, 0) == whole(0, 1));
static_assert(i64_sub128(0, 0, 1, 0) == whole(~u64(0), ~u64(0)));
static_assert(i64_mul_wide_s(-1, 2) == whole(u64(-2), ~u64(0)));
static_assert(i64_mul_wide_u(~u64(0), 2) == whole(~u64(1), 1));

}  // namespace icvm::vm::numeric
