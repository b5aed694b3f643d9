#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "vm/runtime/object_cells.hpp"
#include "vm/runtime/object_heap.hpp"
#include "vm/runtime/page_runs.hpp"

namespace icvm::vm {

/// Cells of one size. A cell is free when the mark of the object that would lie there is 0.
struct CellBlock {
    PageRun run;
    u32 cell_bytes;
    u32 free = 0;    ///< number of free cells
    u32 cursor = 0;  ///< no free cell lies before it
    u32 cells() const { return u32(block_bytes) / cell_bytes; }
};

/// Address space for each byte that may be alive: objects do not move, and those that are left of
/// each size may spoil as much as had been alive.
inline constexpr u64 reserved_bytes_per_alive_byte = 16;

/// Where pending objects lie behind one another in a collection; what finds no room is found again
/// by a walk over the heap.
inline constexpr u32 mark_stack_entries_max = 1u << 20;

/// At least as much is allocated between two collections.
inline constexpr u64 allocated_bytes_min = u64(2) << 20;

/// An object of which the references from `next` on are to be followed.
struct MarkEntry {
    Object* object;
    u64 next;
};

struct ObjectHeap::State {
    explicit State(const ObjectHeapOptions& wanted)
        : options(wanted),
          pages(reserved_bytes(wanted.bytes_max)),
          collect_at(std::min(wanted.bytes_max, allocated_bytes_min)) {}

    static u64 reserved_bytes(u64 bytes_max) {
        u64 bytes;
        if (__builtin_mul_overflow(bytes_max, reserved_bytes_per_alive_byte, &bytes))
            return ~u64(0);
        return bytes;
    }

    Object* allocate(u64 bytes);
    void collect();
    /// Frees what bears not the mark of this collection.
    void sweep();

    ObjectHeapOptions options;
    PageRuns pages;
    std::vector<const RootSource*> sources;
    u64 used_bytes = 0;  ///< rounded, of what is alive or was allocated since
    u64 collect_at;      ///< used_bytes that call for a collection
    u64 collections = 0;
    u8 mark = 1;  ///< of objects that are alive: 1 or 2, by turns
    std::vector<CellBlock> blocks;
    std::vector<PageRun> large;  ///< each has one object
    /// By class: the blocks with free cells, the next one last.
    std::array<std::vector<u32>, cell_sizes.size()> available;
    std::unique_ptr<MarkEntry[]> mark_stack;  ///< nullptr: the system has no room for it
    std::array<MarkEntry, 256> small_mark_stack{};

    u8* cell_at(const CellBlock& block, u32 cell) const {
        return pages.address_of(block.run.first) + u64(cell) * block.cell_bytes;
    }

private:
    Object* place(u64 bytes);
    Object* take_cell(u32 size_class);
    Object* take_pages(u64 bytes);
    bool add_block(u32 size_class);
    bool sweep(CellBlock& block);
    bool sweep(const PageRun& large_object);
};

/// The mark of an object, or of a free cell: 0.
inline constexpr size_t mark_offset = 13;

/// Marks whatever is reached from the roots (Wasm 4.2.1), with a stack of its own.
class Marking final : public RootVisitor {
public:
    explicit Marking(ObjectHeap::State& heap);

    void visit(u64 reference) override {
        references_visited_++;
        reach(reference);
        follow();
    }
    /// Follows what found no room on the stack.
    void finish();

    u64 bytes_alive() const { return bytes_alive_; }
    u64 references_visited() const { return references_visited_; }

private:
    void reach(u64 reference);
    void follow();
    void scan(MarkEntry entry);
    void scan_array(MarkEntry entry);
    void resume(Object& object);

    ObjectHeap::State& heap_;
    MarkEntry* stack_;
    u32 entries_max_;
    u32 pending_ = 0;
    bool overflowed_ = false;
    u64 bytes_alive_ = 0;
    u64 references_visited_ = 0;
};

}  // namespace icvm::vm
