#pragma once

#include <string>

#include "cli/problem.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::cli {

/// Longer than every module that can be installed (100 MiB), and than every argument.
inline constexpr size_t file_bytes_max = 128u << 20;

/// The bytes of a file; "-" is standard input. A problem of exit 4 when it is not there, is a
/// directory, may not be read, or is too large.
Result<ByteVector, Problem> read_file(const std::string& path);

}  // namespace icvm::cli
