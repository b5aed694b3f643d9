#pragma once

#include <vector>

#include "bench/compare/engines.hpp"

namespace icvm::bench {

/// One program on one engine.
struct Cell {
    std::vector<double> start_ms;  ///< CPU time of the process with run(1)
    std::vector<double> full_ms;   ///< with run(n)
    std::string problem;           ///< why it does not count; empty: it does

    bool counts() const { return problem.empty() && !full_ms.empty(); }
    /// Median of run(n) less median of run(1); what counts is above 0.
    double work_ms() const;
};

struct Comparison {
    std::vector<Engine> engines;  ///< those that are there
    std::vector<Engine> absent;
    std::vector<Program> programs;
    std::vector<std::vector<Cell>> cells;  ///< by program, then by engine
    u32 rounds = 0;
};

/// 0 of none.
double median(std::vector<double> values);

/// Measures all cells, round by round, one process at a time, so that what disturbs the machine
/// disturbs every engine alike.
void measure(Comparison& comparison);

}  // namespace icvm::bench
