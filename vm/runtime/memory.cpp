#include "vm/runtime/memory.hpp"

#include <algorithm>
#include <limits>

#include "vm/runtime/faults.hpp"
#include "vm/runtime/memory_state.hpp"

namespace icvm::vm {

namespace {

constexpr u64 no_growth = std::numeric_limits<u64>::max();

/// The greatest size that the type and the options allow, in pages of the type. With 32-bit
/// addresses their number is a u32, so that pages of one byte are one fewer than addresses.
u64 greatest_size(const MemoryType& type, const MemoryOptions& options) {
    const bool wide = type.limits.address_type == AddressType::i64;
    const u64 bytes = wide ? memory64_bytes_max : u64(1) << 32;
    const u64 countable = wide ? no_growth : std::numeric_limits<u32>::max();
    const u64 ours = std::min(bytes >> type.page_bytes_log2, countable);
    const u64 declared = type.limits.has_maximum ? type.limits.maximum : ours;
    const u64 pages_max = std::min(options.pages_max, bytes / wasm_page_bytes);
    const u64 wanted = pages_max ? pages_max * wasm_page_bytes >> type.page_bytes_log2 : ours;
    return std::min({declared, ours, wanted});
}

constexpr u64 guarded_bytes_of(AddressType addresses) {
    return addresses == AddressType::i64 ? guarded64_bytes : guarded_bytes;
}

/// Half as much, and half of that, when the address space is short; but at least `least` bytes.
std::optional<Mapping> acquire_unguarded(u64 wanted, u64 least) {
    for (u64 bytes = wanted;; bytes = std::max(bytes / 2, least)) {
        if (auto mapping = acquire_mapping(bytes)) return mapping;
        if (bytes <= least) return std::nullopt;
    }
}

}  // namespace

bool guard_available(AddressType addresses) {
    if (!fault_handler_installed()) return false;
    const auto mapping = acquire_mapping(guarded_bytes_of(addresses));
    if (mapping) release_mapping(*mapping, 0);
    return mapping.has_value();
}

std::unique_ptr<Memory> Memory::create(const MemoryType& type, u64 size, PageSource* source,
                                       const MemoryOptions& options) {
    const u64 size_max = greatest_size(type, options);
    if (size > size_max) return nullptr;
    const bool faults = options.guard && fault_handler_installed();
    std::optional<Mapping> mapping;
    const bool whole_pages = u64(1) << type.page_bytes_log2 == wasm_page_bytes;
    if (faults && whole_pages)
        mapping = acquire_mapping(guarded_bytes_of(type.limits.address_type));
    const bool guarded = mapping.has_value();
    const u64 size_bytes = size << type.page_bytes_log2;
    if (!mapping) mapping = acquire_unguarded(size_max << type.page_bytes_log2, size_bytes);
    if (!mapping) return nullptr;

    std::unique_ptr<Memory> memory(new Memory);
    memory->state_ = std::make_unique<State>();
    State& state = *memory->state_;
    state.mapping = *mapping;
    state.pages_max = std::min(size_max, mapping->reserved_bytes >> type.page_bytes_log2);
    state.source = source;
    state.store_bytes_left = options.store_bytes_left;
    memory->type_ = type;
    memory->guarded_ = guarded;
    memory->tracked_ = options.track;
    memory->base = mapping->base;
    memory->marks = mapping->marks;
    const bool lazy = source && faults && whole_pages;
    if (lazy) {
        memory->lazy_bytes_ = memory->size_bytes = state.used_bytes = size_bytes;
    } else if (memory->grow(size) == no_growth) {
        return nullptr;
    }
    memory->size_at_start_ = memory->size_bytes;
    if (source && !lazy) memory->fill_everything();
    if (guarded || memory->lazy_bytes_)
        state.place = add_fault_place(*memory, state.mapping.reserved_bytes);
    return memory;
}

Memory::~Memory() {
    if (!state_) return;
    if (state_->place) remove_fault_place(state_->place);
    release_mapping(state_->mapping, state_->used_bytes);
}

u64 Memory::grow(u64 delta) {
    const u64 old_size = size();
    if (delta > state_->pages_max - old_size) return no_growth;
    const u64 delta_bytes = delta << type_.page_bytes_log2;
    u64* const left = state_->store_bytes_left;
    if (left && delta_bytes > *left) return no_growth;
    if (!open_up_to(size_bytes + delta_bytes)) return no_growth;
    if (left) *left -= delta_bytes;
    size_bytes += delta_bytes;
    state_->used_bytes = std::max(state_->used_bytes, whole_page_end(size_bytes));
    return old_size;
}

/// What is accessible ends at a whole page of 64 KiB, wherever the size does.
bool Memory::open_up_to(u64 bytes) {
    const u64 opened = whole_page_end(size_bytes);
    return open_range(state_->mapping, opened, whole_page_end(bytes) - opened);
}

}  // namespace icvm::vm
