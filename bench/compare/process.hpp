#pragma once

#include <string>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::bench {

struct Finished {
    bool well = false;   ///< exit code 0
    std::string output;  ///< standard output and error, at most 64 KiB
    double cpu_ms = 0;   ///< user and system time, of all its threads
};

/// Runs a program to its end, or until it has used `cpu_seconds_max`.
Finished run_process(const std::vector<std::string>& command, u32 cpu_seconds_max);

}  // namespace icvm::bench
