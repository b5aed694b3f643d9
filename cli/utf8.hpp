#pragma once

#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::cli {

/// Length of the well-formed UTF-8 sequence at the front of `text` (Unicode, table 3-7): 1 to 4;
/// 0 when there is none.
size_t utf8_length(std::string_view text);

}  // namespace icvm::cli
