#pragma once

/// Bytes as tests and specifications write them.

#include <fmt/ranges.h>

#include <string>

#include "vm/base/bytes.hpp"

namespace icvm::replica::test {

inline std::string hex(Bytes bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

inline ByteVector from_hex(std::string_view digits) {
    ByteVector bytes;
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(u8(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
    return bytes;
}

}  // namespace icvm::replica::test
