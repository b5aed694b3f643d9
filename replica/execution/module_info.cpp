#include "replica/execution/module_info.hpp"

#include <algorithm>

#include "replica/crypto/sha.hpp"
#include "replica/execution/encoding.hpp"
#include "replica/execution/module_cache.hpp"
#include "replica/execution/module_profile.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica {

namespace {

constexpr std::string_view entry_prefix = "canister_";

std::string section_text(const vm::Module& module, std::string_view wanted) {
    for (const vm::CustomSection& section : module.custom_sections)
        if (metadata_name(section.name) == wanted || section.name == wanted) {
            const Bytes bytes = module.content(section.content);
            return is_utf8(bytes) ? std::string(text_of(bytes)) : "";
        }
    return "";
}

/// From the sections that compilers and CDKs leave; empty when there is none.
std::string compiler(const vm::Module& module) {
    if (const std::string text = section_text(module, "motoko:compiler"); !text.empty())
        return "motoko " + text;
    return section_text(module, "cdk:name");
}

void read_exports(ModuleInfo& info, const vm::Module& module) {
    for (const vm::Export& exported : module.exports) {
        if (exported.kind != vm::ExternKind::function) continue;
        if (const auto method = method_name(exported.name)) {
            const ExportKind kind = method->prefix == "canister_update" ? ExportKind::update
                                    : method->prefix == "canister_query"
                                        ? ExportKind::query
                                        : ExportKind::composite_query;
            info.methods.emplace_back(method->name, kind);
        } else if (exported.name.starts_with(entry_prefix)) {
            info.entry_points.push_back(exported.name);
        }
    }
    std::ranges::sort(info.methods);
}

ModuleInfo describe(const vm::Module& module) {
    ModuleInfo info;
    info.wasm_bytes = module.bytes.size();
    info.memory64 = is_memory64(module);
    read_exports(info, module);
    for (const vm::Import& import : module.imports)
        info.imports.push_back(import.module + "." + import.name);
    for (const vm::CustomSection& section : module.custom_sections) {
        info.custom_sections.emplace_back(section.name, section.content.size);
        if (metadata_name(section.name) == enhanced_persistence_section)
            info.enhanced_persistence = true;
    }
    info.candid = section_text(module, "candid:service");
    info.candid_init = section_text(module, "candid:args");
    info.compiler = compiler(module);
    info.functions = u32(module.functions.size());
    info.globals = u32(module.globals.size());
    info.data_segments = u32(module.data.size());
    return info;
}

Reject reject_without_canister(const ExecutionError& error) {
    std::string message = error.text;
    if (!error.help.empty()) message += ".\n" + error.help;
    return reject(error.code, std::move(message));
}

void add_refusal(ModuleInfo& info, const ExecutionError& error) {
    info.refusal = error.text;
    info.refusal_offset = error.module_offset;
    info.is_switched_off = error.is_switched_off;
}

}  // namespace

ModuleInfo describe_module(const CanisterModule& module) {
    ModuleInfo info = describe(module.wasm());
    info.hash = module.hash;
    info.gzip = module.gzip;
    return info;
}

Result<ModuleInfo, Reject> inspect_module(Bytes module) {
    // As a replica in this process would make it: mostly one is to follow.
    const vm::CompileOptions options = canister_compile_options(true, vm::default_costs());
    const Sha256 hash = sha256(module);
    if (const auto found = find_module(hash, options)) return describe_module(*found);
    auto wasm = decode_canister_module(module);
    if (!wasm) return std::unexpected(reject_without_canister(wasm.error()));
    ModuleInfo info = describe(*wasm);
    info.hash = hash;
    info.gzip = is_gzip(module);
    const auto made = make_canister_module(module, hash, std::move(*wasm), options);
    if (made)
        remember_module(*made, options);
    else
        add_refusal(info, made.error());
    return info;
}

}  // namespace icvm::replica
