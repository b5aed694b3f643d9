#pragma once

#include <array>
#include <initializer_list>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

using Sha256 = std::array<u8, 32>;
using Sha224 = std::array<u8, 28>;

/// FIPS 180-4.
Sha256 sha256(Bytes bytes);
Sha224 sha224(Bytes bytes);
/// Of the pieces, one after the other.
Sha256 sha256_of(std::initializer_list<Bytes> pieces);

}  // namespace icvm::replica
