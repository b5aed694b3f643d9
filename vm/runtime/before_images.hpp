#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "vm/runtime/page_source.hpp"

namespace icvm::vm {

/// Room for copies of pages, given back all at once. Addresses stay until reset().
class BeforeImages {
public:
    /// page_bytes, not initialized.
    u8* take() {
        if (next_ == end_) open_chunk();
        u8* const image = next_;
        next_ += page_bytes;
        return image;
    }
    void reset();

private:
    struct Free {
        void operator()(u8* bytes) const { std::free(bytes); }
    };
    void open_chunk();

    std::vector<std::unique_ptr<u8[], Free>> chunks_;
    size_t opened_ = 0;  ///< chunks in use
    u8* next_ = nullptr;
    u8* end_ = nullptr;
};

}  // namespace icvm::vm
