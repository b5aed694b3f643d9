#pragma once

#include <optional>

#include "bench/compare/measure.hpp"

namespace icvm::bench {

/// The engine that the others are measured by: the first peer that interprets.
std::optional<size_t> measure_engine(const Comparison& comparison);

/// Time of engine `e` on program `p` over that of engine `by`; none where one of them does not run.
std::optional<double> ratio(const Comparison& comparison, size_t p, size_t e, size_t by);

struct Summary {
    double mean = 1;    ///< geometric
    double worst = 0;   ///< greatest ratio
    std::string where;  ///< the program of the worst
    size_t count = 0;   ///< programs that both run
};

Summary summarize(const Comparison& comparison, size_t e, size_t by);

/// The fastest interpreter among the peers on a program.
std::optional<size_t> best_peer(const Comparison& comparison, size_t p);

}  // namespace icvm::bench
