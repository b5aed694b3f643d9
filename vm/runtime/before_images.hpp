#pragma once

#include <memory>
#include <vector>

#include "vm/runtime/page_source.hpp"

namespace icvm::vm {

/// Room for copies of pages, given back all at once. Addresses stay until reset().
class BeforeImages {
public:
    /// page_bytes, not initialized.
    u8* take() {
        const size_t chunk = taken_ / chunk_pages;
        if (chunk == chunks_.size())
            chunks_.push_back(std::make_unique_for_overwrite<u8[]>(chunk_pages * page_bytes));
        return chunks_[chunk].get() + (taken_++ % chunk_pages) * page_bytes;
    }
    void reset() {
        taken_ = 0;
        if (chunks_.size() > chunks_kept_max) chunks_.resize(chunks_kept_max);
    }

private:
    static constexpr size_t chunk_pages = 64;
    static constexpr size_t chunks_kept_max = 64;
    std::vector<std::unique_ptr<u8[]>> chunks_;
    size_t taken_ = 0;
};

}  // namespace icvm::vm
