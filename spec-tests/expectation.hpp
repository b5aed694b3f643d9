#pragma once

#include <span>
#include <string>

#include "spec-tests/script.hpp"

namespace icvm::spec_tests {

/// How the results differ from what is expected; empty: they do not.
std::string difference_of(std::span<const vm::Value> results,
                          std::span<const Expectation> expected);

}  // namespace icvm::spec_tests
