#pragma once

#include <memory>

#include "replica/state/storage.hpp"

namespace icvm::replica {

/// State in memory, gone with the object.
std::unique_ptr<Storage> open_memory();

}  // namespace icvm::replica
