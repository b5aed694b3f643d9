#include "cli/input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/interruption.hpp"

namespace icvm::cli {
namespace {

constexpr size_t chunk_bytes = 1u << 16;

Problem unreadable(const std::string& path, std::string_view why) {
    return file_problem(fmt::format("cannot read {}: {}", path, why));
}

Result<ByteVector, Problem> read_descriptor(int descriptor, const std::string& path, size_t hint) {
    ByteVector bytes;
    size_t filled = 0;
    bytes.resize(hint + 1);
    while (true) {
        if (filled == bytes.size()) bytes.resize(filled + std::max(filled, chunk_bytes));
        const ssize_t got = read(descriptor, bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR && !interrupted()) continue;
        if (interrupted())
            return std::unexpected(interrupted_problem("reading " + path + " was interrupted", {}));
        if (got < 0) return std::unexpected(unreadable(path, std::strerror(errno)));
        if (got == 0) break;
        filled += size_t(got);
        if (filled > file_bytes_max)
            return std::unexpected(
                unreadable(path, fmt::format("more than {} MiB, the limit", file_bytes_max >> 20)));
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace

Result<ByteVector, Problem> read_file(const std::string& path) {
    if (path == "-") return read_descriptor(STDIN_FILENO, "standard input", chunk_bytes);
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return std::unexpected(unreadable(path, std::strerror(errno)));
    }
    struct stat status{};
    Result<ByteVector, Problem> bytes = std::unexpected(Problem{});
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
        bytes = std::unexpected(unreadable(path, "it is a directory"));
    else if (S_ISREG(status.st_mode) && size_t(status.st_size) > file_bytes_max)
        bytes =
            std::unexpected(unreadable(path, fmt::format("{} bytes, more than {} MiB, the limit",
                                                         status.st_size, file_bytes_max >> 20)));
    else
        bytes = read_descriptor(descriptor, path,
                                S_ISREG(status.st_mode) ? size_t(status.st_size) : chunk_bytes);
    close(descriptor);
    return bytes;
}

}  // namespace icvm::cli
