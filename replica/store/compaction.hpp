#pragma once

#include "replica/store/log.hpp"

namespace icvm::replica {

/// Commits everything that `from` reaches to `to`, which is empty; nothing is durable yet. Pages
/// that follow one another do so in the copy.
Result<void, StorageError> copy_live(Log& from, Log& to);

}  // namespace icvm::replica
