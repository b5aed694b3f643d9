#include "replica/execution/canister_module.hpp"

#include "replica/execution/encoding.hpp"
#include "replica/execution/module_profile.hpp"
#include "replica/execution/refusal.hpp"

namespace icvm::replica {

namespace {

// docs/metering.md, "Stages of install_code".
constexpr u64 compile_base = 20'000'000;
constexpr u64 compile_per_operator = 6'000;
constexpr u64 helper_operators = 20 + 46;
constexpr u64 injected_globals = 3, operators_per_global = 2;

/// Operators of the function that replaces an imported stable-memory call; 0 for other calls.
u64 injected_operators(std::string_view import) {
    static constexpr std::pair<std::string_view, u64> sizes[] = {
        {"stable_size", 10},  {"stable64_size", 2},   {"stable_grow", 24},  {"stable64_grow", 21},
        {"stable_read", 106}, {"stable64_read", 119}, {"stable_write", 91}, {"stable64_write", 107},
    };
    for (const auto& [name, operators] : sizes)
        if (name == import) return operators;
    return 0;
}

u64 compile_instructions(const vm::Module& module, u64 instrumented_operators) {
    u64 operators = instrumented_operators + helper_operators +
                    operators_per_global * (module.globals.size() + injected_globals);
    for (const vm::Import& import : module.imports) operators += injected_operators(import.name);
    return compile_base + compile_per_operator * operators;
}

ExportKind export_kind(std::string_view prefix) {
    if (prefix == "canister_update") return ExportKind::update;
    return prefix == "canister_query" ? ExportKind::query : ExportKind::composite_query;
}

void read_exports(CanisterModule& module) {
    for (const vm::Export& exported : module.wasm().exports) {
        const auto method = method_name(exported.name);
        if (exported.kind == vm::ExternKind::function && method)
            module.methods.emplace(method->name, export_kind(method->prefix));
    }
}

void read_custom_sections(CanisterModule& module) {
    for (const vm::CustomSection& section : module.wasm().custom_sections) {
        const auto name = metadata_name(section.name);
        if (!name) continue;
        module.custom_section_bytes += name->size() + section.content.size;
        if (*name == enhanced_persistence_section) module.enhanced_persistence = true;
    }
}

void read_imports(CanisterModule& module) {
    for (const vm::Import& import : module.wasm().imports)
        if (import.kind == vm::ExternKind::function)
            module.imports.push_back(find_import(import.name, module.memory64));
}

/// What mainnet says of a module that its engine does not take: the quoted part is ours.
ExecutionError refused_by_engine(const vm::LoadError& error) {
    ExecutionError refusal = refused(Refusal::engine, to_string(error));
    refusal.module_offset = error.offset();
    return refusal;
}

}  // namespace

Result<vm::Module, ExecutionError> decode_canister_module(Bytes uploaded) {
    auto wasm = vm::read_module(TRY(decode_encoding(uploaded)));
    if (!wasm) return std::unexpected(refused_by_engine(wasm.error()));
    return std::move(*wasm);
}

Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_canister_module(
    Bytes uploaded, const Sha256& hash, vm::Module wasm, const vm::CompileOptions& options) {
    TRY(check_code_section(wasm));
    TRY(check_features(wasm));
    auto compiled = vm::compile_module(std::move(wasm), options);
    if (!compiled) return std::unexpected(refused_by_engine(compiled.error()));

    auto module = std::make_shared<CanisterModule>();
    module->compiled = std::move(*compiled);
    const u64 operators = TRY(check_profile(module->wasm()));
    module->hash = hash;
    module->uploaded_bytes = uploaded.size();
    module->gzip = is_gzip(uploaded);
    module->memory64 = is_memory64(module->wasm());
    module->compile_instructions = compile_instructions(module->wasm(), operators);
    read_exports(*module);
    read_custom_sections(*module);
    read_imports(*module);
    return module;
}

Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_canister_module(
    Bytes uploaded, const vm::CompileOptions& options) {
    vm::Module wasm = TRY(decode_canister_module(uploaded));
    return make_canister_module(uploaded, sha256(uploaded), std::move(wasm), options);
}

}  // namespace icvm::replica
