#pragma once

#include "cli/command.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::cli {

/// Writes what a command makes to the file of its option --output, else to standard output (with
/// --json only a file is written). Exit 4 when the file cannot be written.
Done write_output(Context& context, Bytes bytes);

}  // namespace icvm::cli
