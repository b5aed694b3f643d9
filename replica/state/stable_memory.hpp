#pragma once

#include <span>
#include <unordered_map>

#include "replica/state/page_map.hpp"

namespace icvm::replica {

/// Greatest size of a stable memory: 500 GiB, in Wasm pages.
inline constexpr u64 stable_pages_max = 500ull * 1024 * 1024 * 1024 / vm::wasm_page_bytes;
/// What the 32-bit API can reach: 4 GiB, in Wasm pages.
inline constexpr u64 stable32_pages_max = 65536;

/// A set of page indices, sparse: 64 pages a word.
class PageSet {
public:
    u64 count() const { return count_; }
    /// Of the pages [first, last], how many are not in the set.
    u64 missing(u64 first, u64 last) const;
    void insert(u64 first, u64 last);
    void clear();

private:
    std::unordered_map<u64, u64> words_;  // never iterated: its order is not seen
    u64 count_ = 0;
};

/// A canister's stable memory (Interface spec, "Stable memory") while a message executes: sparse,
/// read and written by range. Bounds and limits are the caller's to check first.
class StableMemory {
public:
    StableMemory(Storage& storage, MemoryId id, u64 pages)
        : map_(storage, id), pages_(pages), held_pages_(pages) {}

    u64 pages() const { return pages_; }
    /// The old size, or all ones when it would exceed `pages_max`.
    u64 grow(u64 delta, u64 pages_max);
    bool contains(u64 offset, u64 length) const {
        const u64 bytes = pages_ * vm::wasm_page_bytes;
        return offset <= bytes && length <= bytes - offset;
    }
    /// False: a page could not be read.
    bool read(u64 offset, std::span<u8> out) { return map_.read(offset, out); }
    bool write(u64 offset, Bytes bytes) { return map_.write(offset, bytes); }

    /// The 4-KiB pages touched by this execution (docs/mainnet.md, "Limits").
    PageSet accessed;
    PageSet written;
    void begin_execution();
    /// What it is now is what rollback() goes back to.
    void hold();
    void rollback();

    PageMap& map() { return map_; }

private:
    PageMap map_;
    u64 pages_;
    u64 held_pages_;
};

}  // namespace icvm::replica
