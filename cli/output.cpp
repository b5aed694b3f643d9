#include "cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
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
    struct stat status{};
    const bool is_file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (close(descriptor) != 0 && error == 0) error = errno;
    if (error != 0 && is_file) unlink(path.c_str());  // half a module is none
    return error;
}

bool is_same_file(const std::string& a, const std::string& b) {
    struct stat of_a{}, of_b{};
    return stat(a.c_str(), &of_a) == 0 && stat(b.c_str(), &of_b) == 0 && S_ISREG(of_a.st_mode) &&
           of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

}  // namespace

Done write_output(Context& context, Bytes bytes) {
    const auto path = context.invocation.value("output");
    if (!path || *path == "-") {
        if (!context.terminal.is_json()) context.terminal.result_bytes(bytes);
        return {};
    }
    if (is_same_file(*path, context.invocation.operands[0]))
        return std::unexpected(
            usage_problem(fmt::format("{} would be written over: name another file", *path),
                          context.invocation.command));
    if (const int error = write_file(*path, bytes); error != 0)
        return std::unexpected(
            file_problem(fmt::format("cannot write {}: {}", *path, std::strerror(error))));
    context.json.add("output", *path);
    return {};
}

}  // namespace icvm::cli
