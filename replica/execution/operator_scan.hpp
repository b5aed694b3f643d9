#pragma once

#include <functional>
#include <optional>

#include "vm/vm.hpp"

namespace icvm::replica {

/// One walk over a function's operators, for what mainnet counts in them.
struct FunctionCount {
    u64 operators = 0;             ///< with the final `end`
    u64 complexity = 0;            ///< by complexity.def
    std::string_view unsupported;  ///< text of the first operator that mainnet refuses, or empty
    /// Operators after mainnet's instrumentation: what compiling the function costs
    /// (docs/metering.md, "Stages of install_code").
    u64 instrumented = 0;
};

/// Counts the operators of `body`, which has been validated. Nothing: an operator is not known.
std::optional<FunctionCount> count_operators(Bytes body, bool memory64);

/// Whether `expression` is one constant instruction of that opcode, and `end`.
bool is_constant(Bytes expression, vm::Opcode opcode);
/// Whether `expression` is one instruction, of any kind, and `end`.
bool is_single_instruction(Bytes expression);

}  // namespace icvm::replica
