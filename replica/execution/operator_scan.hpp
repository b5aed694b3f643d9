#pragma once

#include <optional>

#include "replica/execution/features.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// One walk over a function's operators, for what mainnet counts in them.
struct FunctionCount {
    u64 operators = 0;                      ///< with the final `end`
    u64 complexity = 0;                     ///< by complexity.def
    std::optional<RefusedFeature> refused;  ///< that the body needs: nothing else counts
    std::string_view unsupported;  ///< text of the first operator that mainnet refuses, or empty
    /// Operators after mainnet's instrumentation: what compiling the function costs
    /// (docs/metering.md, "Stages of install_code").
    u64 instrumented = 0;
};

/// Counts the operators of `body`, which has been validated.
FunctionCount count_operators(Bytes body, bool memory64);

/// Whether `expression` is one constant instruction of that opcode, and `end`.
bool is_constant(Bytes expression, vm::Opcode opcode);

/// What a constant expression is made of.
struct ConstantShape {
    bool is_single = false;          ///< one instruction, and `end`
    vm::Opcode opcode{};             ///< of its first instruction
    std::optional<Feature> refused;  ///< that the first instruction needs and that is off
};
ConstantShape shape_of_constant(Bytes expression);

}  // namespace icvm::replica
