#pragma once

#include "replica/state/storage.hpp"
#include "replica/store/checksum.hpp"
#include "replica/store/codec.hpp"
#include "replica/store/format.hpp"

namespace icvm::replica {

/// Collects the records and nodes of a commit, which will lie at `base` of the log, and keeps count
/// of what the new state reaches and the old did not.
class MetaWriter {
public:
    explicit MetaWriter(u64 base) : base_(base) {}

    Reference append(Bytes bytes) {
        const Reference reference{base_ + bytes_.size(), bytes.size(), checksum(bytes)};
        put(bytes_, bytes);
        gained(bytes.size());
        return reference;
    }
    void gained(u64 bytes) { live_bytes_ += bytes; }
    void lost(u64 bytes) { live_bytes_ -= bytes; }

    /// Modulo 2^64: what was lost may be more than what was gained.
    u64 live_bytes_delta() const { return live_bytes_; }
    size_t size() const { return bytes_.size(); }
    ByteVector take() { return std::move(bytes_); }

private:
    u64 base_;
    ByteVector bytes_;
    u64 live_bytes_ = 0;
};

}  // namespace icvm::replica
