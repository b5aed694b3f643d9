#include "vm/assign/occupancy.hpp"

namespace icvm::vm {

namespace {

/// Calls `visit(word, mask)` for the words that a range has bits in.
template <class Visit>
void for_words(Range range, const Visit& visit) {
    const u32 last = range.end - 1;
    for (u32 word = range.begin / 64; word <= last / 64; word++) {
        u64 mask = ~u64(0);
        if (word == range.begin / 64) mask &= ~u64(0) << (range.begin % 64);
        if (word == last / 64) mask &= ~u64(0) >> (63 - last % 64);
        visit(word, mask);
    }
}

}  // namespace

bool Occupancy::is_free(Place place, Range range) const {
    u64 taken = 0;
    for_words(range, [&](u32 word, u64 mask) { taken |= bits_[u32(place)][word] & mask; });
    return taken == 0;
}

void Occupancy::fill(Place place, Range range) {
    for_words(range, [&](u32 word, u64 mask) { bits_[u32(place)][word] |= mask; });
}

void Occupancy::release(Place place, Range range) {
    for_words(range, [&](u32 word, u64 mask) { bits_[u32(place)][word] &= ~mask; });
}

bool Occupancy::take(Place place, Range range) {
    if (!is_free(place, range)) return false;
    fill(place, range);
    return true;
}

}  // namespace icvm::vm
