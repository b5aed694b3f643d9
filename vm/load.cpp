/// From bytes to a module with its code.

#include "vm/assign/assign.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/exec/access.hpp"
#include "vm/exec/compiled_module.hpp"
#include "vm/load_error.hpp"
#include "vm/validate/module_validator.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

namespace {

LoadError load_error(CompileError error, const Module& module) {
    BodyError& body = error.error;
    if (!body.malformed)
        return located(Invalid{body.offset, error.function, std::move(body.reason)}, module);
    LoadError malformed = Malformed{body.offset, std::move(body.reason)};
    malformed.place = place_in(module, body.offset, error.function);
    return malformed;
}

bool has_memory64(const Module& module) {
    return !module.memory_types.empty() &&
           module.memory_types[0].limits.address_type == AddressType::i64;
}

/// Guard pages bound memory 0 only at the end of a page of 64 KiB.
bool can_have_guard(const Module& module) {
    return guarded_access_available && !module.memory_types.empty() &&
           module.memory_types[0].page_bytes_log2 == 16 &&
           guard_available(module.memory_types[0].limits.address_type);
}

}  // namespace

const Module& module_of(const CompiledModule& compiled) { return compiled.module; }

Result<std::shared_ptr<const CompiledModule>, LoadError> compile_module(
    Module module, const CompileOptions& options) {
    auto types = validate_module(module);
    if (!types) return std::unexpected(located(std::move(types.error()), module));
    auto compiled = std::make_shared<CompiledModule>();
    compiled->module = std::move(module);
    const Module& in = compiled->module;
    compiled->types = std::move(*types);
    const bool memory64 = has_memory64(in);
    compiled->guarded = options.guard && can_have_guard(in);
    compiled->tracked = options.track;
    compiled->costs = (options.costs ? *options.costs : default_costs()).of(memory64);
    compiled->code = std::make_unique<ModuleCode>(
        CompileInput{in, compiled->types, compiled->costs, handler_table(), form_tables(),
                     assign_registers, nullptr, compiled->guarded, options.track});
    auto valid = compiled->code->validate(options.eager);
    if (!valid) return std::unexpected(load_error(std::move(valid.error()), in));
    return compiled;
}

Result<Module, LoadError> read_module(ByteVector bytes) {
    // The decoder takes the bytes, and has none to show when they are no module.
    const SectionList sections(bytes);
    auto module = decode_module(std::move(bytes));
    if (!module) {
        LoadError error = std::move(module.error());
        error.place.section = sections.name_at(error.offset());
        return std::unexpected(std::move(error));
    }
    return std::move(*module);
}

Result<std::shared_ptr<const CompiledModule>, LoadError> load_module(
    ByteVector bytes, const CompileOptions& options) {
    return compile_module(TRY(read_module(std::move(bytes))), options);
}

}  // namespace icvm::vm
