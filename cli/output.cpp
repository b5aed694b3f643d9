#include "cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace icvm::cli {
namespace {

/// 0, or errno.
int write_file(const std::string& path, Bytes bytes) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno;
    int error = 0;
    while (!bytes.empty() && error == 0) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written >= 0)
            bytes = bytes.subspan(size_t(written));
        else if (errno != EINTR)
            error = errno;
    }
    if (close(descriptor) != 0 && error == 0) error = errno;
    return error;
}

}  // namespace

Done write_output(Context& context, Bytes bytes) {
    const auto path = context.invocation.value("output");
    if (!path || *path == "-") {
        if (!context.terminal.is_json()) context.terminal.result_bytes(bytes);
        return {};
    }
    if (const int error = write_file(*path, bytes); error != 0)
        return std::unexpected(
            file_problem(fmt::format("cannot write {}: {}", *path, std::strerror(error))));
    context.json.add("output", *path);
    return {};
}

}  // namespace icvm::cli
