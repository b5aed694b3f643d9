#include "spec-tests/report.hpp"

#include <fmt/core.h>

namespace icvm::spec_tests {

void Report::add(const Report& other) {
    passed += other.passed;
    failures.insert(failures.end(), other.failures.begin(), other.failures.end());
    for (const auto& [feature, count] : other.waiting) waiting[feature] += count;
}

void Report::print() const {
    for (const std::string& failure : failures) fmt::print("FAILED: {}\n", failure);
    for (const auto& [feature, count] : waiting) fmt::print("not run: {} ({})\n", count, feature);
    fmt::print("{} passed, {} failed\n", passed, failures.size());
}

}  // namespace icvm::spec_tests
