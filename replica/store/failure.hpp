#pragma once

/// The errors of the store in words: what, where, why, what next.

#include <string>
#include <string_view>
#include <type_traits>

#include "replica/state/storage.hpp"
#include "replica/store/file.hpp"

namespace icvm::replica {

/// "cannot write .icvm/log: No space left on device"
StorageError cannot(std::string_view verb, const std::string& path, FileError error);
/// ".icvm/log is damaged: the page at byte 16384 does not match its checksum"
StorageError damaged(const std::string& path, const std::string& what);
StorageError wrong_version(const std::string& path, u32 version);
/// The error of an operation on the file of that path.
template <class Value>
Result<Value, StorageError> explained(Result<Value, FileError> result, std::string_view verb,
                                      const std::string& path) {
    if (!result) return std::unexpected(cannot(verb, path, result.error()));
    if constexpr (std::is_void_v<Value>)
        return {};
    else
        return std::move(*result);
}

}  // namespace icvm::replica
