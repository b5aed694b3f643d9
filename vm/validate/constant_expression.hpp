#pragma once

#include "vm/base/result.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Validates a constant expression that yields one value of `type` and sees the first `globals`
/// globals of the index space (Wasm 3.4.16).
Result<void, Invalid> validate_constant_expression(const Module& module,
                                                   const ConstantExpression& expression,
                                                   ValueType type, u32 globals);

}  // namespace icvm::vm
