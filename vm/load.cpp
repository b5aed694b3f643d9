/// From bytes to a module with its code.

#include "vm/binary/decoder.hpp"
#include "vm/compile/compiler.hpp"
#include "vm/exec/access.hpp"
#include "vm/exec/compiled_module.hpp"
#include "vm/validate/module_validator.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

namespace {

std::string in_hex(u32 value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", value);
    return text;
}

LoadError load_error(CompileError error) {
    if (error.error.malformed) return Malformed{error.error.offset, std::move(error.error.reason)};
    return Invalid{error.error.offset, error.function, std::move(error.error.reason)};
}

bool has_memory64(const Module& module) {
    return !module.memory_types.empty() &&
           module.memory_types[0].limits.address_type == AddressType::i64;
}

}  // namespace

const Module& module_of(const CompiledModule& compiled) { return compiled.module; }

std::string to_string(const LoadError& error) {
    if (const auto* malformed = std::get_if<Malformed>(&error))
        return malformed->reason + " (at offset " + in_hex(malformed->offset) + ")";
    const Invalid& invalid = std::get<Invalid>(error);
    std::string text = invalid.reason + " (";
    if (invalid.function) text += "in function " + std::to_string(*invalid.function) + ", ";
    return text + "at offset " + in_hex(invalid.offset) + ")";
}

Result<std::shared_ptr<const CompiledModule>, LoadError> compile_module(
    Module module, const CompileOptions& options) {
    auto types = validate_module(module);
    if (!types) return std::unexpected(LoadError(std::move(types.error())));
    auto compiled = std::make_shared<CompiledModule>();
    compiled->module = std::move(module);
    const Module& in = compiled->module;
    compiled->types = std::move(*types);
    const bool memory64 = has_memory64(in);
    compiled->guarded = options.guard && guarded_access_available && guard_available() &&
                        !in.memory_types.empty() && !memory64;
    compiled->tracked = options.track;
    const CostTable& costs = options.costs ? *options.costs : default_costs(memory64);
    const CompileInput input{
        in, compiled->types, costs, handler_table(), compiled->guarded, options.track};
    auto code = compile_functions(input);
    if (!code) return std::unexpected(load_error(std::move(code.error())));
    compiled->code = std::move(*code);
    return compiled;
}

Result<std::shared_ptr<const CompiledModule>, LoadError> load_module(
    ByteVector bytes, const CompileOptions& options) {
    auto module = decode_module(std::move(bytes));
    if (!module) return std::unexpected(LoadError(std::move(module.error())));
    return compile_module(std::move(*module), options);
}

}  // namespace icvm::vm
