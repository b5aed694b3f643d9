#include "replica/state/stable_memory.hpp"

#include <bit>
#include <limits>

namespace icvm::replica {

namespace {

/// The bits of pages [first, last] in word `word`.
u64 word_mask(u64 word, u64 first, u64 last) {
    u64 mask = std::numeric_limits<u64>::max();
    if (word == first / 64) mask &= mask << (first % 64);
    if (word == last / 64) mask &= std::numeric_limits<u64>::max() >> (63 - last % 64);
    return mask;
}

}  // namespace

u64 PageSet::missing(u64 first, u64 last) const {
    u64 count = 0;
    for (u64 word = first / 64; word <= last / 64; word++) {
        const auto found = words_.find(word);
        const u64 present = found == words_.end() ? 0 : found->second;
        count += u64(std::popcount(word_mask(word, first, last) & ~present));
    }
    return count;
}

void PageSet::insert(u64 first, u64 last) {
    for (u64 word = first / 64; word <= last / 64; word++) {
        u64& present = words_[word];
        const u64 mask = word_mask(word, first, last);
        count_ += u64(std::popcount(mask & ~present));
        present |= mask;
    }
}

void PageSet::clear() {
    words_.clear();
    count_ = 0;
}

u64 StableMemory::grow(u64 delta, u64 pages_max) {
    if (pages_ > pages_max || delta > pages_max - pages_) return std::numeric_limits<u64>::max();
    const u64 old = pages_;
    pages_ += delta;
    return old;
}

void StableMemory::begin_execution() {
    accessed.clear();
    written.clear();
}

void StableMemory::hold() {
    map_.hold();
    held_pages_ = pages_;
}

void StableMemory::rollback() {
    map_.discard();
    pages_ = held_pages_;
}

}  // namespace icvm::replica
