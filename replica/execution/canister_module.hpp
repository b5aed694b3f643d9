#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "replica/crypto/sha.hpp"
#include "replica/execution/module_info.hpp"
#include "replica/system_api/imports.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// A module that a canister may be made of, compiled: immutable, shared.
struct CanisterModule {
    std::shared_ptr<const vm::CompiledModule> compiled;
    Sha256 hash{};  ///< of the bytes as uploaded
    u64 uploaded_bytes = 0;
    bool gzip = false;  ///< as uploaded
    bool memory64 = false;
    bool enhanced_persistence = false;
    u64 custom_section_bytes = 0;
    u64 compile_instructions = 0;  ///< docs/metering.md, "Stages of install_code"
    std::map<std::string, ExportKind, std::less<>> methods;
    std::vector<const ImportRow*> imports;  ///< by function index

    const vm::Module& wasm() const { return vm::module_of(*compiled); }
    bool exports_function(std::string_view name) const {
        return wasm().find_export(name, vm::ExternKind::function) != nullptr;
    }
    bool has_memory() const { return !wasm().memory_types.empty(); }
    /// In Wasm pages: 4 GiB, or 6 GiB in memory64.
    u64 heap_pages_max() const { return memory64 ? 98304 : 65536; }
};

/// The Wasm module in what was uploaded, not validated.
Result<vm::Module, ExecutionError> decode_canister_module(Bytes uploaded);

/// Checks and compiles what decode_canister_module has made of `uploaded`, whose SHA-256 is `hash`.
Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_canister_module(
    Bytes uploaded, const Sha256& hash, vm::Module wasm, const vm::CompileOptions& options);

/// Decodes, checks and compiles what was uploaded (docs/mainnet.md, "Modules"). The first refusal
/// wins, in mainnet's order.
Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_canister_module(
    Bytes uploaded, const vm::CompileOptions& options);

/// What inspect_module says of a module that has been accepted.
ModuleInfo describe_module(const CanisterModule& module);

}  // namespace icvm::replica
