#include <sys/mman.h>

#include <mutex>
#include <vector>

#include "vm/exec/frame.hpp"

namespace icvm::vm {

namespace {

/// Stacks that are not in use: calls follow each other, and a mapping is dear.
struct Pool {
    static constexpr size_t stacks_max = 4;
    std::mutex mutex;
    std::vector<Stacks*> free;
};

Pool& pool() {
    static Pool& instance = *new Pool;  // outlives executions that end with the process
    return instance;
}

/// What a shallow execution touches is kept as it is; the rest goes back to the system: at once
/// after many frames, else after so many executions, as a few frames may be large, too. (Each time,
/// it took 1.1 us of a query's 2.5.)
constexpr size_t kept_bytes = 256 << 10;
constexpr u32 uses_max = 64;

void forget(u8* begin, size_t bytes) {
    madvise(begin + kept_bytes, bytes - kept_bytes, MADV_DONTNEED);
}

/// Entries are written one after the other, and forgotten ones are zero.
bool went_deep(Stacks& stacks) {
    constexpr size_t kept_entries = kept_bytes / sizeof(ControlEntry) + 1;
    return stacks.control()[kept_entries].pc != nullptr;
}

void forget_what_was_touched(Stacks& stacks) {
    if (++stacks.uses < uses_max && !went_deep(stacks)) return;
    stacks.uses = 0;
    u8* begin = reinterpret_cast<u8*>(&stacks);
    forget(begin, Stacks::slots_offset);
    forget(begin + Stacks::slots_offset, Stacks::bytes - Stacks::slots_offset);
}

Stacks* map_stacks() {
    // Twice the size, of which the aligned part is kept.
    void* mapping = mmap(nullptr, 2 * Stacks::bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) return nullptr;
    u8* begin = static_cast<u8*>(mapping);
    u8* aligned = begin + (-reinterpret_cast<u64>(begin) & (Stacks::bytes - 1));
    if (aligned != begin) munmap(begin, size_t(aligned - begin));
    u8* end = aligned + Stacks::bytes;
    if (end != begin + 2 * Stacks::bytes) munmap(end, size_t(begin + 2 * Stacks::bytes - end));
    return reinterpret_cast<Stacks*>(aligned);
}

}  // namespace

Stacks* acquire_stacks() {
    Pool& stacks = pool();
    const std::lock_guard lock(stacks.mutex);
    if (stacks.free.empty()) return map_stacks();
    Stacks* last = stacks.free.back();
    stacks.free.pop_back();
    return last;
}

void release_stacks(Stacks* stacks) {
    forget_what_was_touched(*stacks);
    Pool& idle = pool();
    const std::lock_guard lock(idle.mutex);
    if (idle.free.size() < Pool::stacks_max)
        idle.free.push_back(stacks);
    else
        munmap(stacks, Stacks::bytes);
}

}  // namespace icvm::vm
