#pragma once

#include <memory>
#include <mutex>

#include "vm/compile/code_memory.hpp"
#include "vm/compile/compiler.hpp"
#include "vm/compile/function_head.hpp"
#include "vm/validate/function_validator.hpp"

namespace icvm::vm {

struct CompileError {
    u32 function = 0;
    BodyError error;
};

/// The code of a module: a record for each function, and the code of those that have been compiled,
/// each when it is first called. One thread compiles at a time, others may run what is there.
class ModuleCode {
public:
    /// What `input` refers to outlives it; its records are not looked at.
    explicit ModuleCode(const CompileInput& input);

    /// Validates all bodies of the module, whose other sections are valid; nothing is called
    /// before. `eager`: compiles them, too.
    Result<void, CompileError> validate(bool eager);

    /// By function, without imports.
    const Code& record(size_t function) const { return records_[function]; }
    /// Compiles the function, unless that is done; returns where calls of it go. nullptr: it is too
    /// large, which no function is that validate has let through.
    const Cell* compile(const Code& record);
    /// The function that has `cell`, which is not in a record.
    const CompiledFunction& function_at(const Cell* cell) const;

    size_t functions_compiled() const;
    /// Of their code.
    size_t bytes() const;

private:
    Result<void, BodyError> validate(u32 function, BodyWalk& walk, FunctionHead& head);

    CompileInput input_;
    std::unique_ptr<Code[]> records_;
    mutable std::mutex mutex_;  ///< of what follows
    CodeMemory memory_;
    std::unique_ptr<Compiler> compiler_;  ///< kept for its buffers
};

}  // namespace icvm::vm
