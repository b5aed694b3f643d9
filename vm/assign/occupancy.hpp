#pragma once

#include <array>
#include <vector>

#include "vm/assign/liveness.hpp"
#include "vm/code/forms.hpp"

namespace icvm::vm {

/// At which points of a function each register is taken.
class Occupancy {
public:
    void clear(u32 nodes) {
        for (auto& bits : bits_) bits.assign(nodes / 32 + 2, 0);
    }
    bool is_free(Place place, Range range) const;
    void fill(Place place, Range range);
    void release(Place place, Range range);
    /// Fills it if it is free.
    bool take(Place place, Range range);
    bool is_taken(Place place, u32 point) const {
        return (bits_[u32(place)][point / 64] >> (point % 64) & 1) != 0;
    }

private:
    std::array<std::vector<u64>, place_count> bits_;
};

}  // namespace icvm::vm
