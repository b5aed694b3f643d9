#pragma once

#include "vm/base/result.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Validates a constant expression that gives one value of `type` and sees the first `globals`
/// globals of the index space (Wasm 3.4.15). `types` are the module's, which are valid.
Result<void, Invalid> validate_constant_expression(const Module& module, const ClosedTypes& types,
                                                   const ConstantExpression& expression,
                                                   ValueType type, u32 globals);

}  // namespace icvm::vm
