#pragma once

#include <algorithm>
#include <limits>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// What an execution may still spend. The interpreter takes from `counter`, and leaves when it
/// finds it below zero at a function entry or a loop header; then a further slice comes from
/// `reserve`, until nothing is left. Totals do not depend on the slice.
struct Budget {
    i64 counter = 0;
    i64 reserve = 0;
    i64 slice = 0;

    static Budget of(i64 limit, i64 slice) {
        const i64 first = std::min(limit, slice);
        return {first, limit - first, slice};
    }
    /// counter + reserve; negative when overspent.
    i64 remaining() const { return counter + reserve; }
    /// Moves as many slices from the reserve as the counter needs, in constant time; false when it
    /// stays below zero.
    bool refill() {
        if (counter >= 0 || reserve <= 0) return counter >= 0;
        const i64 slices = -(counter + 1) / slice + 1;
        const i64 part = slices > reserve / slice ? reserve : slices * slice;
        counter += part;
        reserve -= part;
        return counter >= 0;
    }
    /// Takes `amount`; false: nothing is left, or was before (docs/metering.md, "System API fees").
    bool charge(u64 amount) {
        if (!refill()) return false;
        if (amount > u64(std::numeric_limits<i64>::max())) {
            counter = std::numeric_limits<i64>::min() / 2;
            reserve = 0;
            return false;
        }
        i64 after = 0;
        if (__builtin_sub_overflow(counter, i64(amount), &after))
            after = std::numeric_limits<i64>::min() / 2;
        counter = after;
        return refill();
    }
};

}  // namespace icvm::vm
