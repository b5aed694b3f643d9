#include "vm/compile/module_code.hpp"

namespace icvm::vm {

ModuleCode::ModuleCode(const CompileInput& input)
    : input_(input), records_(std::make_unique<Code[]>(input.module.functions.size())) {
    input_.records = records_.get();
    const Cell first_call = reinterpret_cast<Cell>(input.handlers[size_t(Operation::first_call)]);
    for (Code& record : std::span(records_.get(), input.module.functions.size())) {
        record.first_call = first_call;
        record.entry.store(&record.first_call, std::memory_order_relaxed);
        record.guarded = input.guarded;
    }
}

Result<void, CompileError> ModuleCode::validate(bool eager) {
    FunctionHead head(input_.module, input_.costs);
    BodyWalk walk(input_.module, input_.types);
    for (size_t n = 0; n < input_.module.functions.size(); n++) {
        const u32 function = u32(input_.module.imported_functions + n);
        auto valid = validate(function, walk, head);
        if (!valid) return std::unexpected(CompileError{function, std::move(valid.error())});
        if (eager) compile(records_[n]);
    }
    return {};
}

Result<void, BodyError> ModuleCode::validate(u32 function, BodyWalk& walk, FunctionHead& head) {
    Code& record = records_[function - input_.module.imported_functions];
    head.start(function, record);
    TRY(validate_function(walk, function, head));
    bool too_large = head.has_too_many_references();
    if (!too_large && head.may_be_too_large()) {
        too_large = compile(record) == nullptr;
    }
    if (!too_large) return {};
    const u32 offset =
        input_.module.functions[function - input_.module.imported_functions].body.offset;
    return std::unexpected(BodyError{false, offset, "function is too large"});
}

const Cell* ModuleCode::compile(const Code& called) {
    const std::lock_guard lock(mutex_);
    const Cell* const entry = called.cells();
    if (entry != &called.first_call) return entry;  // another thread was faster
    if (compiler_ == nullptr) compiler_ = std::make_unique<Compiler>(input_);
    Code& record = records_[called.function - input_.module.imported_functions];
    const FunctionCode& code = compiler_->compile(called.function);
    if (compiler_->too_large()) return nullptr;
    const CompiledFunction& function = memory_.add(code);
    compiler_->shrink();
    record.zeroed.store(code.zero_first | u64(code.zero_count) << 32, std::memory_order_relaxed);
    record.entry.store(function.cells().data(), std::memory_order_release);
    return function.cells().data();
}

const CompiledFunction& ModuleCode::function_at(const Cell* cell) const {
    const std::lock_guard lock(mutex_);
    return memory_.function_at(cell);
}

size_t ModuleCode::functions_compiled() const {
    const std::lock_guard lock(mutex_);
    return memory_.functions();
}

size_t ModuleCode::bytes() const {
    const std::lock_guard lock(mutex_);
    return memory_.bytes();
}

}  // namespace icvm::vm
