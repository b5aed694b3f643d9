#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm {

/// Bytes that somebody else owns.
using Bytes = std::span<const u8>;
using ByteVector = std::vector<u8>;

inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace icvm
