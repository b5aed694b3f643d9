#pragma once

#include "vm/base/result.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Validates everything of a module but its bodies (Wasm 3.5). Until then no index in it means
/// anything; afterwards validate_function may walk the bodies.
/// The module's types, closed, are what its bodies and code refer to.
Result<ClosedTypes, Invalid> validate_module(const Module& module);

}  // namespace icvm::vm
