#pragma once

#include <array>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

using Sha256 = std::array<u8, 32>;
using Sha224 = std::array<u8, 28>;

/// FIPS 180-4.
Sha256 sha256(Bytes bytes);
Sha224 sha224(Bytes bytes);

}  // namespace icvm::replica
