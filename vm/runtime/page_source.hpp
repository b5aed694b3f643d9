#pragma once

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// Heaps are kept in pages of 4 KiB.
inline constexpr u64 page_bytes = 4096;

/// The one seam through which a memory asks the store above it for a page. Calls come from the
/// thread that executes, also from its signal handler (synchronously, at a load or a copy).
class PageSource {
public:
    virtual ~PageSource() = default;

    /// Copies page `index` to `page`, which holds page_bytes zeros. False: it could not be read.
    virtual bool read_page(u64 index, u8* page) = 0;

    /// The first page at or after `index` that may hold anything but zeros; all ones: none.
    virtual u64 next_page(u64 index) = 0;
};

}  // namespace icvm::vm
