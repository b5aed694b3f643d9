#pragma once

#include <vector>

#include "vm/base/integers.hpp"

namespace icvm {

/// SplitMix64: the same numbers with every compiler, which std's distributions do not promise.
class Random {
public:
    explicit Random(u64 seed) : state_(seed) {}
    u64 next() {
        u64 z = state_ += 0x9E37'79B9'7F4A'7C15;
        z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
        z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
        return z ^ (z >> 31);
    }
    /// 0 … count - 1, and of its type.
    template <class Count>
    Count below(Count count) {
        return Count(next() % u64(count));
    }
    bool percent(u64 chance) { return below<u64>(100) < chance; }
    template <class T>
    const T& pick(const std::vector<T>& list) {
        return list[below(list.size())];
    }

private:
    u64 state_;
};

}  // namespace icvm
