#pragma once

#include <string>

#include "vm/base/integers.hpp"

namespace icvm::bench {

/// This project as an engine of the comparison: calls `run` of a module and prints what it returns.
/// `tracked`: stores mark dirty pages, as in a canister. Gives the exit code.
int run_module(const std::string& path, u32 n, bool tracked);

}  // namespace icvm::bench
