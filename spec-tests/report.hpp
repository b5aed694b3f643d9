#pragma once

#include <map>
#include <string>
#include <vector>

namespace icvm::spec_tests {

/// What became of the commands of some scripts. What waits is neither passed nor failed.
struct Report {
    size_t passed = 0;
    std::vector<std::string> failures;      ///< "call.wast:17: assert_return: …"
    std::map<std::string, size_t> waiting;  ///< commands by the feature that they wait for

    void add(const Report& other);
    /// Failures (all of them), what waits, and "N passed, N failed" in the last line.
    void print() const;
};

}  // namespace icvm::spec_tests
