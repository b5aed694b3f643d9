#pragma once

#include "vm/base/bytes.hpp"

namespace icvm::replica {

/// XXH64 with seed 0: 64 bits, ten gigabytes a second, the same on every machine. It finds damage,
/// not malice.
u64 checksum(Bytes bytes);

}  // namespace icvm::replica
