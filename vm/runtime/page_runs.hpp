#pragma once

#include <map>
#include <optional>
#include <set>

#include "vm/runtime/mapping.hpp"

namespace icvm::vm {

/// Pages that lie side by side, in a reservation.
struct PageRun {
    u32 first = 0;
    u32 pages = 0;
    bool zero = false;  ///< holds zeros
};

/// A reservation of address space that is handed out in runs of 4-KiB pages and takes them back.
/// Where a run lies depends only on what was taken and given back before. Runs that are free do
/// not touch, and are known by place and by length.
class PageRuns {
public:
    /// At most `reserved_bytes`; less when the system refuses. Nothing is reserved yet.
    explicit PageRuns(u64 reserved_bytes) : reserved_bytes_(reserved_bytes) {}
    ~PageRuns();
    PageRuns(const PageRuns&) = delete;

    /// The smallest free run that suffices, the lowest of several; nothing: the reservation has
    /// none, or the system refuses memory.
    std::optional<PageRun> take(u32 pages);
    void give_back(PageRun run);
    /// Gives the memory of free runs back to the system, but for the lowest `kept_bytes`.
    void shrink_free(u64 kept_bytes);

    u8* address_of(u32 page) const { return mapping_.base + u64(page) * bytes_of_page; }
    /// Whether an address lies in what was ever handed out.
    bool contains(u64 address) const {
        return address - reinterpret_cast<u64>(mapping_.base) < used_pages_ * bytes_of_page;
    }
    static constexpr u64 bytes_of_page = 4096;

private:
    bool reserve();
    bool extend(u32 pages);
    void insert(PageRun run);
    void remove(PageRun run);

    u64 reserved_bytes_;
    Mapping mapping_;
    u64 used_pages_ = 0;    ///< handed out at least once: the lowest
    u64 opened_pages_ = 0;  ///< accessible: the lowest
    std::map<u32, PageRun> by_place_;
    std::set<std::pair<u32, u32>> by_length_;  ///< pages, first
};

}  // namespace icvm::vm
