#include "vm/runtime/mapping.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "vm/base/check.hpp"

namespace icvm::vm {

namespace {

struct Pool {
    std::mutex mutex;
    std::vector<Mapping> mappings;
};

Pool& pool() {
    static Pool& the_pool = *new Pool;
    return the_pool;
}

void unmap(const Mapping& mapping) {
    const u64 marks = marks_bytes(mapping.reserved_bytes);
    CHECK(munmap(mapping.marks, marks + mapping.reserved_bytes) == 0);
}

std::optional<Mapping> take_kept(u64 reserved_bytes) {
    const std::lock_guard lock(pool().mutex);
    auto& kept = pool().mappings;
    const auto fits = [&](const Mapping& m) { return m.reserved_bytes == reserved_bytes; };
    const auto found = std::ranges::find_if(kept, fits);
    if (found == kept.end()) return std::nullopt;
    const Mapping mapping = *found;
    kept.erase(found);
    return mapping;
}

void unmap_kept() {
    const std::lock_guard lock(pool().mutex);
    for (const Mapping& mapping : pool().mappings) unmap(mapping);
    pool().mappings.clear();
}

std::optional<Mapping> map(u64 reserved_bytes) {
    const u64 marks = marks_bytes(reserved_bytes);
    void* start = mmap(nullptr, marks + reserved_bytes, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return std::nullopt;
    u8* const bytes = static_cast<u8*>(start);
    if (mprotect(bytes, marks, PROT_READ | PROT_WRITE) != 0) {
        munmap(bytes, marks + reserved_bytes);
        return std::nullopt;
    }
    return Mapping{bytes + marks, reserved_bytes, bytes};
}

}  // namespace

std::optional<Mapping> acquire_mapping(u64 reserved_bytes) {
    reserved_bytes = whole_system_pages(std::max<u64>(reserved_bytes, 1));
    if (auto kept = take_kept(reserved_bytes)) return kept;
    if (auto fresh = map(reserved_bytes)) return fresh;
    unmap_kept();
    return map(reserved_bytes);
}

void release_mapping(const Mapping& mapping, u64 used_bytes) {
    if (used_bytes > 0) {
        close_range(mapping, 0, used_bytes);
        CHECK(madvise(mapping.marks, marks_bytes(used_bytes), MADV_DONTNEED) == 0);
    }
    {
        const std::lock_guard lock(pool().mutex);
        if (pool().mappings.size() < mappings_kept_max) {
            pool().mappings.push_back(mapping);
            return;
        }
    }
    unmap(mapping);
}

bool open_range(const Mapping& mapping, u64 offset, u64 length) {
    return length == 0 || mprotect(mapping.base + offset, length, PROT_READ | PROT_WRITE) == 0;
}

bool drop_contents(const Mapping& mapping, u64 offset, u64 length) {
    static const u64 unit = u64(sysconf(_SC_PAGESIZE));
    if ((offset | length) % unit != 0) return false;
    return madvise(mapping.base + offset, length, MADV_DONTNEED) == 0;
}

void close_range(const Mapping& mapping, u64 offset, u64 length) {
    if (length == 0) return;
    CHECK(madvise(mapping.base + offset, length, MADV_DONTNEED) == 0);
    CHECK(mprotect(mapping.base + offset, length, PROT_NONE) == 0);
}

}  // namespace icvm::vm
