#pragma once

#include "vm/base/result.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Validates the types of a module (Wasm 3.2), group by group, and closes them.
Result<ClosedTypes, Invalid> validate_types(const Module& module);

}  // namespace icvm::vm
