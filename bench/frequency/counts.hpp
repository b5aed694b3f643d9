#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::bench {

/// How often each internal instruction ran, behind which two: counts.cpp has the key.
using Counts = std::unordered_map<u64, u64>;

/// What was counted since the last call.
Counts take_counts();

/// Markdown: the most frequent instructions, pairs and triples, as shares of all dispatches, each
/// program weighing the same.
std::string table(const std::string& title, const std::vector<Counts>& programs);

}  // namespace icvm::bench
