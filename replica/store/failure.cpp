#include "replica/store/failure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "replica/store/format.hpp"

namespace icvm::replica {
namespace {

std::string advice(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT: return "free some space on that disk and run the command again";
        case EACCES:
        case EPERM: return "get the right to write there, or name another directory with --state";
        case EROFS: return "remount the disk for writing, or name another directory with --state";
        case ENOENT: return "create the directory that is to hold it, or name another with --state";
        case ENOTDIR:
        case EISDIR:
        case EEXIST: return "name a directory with --state";
        case EMFILE:
        case ENFILE: return "raise the limit of open files (ulimit -n)";
        case EIO: return "check the disk; copy the state directory before you write to it again";
        default: return "";
    }
}

}  // namespace

StorageError cannot(std::string_view verb, const std::string& path, FileError error) {
    return {
        fmt::format("cannot {} {}: {}", verb, path, std::generic_category().message(error.code)),
        advice(error.code)};
}

StorageError damaged(const std::string& path, const std::string& what) {
    return {fmt::format("{} is damaged: {}", path, what),
            "check the disk, and restore the state directory from a copy"};
}

StorageError wrong_version(const std::string& path, u32 version) {
    return {fmt::format("{} has format version {}; this icvm reads version {}", path, version,
                        format_version),
            "use the icvm that wrote it, or name another directory with --state"};
}

}  // namespace icvm::replica
