#include "vm/runtime/page_runs.hpp"

#include <algorithm>
#include <limits>

#include "vm/runtime/poison.hpp"

namespace icvm::vm {

namespace {

/// What is made accessible at once; a multiple of every system's page.
constexpr u64 opening_pages = 256;
/// Below this a reservation is not tried.
constexpr u64 reserved_bytes_min = u64(1) << 20;
constexpr u64 reserved_bytes_max = u64(std::numeric_limits<u32>::max()) * PageRuns::bytes_of_page;

}  // namespace

PageRuns::~PageRuns() {
    if (!mapping_.base) return;
    unpoison(mapping_.base, used_pages_ * bytes_of_page);
    release_mapping(mapping_, opened_pages_ * bytes_of_page);
}

/// Half as much, and half of that, when the address space is short.
bool PageRuns::reserve() {
    u64 bytes = std::clamp(reserved_bytes_, reserved_bytes_min, reserved_bytes_max);
    for (; bytes >= reserved_bytes_min; bytes /= 2) {
        const auto mapping = acquire_mapping(bytes);
        if (!mapping) continue;
        mapping_ = *mapping;
        return true;
    }
    return false;
}

bool PageRuns::extend(u32 pages) {
    if (!mapping_.base && !reserve()) return false;
    const u64 reserved = mapping_.reserved_bytes / bytes_of_page;
    const u64 end = used_pages_ + pages;
    if (end > reserved) return false;
    if (end <= opened_pages_) return true;
    const u64 rounded = (end + opening_pages - 1) / opening_pages * opening_pages;
    const u64 opened = std::min(rounded, reserved);
    if (!open_range(mapping_, opened_pages_ * bytes_of_page,
                    (opened - opened_pages_) * bytes_of_page))
        return false;
    opened_pages_ = opened;
    return true;
}

void PageRuns::insert(PageRun run) {
    by_place_.emplace(run.first, run);
    by_length_.emplace(run.pages, run.first);
}

void PageRuns::remove(PageRun run) {
    by_place_.erase(run.first);
    by_length_.erase({run.pages, run.first});
}

std::optional<PageRun> PageRuns::take(u32 pages) {
    const auto found = by_length_.lower_bound({pages, 0});
    if (found == by_length_.end()) {
        if (!extend(pages)) return std::nullopt;
        const PageRun run{u32(used_pages_), pages, true};
        used_pages_ += pages;
        return run;
    }
    const PageRun free = by_place_.at(found->second);
    remove(free);
    if (free.pages > pages) insert({free.first + pages, free.pages - pages, free.zero});
    return PageRun{free.first, pages, free.zero};
}

void PageRuns::give_back(PageRun run) {
    const auto next = by_place_.lower_bound(run.first);
    PageRun joined = run;
    if (next != by_place_.end() && next->first == run.first + run.pages) {
        const PageRun after = next->second;
        joined.pages += after.pages;
        joined.zero &= after.zero;
        remove(after);
    }
    const auto behind = by_place_.lower_bound(run.first);
    if (behind != by_place_.begin()) {
        const PageRun before = std::prev(behind)->second;
        if (before.first + before.pages == run.first) {
            joined = {before.first, before.pages + joined.pages, before.zero && joined.zero};
            remove(before);
        }
    }
    insert(joined);
}

void PageRuns::shrink_free(u64 kept_bytes) {
    u64 kept = 0;
    for (auto& [first, run] : by_place_) {
        if (run.zero) continue;
        const u64 bytes = run.pages * bytes_of_page;
        kept += bytes;
        if (kept <= kept_bytes) continue;
        run.zero = drop_contents(mapping_, first * bytes_of_page, bytes);
    }
}

}  // namespace icvm::vm
