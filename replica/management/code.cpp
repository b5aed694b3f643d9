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

Result<std::vector<Sha256>, Failure> hashes_of(const std::vector<ChunkHash>& list) {
    std::vector<Sha256> hashes;
    for (const ChunkHash& given : list) {
        const auto hash = hash_of_bytes(given.hash);
        if (!hash)
            return refuse(ManagementRefusal::chunk_store,
                          "Chunk hash is invalid. The length is not 32");
        hashes.push_back(*hash);
    }
    return hashes;
}

/// The module that the chunks are together.
Result<ByteVector, Failure> assemble(ManagementContext& context,
                                     const InstallChunkedCodeArguments& given) {
    Subnet& subnet = context.subnet;
    const Principal store_id = given.store_canister.value_or(given.target_canister);
    const Canister* store = subnet.find(store_id);
    if (!store)
        return refuse(ManagementRefusal::store_not_found, store_id.text(), subnet_id().text(),
                      given.target_canister.text());
    if (store_id != context.caller) TRY(require_controller(*store, context.caller));
    const auto expected = hash_of_bytes(given.wasm_module_hash);
    if (!expected)
        return std::unexpected(failure_of(reject(
            ErrorCode::canister_contract_violation,
            fmt::format("Invalid wasm hash [{}]", fmt::join(given.wasm_module_hash, ", ")))));
    const Canister& target = *TRY(find_managed(subnet, given.target_canister));
    TRY(require_controller(target, context.caller));
    if (given.chunk_hashes_list.size() > chunks_max)
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("the number of chunks {} exceeds {}",
                                  given.chunk_hashes_list.size(), chunks_max));
    ByteVector module = TRY(join_chunks(subnet, *store, TRY(hashes_of(given.chunk_hashes_list))));
    const Sha256 hash = sha256(module);
    if (hash != *expected)
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("Wasm module hash [{}] does not match given hash WasmHash([{}])",
                                  fmt::join(hash, ", "), fmt::join(*expected, ", ")));
    return module;
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
    InstallCode installation =
        request(given.target_canister, given.mode, TRY(assemble(context, given)), given.arg);
    // One for a byte, of chunks that are taken to be full.
    installation.assembly_instructions = given.chunk_hashes_list.size() * chunk_bytes_max;
    TRY(replica::install_code(context.subnet, context.change_origin(), installation));
    return Nothing{};
}

}  // namespace icvm::replica::management::methods
