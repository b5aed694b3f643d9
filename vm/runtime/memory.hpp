#pragma once

#include <memory>
#include <span>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/runtime/page_source.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

struct MemoryOptions {
    bool guard = true;   ///< reserve so much that faults keep the bounds, if it can be had
    bool track = false;  ///< remember which pages are written, and what stood there before
    u64 pages_max = 0;   ///< greatest size in pages of 64 KiB, beside the type's maximum; 0: none
    /// What all memories of a store may still grow by, in bytes; nullptr: no such bound.
    u64* store_bytes_left = nullptr;
};

/// Whether guarded memories can be had in this process: the fault handler is installed and the
/// address space suffices, 8 GiB for 32-bit addresses, 20 GiB for those of 64 bits. Asked before
/// compiling: code that is compiled with guards needs them.
bool guard_available(AddressType addresses = AddressType::i32);

/// Greatest size of a memory with 64-bit addresses, in bytes, unless its type says less: ours.
inline constexpr u64 memory64_bytes_max = u64(16) << 30;

/// Greatest size of all memories together that a store makes, in bytes: ours, lest a small module
/// fill whatever the machine has.
inline constexpr u64 store_memory_bytes_max = memory64_bytes_max;

/// A page written since tracking began, with its bytes from before (nullptr: zeros).
struct DirtyPage {
    u64 index;
    const u8* before;
};

/// Who is asked when code grows a memory (memory.grow alone), beside its type and its options.
struct GrowthCheck {
    /// After it has grown, sizes in its pages. False: memory.grow traps, as a host function does.
    bool (*allows)(void* context, u64 old_size, u64 delta) = nullptr;
    void* context = nullptr;
};

/// A linear memory (Wasm 4.2.8): a mapping from the pool, bound to a page source for the life of
/// this object. `base` never changes. Reads and writes by the host go through the members below,
/// which fill absent pages and mark written ones.
class Memory {
public:
    /// A memory of `size` pages of its type whose contents come from `source` (nullptr: zeros).
    /// nullptr: no address space could be had, or `size` is more than the type and the options
    /// allow. With the fault handler installed and options.guard, pages of the source are read at
    /// their first touch; otherwise all of them are read here (see page_unreadable).
    static std::unique_ptr<Memory> create(const MemoryType& type, u64 size, PageSource* source,
                                          const MemoryOptions& options);
    ~Memory();
    Memory(const Memory&) = delete;

    const MemoryType& type() const { return type_; }
    /// Bounds are kept by guard pages: handlers need no check.
    bool guarded() const { return guarded_; }
    bool tracked() const { return tracked_; }
    /// The source failed to give a page since this object was made: what ran on it must not count.
    /// (Where execution could not be led to a trap, the page reads as zeros.)
    bool page_unreadable() const { return page_unreadable_; }
    /// In pages of its type.
    u64 size() const { return size_bytes >> type_.page_bytes_log2; }
    /// The old size in pages, or all ones when it cannot grow that far (Wasm 4.4.8).
    u64 grow(u64 delta);
    GrowthCheck growth_check;

    // Host access; false or nullptr: out of bounds (nothing was changed).
    bool read(u64 address, std::span<u8> out);
    bool write(u64 address, Bytes bytes);
    bool fill(u64 address, u8 value, u64 length);
    /// Within one memory or between two; overlapping ranges behave as memmove.
    bool copy(u64 destination, Memory& from, u64 source, u64 length);
    /// `length` bytes that may be read; valid until the next write or growth.
    const u8* readable(u64 address, u64 length);
    /// `length` bytes that may be written, their pages marked.
    u8* writable(u64 address, u64 length);
    /// Whether readable() and writable() would have nothing to do but to give these bytes.
    bool is_readable_now(u64 address, u64 length) const {
        return contains(address, length) && address >= lazy_bytes_;
    }
    bool is_writable_now(u64 address, u64 length) const {
        if (!contains(address, length) || length == 0) return false;
        const u64 first = address / page_bytes, last = (address + length - 1) / page_bytes;
        if (tracked_) return first == last && (marks[first] & mark_dirty);
        return address >= lazy_bytes_;
    }
    bool contains(u64 address, u64 length) const {
        return address <= size_bytes && length <= size_bytes - address;
    }

    // Tracking: from creation, commit or rollback to the next one.
    std::span<const DirtyPage> dirty_pages() const { return dirty_; }
    const u8* page(u64 index) const { return base + index * page_bytes; }
    u64 size_at_start() const { return size_at_start_; }
    void commit();
    void rollback();

    /// Slow path of a tracked store: fills and marks the pages of [address, address + length).
    /// False: out of bounds, or a page could not be read (page_unreadable).
    bool mark(u64 address, u64 length);

    // Lazy filling, for the fault handler (vm/runtime/faults.hpp); `offset` is within the size.
    bool is_present(u64 offset) const;
    /// False: the source could not give the page; flagged.
    bool fill_at(u64 offset);
    /// Lets a page that could not be read be zeros.
    bool open_unreadable(u64 offset);

    // Read by the handlers.
    u8* base = nullptr;
    u64 size_bytes = 0;
    /// One byte for each 4-KiB page of the reservation: mark_dirty when written since tracking
    /// began.
    u8* marks = nullptr;
    static constexpr u8 mark_present = 1;  ///< has been filled from the source
    static constexpr u8 mark_dirty = 2;    ///< written since tracking began
    static constexpr u8 mark_content = 4;  ///< may hold anything but zeros

private:
    Memory() = default;
    bool open_up_to(u64 bytes);
    bool make_present(u64 address, u64 length);
    bool fill_everything();
    bool open_lazily(u64& begin, u64& end);
    bool read_from_source(u64 begin, u64 end);
    void mark_page(u64 page);
    struct State;
    std::unique_ptr<State> state_;
    MemoryType type_;
    bool guarded_ = false;
    bool tracked_ = false;
    bool page_unreadable_ = false;
    u64 lazy_bytes_ = 0;  ///< only below may anything be absent; 0: nothing is
    u64 size_at_start_ = 0;
    std::vector<DirtyPage> dirty_;
};

}  // namespace icvm::vm
