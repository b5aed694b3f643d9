#pragma once

#include "vm/compile/module_code.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// A module with its code, shared by all its instances; immutable but for functions that are
/// compiled when they are first called.
struct CompiledModule {
    Module module;
    ClosedTypes types;  ///< by type index
    CostTable costs;    ///< of its instructions
    std::unique_ptr<ModuleCode> code;
    /// Memory 0 must be Memory::guarded(), for its handlers do not check.
    bool guarded = false;
    /// Stores mark the pages that they write, as Memory::tracked() ones need it.
    bool tracked = false;
};

/// What FunctionInstance::code of function `function` (index space, no import) is.
inline const void* code_of(const CompiledModule& compiled, u32 function) {
    return &compiled.code->record(function - compiled.module.imported_functions);
}

}  // namespace icvm::vm
