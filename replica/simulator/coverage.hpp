#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::replica::simulator {

/// How often things have happened, by their names: what programs tell when they run, methods of the
/// management canister that have replied, error codes, and what is seen of the state.
class Coverage {
public:
    void count(std::string_view thing, u64 times = 1);
    void add(const Coverage& other);
    u64 of(std::string_view thing) const;
    const std::map<std::string, u64, std::less<>>& counts() const { return counts_; }
    /// What must happen and has not.
    std::vector<std::string_view> missing() const;

private:
    std::map<std::string, u64, std::less<>> counts_;
};

}  // namespace icvm::replica::simulator
