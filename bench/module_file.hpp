#pragma once

#include <string>

#include "vm/base/bytes.hpp"

namespace icvm::bench {

/// The bytes of a file, by its path from the root of the project; ends the program when there is
/// none.
ByteVector read_file(const std::string& path);

}  // namespace icvm::bench
