#pragma once

#include <optional>
#include <string>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// Why bytes give no content.
struct GzipError {
    std::string reason;              ///< mainnet's, of a module
    std::optional<u64> too_large{};  ///< bytes, by its declaration or in truth
};

/// Of a module, uncompressed.
inline constexpr u64 module_bytes_max = 100 * 1024 * 1024;

bool is_gzip(Bytes bytes);

/// The content of one gzip member, of at most `bytes_max`.
Result<ByteVector, GzipError> gunzip(Bytes member, u64 bytes_max);

}  // namespace icvm::replica
