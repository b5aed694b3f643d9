#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// The next 32 bytes of the subnet's randomness: they follow from what has happened in it.
Sha256 draw_random(Subnet& subnet);

}  // namespace icvm::replica
