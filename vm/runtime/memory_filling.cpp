#include <unistd.h>

#include <algorithm>

#include "vm/runtime/memory_state.hpp"

namespace icvm::vm {

namespace {

/// Pages that are read in advance when absent ones are touched in a row.
constexpr u64 lazy_window_max = 16 * wasm_page_bytes;
/// Zeros that are opened in advance, in one step.
constexpr u64 lazy_zeros_max = 256 * wasm_page_bytes;

/// Each range that is opened may cost the system a mapping of its own, of which a process has few
/// (65,530 by default): after so many, ranges are twice as wide.
constexpr u64 fills_per_doubling = 1024;
constexpr u64 doublings_max = 8;

/// What is present or absent as a whole: at least a page of the system.
u64 fill_bytes() {
    static const u64 bytes = std::max(fill_bytes_min, u64(sysconf(_SC_PAGESIZE)));
    return bytes;
}

u64 unit_after(u64 fills) {
    return fill_bytes() << std::min(fills / fills_per_doubling, doublings_max);
}

u64 round_down(u64 value, u64 unit) { return value / unit * unit; }

}  // namespace

bool Memory::is_present(u64 offset) const {
    return offset >= lazy_bytes_ || (marks[offset / page_bytes] & mark_present);
}

bool Memory::make_present(u64 address, u64 length) {
    const u64 end = std::min(address + length, lazy_bytes_);
    for (u64 offset = address; offset < end;
         offset = round_down(offset, fill_bytes()) + fill_bytes())
        if (!is_present(offset) && !fill_at(offset)) return false;
    return true;
}

bool Memory::fill_at(u64 offset) {
    State& state = *state_;
    const u64 unit = unit_after(state.fills++);
    u64 begin = round_down(offset, unit);
    const u64 twice = std::min(2 * state.lazy_window, std::max(lazy_window_max, unit));
    state.lazy_window = begin == state.next_lazy ? twice : unit;
    const u64 content =
        std::min(state.source->next_page(offset / page_bytes), lazy_bytes_ / page_bytes);
    const u64 zeros_end =
        std::min(round_down(content * page_bytes, fill_bytes()), begin + lazy_zeros_max);
    u64 end = std::min(std::max(begin + state.lazy_window, zeros_end), lazy_bytes_);
    if (!open_lazily(begin, end)) {
        page_unreadable_ = true;
        return false;
    }
    state.next_lazy = end;
    read_from_source(begin, end);
    if (!is_present(offset)) page_unreadable_ = true;
    return is_present(offset);
}

/// When the system refuses one more mapping, a wider range closes gaps instead.
bool Memory::open_lazily(u64& begin, u64& end) {
    for (u64 unit = 2 * fill_bytes(); !open_range(state_->mapping, begin, end - begin); unit *= 2) {
        if (begin == 0 && end == lazy_bytes_) return false;
        begin = round_down(begin, unit);
        end = std::min(round_down(end + unit - 1, unit), lazy_bytes_);
    }
    return true;
}

/// Fills what is absent of [begin, end), which is open. False: some of it stays absent.
bool Memory::read_from_source(u64 begin, u64 end) {
    bool complete = true;
    u64 content = 0;
    for (u64 offset = begin; offset < end; offset += fill_bytes()) {
        if (is_present(offset)) continue;
        const u64 first = offset / page_bytes, last = first + fill_bytes() / page_bytes - 1;
        bool read = true;
        for (u64 page = first; page <= last && read; page++) {
            if (content <= page) content = state_->source->next_page(page);
            if (content != page) continue;
            read = state_->source->read_page(page, base + page * page_bytes);
            marks[page] = mark_content;
            content = 0;
        }
        for (u64 page = first; page <= last; page++)
            marks[page] = read ? marks[page] | mark_present : 0;
        if (!read) close_range(state_->mapping, offset, fill_bytes());
        complete &= read;
    }
    return complete;
}

bool Memory::open_unreadable(u64 offset) {
    const u64 begin = round_down(offset, fill_bytes());
    if (!open_range(state_->mapping, begin, fill_bytes())) return false;
    for (u64 page = begin / page_bytes; page < (begin + fill_bytes()) / page_bytes; page++)
        marks[page] = mark_present;
    return true;
}

/// At creation, when no fault will tell what is touched.
bool Memory::fill_everything() {
    const u64 pages = (size_bytes + page_bytes - 1) / page_bytes;
    for (u64 page = state_->source->next_page(0); page < pages;
         page = state_->source->next_page(page + 1)) {
        marks[page] |= mark_content;
        if (!state_->source->read_page(page, base + page * page_bytes)) page_unreadable_ = true;
    }
    return !page_unreadable_;
}

}  // namespace icvm::vm
