#pragma once

/// The seam to the operating system: what the store asks of a disk, and no more. The calls are as
/// fallible as the system's own (short, interrupted, failing), so that tests can put a simulated
/// disk below everything that matters.

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// Why a call to the system failed: an errno.
struct FileError {
    int code = 0;
};

class File {
public:
    virtual ~File() = default;
    /// pread: may be short; 0 at the end of the file.
    virtual Result<size_t, FileError> read(u64 offset, std::span<u8> out) = 0;
    /// pwrite: may be short.
    virtual Result<size_t, FileError> write(u64 offset, Bytes bytes) = 0;
    /// fdatasync: everything written, and the size, is durable.
    virtual Result<void, FileError> sync() = 0;
    virtual Result<void, FileError> truncate(u64 size) = 0;
    /// Reserves the disk's space without writing, where the file system can.
    virtual Result<void, FileError> allocate(u64 size) = 0;
    virtual Result<u64, FileError> size() = 0;
};

enum class OpenMode : u8 {
    existing,  ///< read and write
    fresh,     ///< created, or emptied
};

/// Held as long as it lives, and no longer than its process.
class FileLock {
public:
    virtual ~FileLock() = default;
};

class FileSystem {
public:
    virtual ~FileSystem() = default;
    virtual Result<std::unique_ptr<File>, FileError> open(const std::string& path,
                                                          OpenMode mode) = 0;
    virtual Result<void, FileError> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void, FileError> remove(const std::string& path) = 0;
    virtual Result<void, FileError> make_directory(const std::string& path) = 0;
    virtual Result<void, FileError> remove_directory(const std::string& path) = 0;
    /// fsync of a directory: the names in it are durable.
    virtual Result<void, FileError> sync_directory(const std::string& path) = 0;
    /// Takes the one lock on `path`, a file that is created when absent, waiting up to `wait_ms`.
    /// EWOULDBLOCK: somebody else has it; lock_holder tells who.
    virtual Result<std::unique_ptr<FileLock>, FileError> lock(const std::string& path,
                                                              u32 wait_ms) = 0;
    /// The process that took the lock last.
    virtual std::optional<u64> lock_holder(const std::string& path) = 0;
};

/// Linux.
FileSystem& posix_file_system();

/// Reads until `out` is full or the file ends; gives the count. Interrupted calls are repeated.
Result<size_t, FileError> read_fully(File& file, u64 offset, std::span<u8> out);
/// Writes all of it, or fails. Interrupted calls are repeated.
Result<void, FileError> write_fully(File& file, u64 offset, Bytes bytes);

}  // namespace icvm::replica
