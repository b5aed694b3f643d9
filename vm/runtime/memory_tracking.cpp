#include <algorithm>
#include <cstring>

#include "vm/runtime/memory_state.hpp"

namespace icvm::vm {

bool Memory::mark(u64 address, u64 length) {
    if (!contains(address, length)) return false;
    if (length == 0) return true;
    if (!make_present(address, length)) return false;
    const u64 last = (address + length - 1) / page_bytes;
    for (u64 page = address / page_bytes; page <= last; page++)
        if (!(marks[page] & mark_dirty)) mark_page(page);
    return true;
}

void Memory::mark_page(u64 page) {
    const bool content = marks[page] & mark_content;
    marks[page] |= mark_dirty | mark_content;
    if (!tracked_) return;
    u8* before = nullptr;
    if (content) {
        before = state_->images.take();
        std::memcpy(before, base + page * page_bytes, page_bytes);
    }
    dirty_.push_back({page, before});
}

void Memory::commit() {
    for (const DirtyPage& page : dirty_) marks[page.index] &= u8(~mark_dirty);
    dirty_.clear();
    state_->images.reset();
    size_at_start_ = size_bytes;
}

void Memory::rollback() {
    const u64 kept_end = whole_page_end(size_at_start_);
    for (const auto& [index, before] : dirty_) {
        if (index * page_bytes >= kept_end) {
            marks[index] = 0;
        } else if (before) {
            std::memcpy(base + index * page_bytes, before, page_bytes);
            marks[index] &= u8(~mark_dirty);
        } else {
            std::memset(base + index * page_bytes, 0, page_bytes);
            marks[index] &= u8(~(mark_dirty | mark_content));
        }
    }
    close_range(state_->mapping, kept_end, whole_page_end(size_bytes) - kept_end);
    if (state_->store_bytes_left) *state_->store_bytes_left += size_bytes - size_at_start_;
    size_bytes = size_at_start_;
    dirty_.clear();
    state_->images.reset();
}

}  // namespace icvm::vm
