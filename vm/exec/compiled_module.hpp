#pragma once

#include <vector>

#include "vm/compile/code.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// A module with its code: immutable, shared by all its instances.
struct CompiledModule {
    Module module;
    CodeUnit code;
    ClosedTypes types;  ///< by type index
    /// Memory 0 must be Memory::guarded(), for its handlers do not check.
    bool guarded = false;
    /// Stores mark the pages that they write, as Memory::tracked() ones need it.
    bool tracked = false;
};

/// What FunctionInstance::code of function `function` (index space, no import) is.
inline const void* code_of(const CompiledModule& compiled, u32 function) {
    return &compiled.code.code(function - compiled.module.imported_functions);
}

}  // namespace icvm::vm
