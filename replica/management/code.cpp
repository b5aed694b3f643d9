// Code is installed (Interface spec, "IC method install_code").

#include <fmt/ranges.h>

#include "replica/execution/conditions.hpp"
#include "replica/execution/install_code.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/management/chunk_store.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

InstallCode request(const Principal& canister, const CanisterInstallMode& mode, ByteVector module,
                    const ByteVector& argument) {
    InstallCode request;
    request.canister = canister;
    request.mode = InstallMode(mode.value.index());
    request.module = std::move(module);
    request.argument = argument;
    const auto* options = std::get_if<2>(&mode.value);
    if (!options || !*options) return request;
    request.skip_pre_upgrade = (*options)->skip_pre_upgrade.value_or(false);
    if ((*options)->wasm_memory_persistence)
        request.wasm_memory_persistence =
            WasmMemoryPersistence((*options)->wasm_memory_persistence.value());
    return request;
}

/// Chunk after chunk, and what they are together.
Result<ByteVector, Failure> join(Subnet& subnet, const Canister& store,
                                 const std::vector<ChunkHash>& list, const Sha256& expected) {
    if (list.size() > chunks_max)
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("the number of chunks {} exceeds {}", list.size(), chunks_max));
    ByteVector module;
    for (const ChunkHash& given : list) {
        const auto hash = hash_of_bytes(given.hash);
        if (!hash)
            return refuse(ManagementRefusal::chunk_store,
                          "Chunk hash is invalid. The length is not 32");
        const ByteVector chunk = TRY(read_chunk(subnet, store, *hash));
        module.insert(module.end(), chunk.begin(), chunk.end());
    }
    const Sha256 hash = sha256(module);
    if (hash != expected)
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("Wasm module hash [{}] does not match given hash WasmHash([{}])",
                                  fmt::join(hash, ", "), fmt::join(expected, ", ")));
    return module;
}

/// What the list of chunks is joined by.
struct ChunkSource {
    const Canister& store;
    Sha256 module_hash;
};

Result<ChunkSource, Failure> source_of(ManagementContext& context,
                                       const InstallChunkedCodeArguments& given) {
    const Principal store_id = given.store_canister.value_or(given.target_canister);
    const Canister* store = context.subnet.find(store_id);
    if (!store)
        return refuse(ManagementRefusal::store_not_found, store_id.text(), subnet_id().text(),
                      given.target_canister.text());
    if (store_id != context.caller) TRY(require_controller(*store, context.caller));
    const auto hash = hash_of_bytes(given.wasm_module_hash);
    if (!hash)
        return std::unexpected(failure_of(reject(
            ErrorCode::canister_contract_violation,
            fmt::format("Invalid wasm hash [{}]", fmt::join(given.wasm_module_hash, ", ")))));
    return ChunkSource{*store, *hash};
}

}  // namespace

ManagementResult<Nothing> install_code(ManagementContext& context,
                                       const InstallCodeArguments& given) {
    TRY(replica::install_code(
        context.subnet, context.change_origin(),
        request(given.canister_id, given.mode, given.wasm_module, given.arg)));
    return Nothing{};
}

ManagementResult<Nothing> install_chunked_code(ManagementContext& context,
                                               const InstallChunkedCodeArguments& given) {
    const ChunkSource source = TRY(source_of(context, given));
    auto module = join(context.subnet, source.store, given.chunk_hashes_list, source.module_hash);
    InstallCode installation = request(given.target_canister, given.mode,
                                       module ? std::move(*module) : ByteVector(), given.arg);
    // One for a byte, of chunks that are taken to be full.
    installation.assembly_instructions = given.chunk_hashes_list.size() * chunk_bytes_max;
    const auto why = module ? std::nullopt : std::optional(std::move(module.error()));
    TRY(replica::install_code(context.subnet, context.change_origin(), installation, why));
    return Nothing{};
}

}  // namespace icvm::replica::management::methods
