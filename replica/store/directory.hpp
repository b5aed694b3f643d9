#pragma once

#include <memory>
#include <string>

#include "replica/state/storage.hpp"

namespace icvm::replica {

class FileSystem;

/// State in a directory, created when absent (its parent must exist); one process at a time may
/// write: another waits up to `wait_ms`, then fails saying who holds it.
Result<std::unique_ptr<Storage>, StorageError> open_directory(const std::string& path, u32 wait_ms);

/// When the store tidies up; smaller in tests.
struct DirectoryLimits {
    /// A log that is shorter is not compacted, however much of it is garbage.
    u64 compaction_bytes_min = 16 << 20;
    /// Pages of an open transaction that are kept in memory; the others wait in the log.
    u64 staged_bytes_max = 32 << 20;
};
Result<std::unique_ptr<Storage>, StorageError> open_directory(FileSystem& files,
                                                              const std::string& path, u32 wait_ms,
                                                              const DirectoryLimits& limits);

}  // namespace icvm::replica
