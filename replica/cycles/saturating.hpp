#pragma once

#include "vm/base/integers.hpp"

namespace icvm::replica {

/// An amount of cycles in a calculation: sums and products stop at 2^128 - 1, differences at 0, as
/// mainnet's do.
struct Saturating {
    u128 value;

    static constexpr u128 max = ~u128(0);

    constexpr Saturating(u128 amount) : value(amount) {}

    friend constexpr Saturating operator+(Saturating a, Saturating b) {
        return a.value > max - b.value ? max : a.value + b.value;
    }
    friend constexpr Saturating operator-(Saturating a, Saturating b) {
        return a.value < b.value ? 0 : a.value - b.value;
    }
    friend constexpr Saturating operator*(Saturating a, Saturating b) {
        return b.value != 0 && a.value > max / b.value ? max : a.value * b.value;
    }
};

}  // namespace icvm::replica
