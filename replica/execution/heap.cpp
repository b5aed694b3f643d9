#include "replica/execution/heap.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace icvm::replica {

namespace {

constexpr std::array<u8, vm::page_bytes> zeros{};

}  // namespace

Result<Heap, Failure> bind_heap(std::unique_ptr<PageMap> pages, const CanisterModule& module,
                                u64 size, const Options& options) {
    Heap heap{.pages = std::move(pages), .memory = nullptr};
    if (!module.has_memory()) return heap;
    heap.memory = vm::Memory::create(
        module.wasm().memory_types[0], size, heap.pages.get(),
        {.guard = options.guard, .track = true, .pages_max = module.heap_pages_max()});
    if (heap.memory) return heap;
    return std::unexpected(failure_of(
        reject(ErrorCode::canister_out_of_memory,
               "icvm has no address space left for the canister's heap: give the process more "
               "(ulimit -v), or use --no-guard")));
}

std::vector<u64> changed_pages(const vm::Memory& memory) {
    std::vector<u64> changed;
    for (const vm::DirtyPage& dirty : memory.dirty_pages()) {
        const u8* before = dirty.before ? dirty.before : zeros.data();
        if (std::memcmp(memory.page(dirty.index), before, vm::page_bytes) != 0)
            changed.push_back(dirty.index);
    }
    std::ranges::sort(changed);
    return changed;
}

}  // namespace icvm::replica
