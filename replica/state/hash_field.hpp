#pragma once

#include <algorithm>

#include "replica/crypto/sha.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

/// A hash that was put as bytes; another count of bytes is damage.
inline Sha256 hash_field(RecordReader& in) {
    Sha256 hash{};
    const Bytes bytes = in.bytes_field();
    if (bytes.size() == hash.size())
        std::ranges::copy(bytes, hash.begin());
    else
        in.fail();
    return hash;
}

}  // namespace icvm::replica
