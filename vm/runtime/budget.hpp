#pragma once

#include <algorithm>
#include <limits>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// What an execution may still spend. The interpreter takes from `counter`, and leaves when it
/// finds it below zero at a function entry or a loop header; then a further slice comes from
/// `reserve`, until nothing is left. Totals do not depend on the slice.
///
/// An embedder that runs executions in strides, of several slices each, can have one fail that
/// overspends a stride by a whole one at once: then `overrun` is what that stride has spent.
struct Budget {
    i64 counter = 0;
    i64 reserve = 0;
    i64 slice = 0;
    i64 stride = 0;       ///< 0: none
    i64 stride_size = 0;  ///< of this one, when it began
    i64 stride_left = 0;  ///< of this one, in the reserve
    u64 overrun = 0;      ///< above 0: nothing more is given

    static Budget of(i64 limit, i64 slice, i64 stride = 0) {
        const i64 whole = stride ? std::min(limit, stride) : limit;
        const i64 first = std::min(whole, slice);
        return {first, limit - first, slice, stride, whole, whole - first, 0};
    }
    /// counter + reserve; negative when overspent.
    i64 remaining() const { return counter + reserve; }
    /// Moves as many slices from the reserve as the counter needs, in constant time; false when it
    /// stays below zero.
    bool refill() {
        if (counter >= 0 || reserve <= 0) return counter >= 0;
        if (stride && !begin_stride()) return false;
        const i64 available = stride ? stride_left : reserve;
        const i64 slices = -(counter + 1) / slice + 1;
        const i64 part = slices > available / slice ? available : slices * slice;
        counter += part;
        reserve -= part;
        if (stride) stride_left -= part;
        return counter >= 0;
    }
    /// Takes `amount`, also from a counter below 0; false: nothing is left.
    bool take(u64 amount) {
        constexpr i64 overspent = std::numeric_limits<i64>::min() / 2;
        if (amount > u64(std::numeric_limits<i64>::max())) {
            counter = overspent;
            reserve = 0;
            return false;
        }
        i64 after = 0;
        if (__builtin_sub_overflow(counter, i64(amount), &after)) after = overspent;
        counter = after;
        return refill();
    }
    /// Takes `amount`; false: nothing is left, or was before (docs/metering.md, "System API fees").
    bool charge(u64 amount) { return refill() && take(amount); }

private:
    /// The next stride, when this one is spent; false: it is spent twice.
    bool begin_stride() {
        const i64 left = counter + stride_left;
        if (left >= 0 || reserve == stride_left) return overrun == 0;
        if (left <= -stride) {
            overrun = std::min(u64(stride_size) - u64(left), u64(std::numeric_limits<i64>::max()));
            return false;
        }
        stride_left += std::min(stride, reserve - stride_left);
        stride_size = counter + stride_left;
        return true;
    }
};

}  // namespace icvm::vm
