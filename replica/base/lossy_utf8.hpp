#pragma once

#include <string>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

/// UTF-8 with U+FFFD in place of what is none, one for each maximal part (Unicode 3.9, "U+FFFD
/// Substitution").
std::string lossy_utf8(Bytes bytes);

}  // namespace icvm::replica
