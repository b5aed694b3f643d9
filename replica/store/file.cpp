#include "replica/store/file.hpp"

#include <cerrno>

namespace icvm::replica {

Result<size_t, FileError> read_fully(File& file, u64 offset, std::span<u8> out) {
    size_t done = 0;
    while (done < out.size()) {
        const auto count = file.read(offset + done, out.subspan(done));
        if (!count && count.error().code == EINTR) continue;
        if (!count) return std::unexpected(count.error());
        if (*count == 0) break;
        done += *count;
    }
    return done;
}

Result<void, FileError> write_fully(File& file, u64 offset, Bytes bytes) {
    while (!bytes.empty()) {
        const auto count = file.write(offset, bytes);
        if (!count && count.error().code == EINTR) continue;
        if (!count) return std::unexpected(count.error());
        if (*count == 0) return std::unexpected(FileError{ENOSPC});
        offset += *count;
        bytes = bytes.subspan(*count);
    }
    return {};
}

}  // namespace icvm::replica
