#pragma once

#include <string>

#include "bench/compare/measure.hpp"

namespace icvm::bench {

/// Markdown: milliseconds, ratios to the measure, what did not run and what is absent.
std::string report(const Comparison& comparison);

/// All samples, for later.
std::string json(const Comparison& comparison);

/// SVG: a bar for each engine, its geometric mean; a dot for each program.
std::string chart(const Comparison& comparison);

/// "Intel … , 2 cores, load 0.12 0.20 0.30"
std::string machine();

}  // namespace icvm::bench
