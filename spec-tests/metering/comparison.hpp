#pragma once

#include <string>

#include "vm/base/bytes.hpp"

namespace icvm::metering {

/// What was compared, for the last line.
struct Counts {
    u64 modules = 0;
    u64 runs = 0;
    u64 host_calls = 0;
    u64 traps = 0;
    u64 out_of_budget = 0;
    u64 overspent = 0;  ///< ended otherwise with a counter below 0
};

/// Runs a module's functions in both forms, with ample budgets and with random ones around what
/// they use, and compares outcomes, counters (at the end, at each call of the host, at traps),
/// backtraces and state. Gives the first difference, or nothing.
///
/// `ample`: what nothing in the module needs, or the end of what does not end.
std::string compare(const ByteVector& module, u64 seed, i64 ample, Counts& counts);

}  // namespace icvm::metering
