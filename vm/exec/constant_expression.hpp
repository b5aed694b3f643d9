#pragma once

#include <vector>

#include "vm/runtime/instance.hpp"

namespace icvm::vm {

/// Evaluates constant expressions, which have been validated (Wasm 3.3.10, 4.5.4), within an
/// instance whose functions, and whose globals as far as the expression reads them, are there.
class ConstantEvaluator {
public:
    explicit ConstantEvaluator(const Instance& instance) : instance_(instance) {}

    /// The value's bits: a number zero-extended, or a reference.
    u64 evaluate(const ConstantExpression& expression);

private:
    const Instance& instance_;
    std::vector<u64> operands_;
};

}  // namespace icvm::vm
