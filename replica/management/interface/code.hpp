#pragma once

/// Code is installed, at once or from chunks.

#include "replica/management/interface/canisters.hpp"

namespace icvm::replica::management {

struct ChunkHash {
    ByteVector hash;
    CANDID_RECORD(ChunkHash, hash)
};

struct UploadChunkArguments {
    Principal canister_id;
    ByteVector chunk;
    CANDID_RECORD(UploadChunkArguments, canister_id, chunk)
};

enum class MemoryPersistence : u8 { keep, replace };
constexpr auto tags(MemoryPersistence) { return candid::names("keep", "replace"); }

struct UpgradeOptions {
    std::optional<bool> skip_pre_upgrade;
    std::optional<MemoryPersistence> wasm_memory_persistence;
    CANDID_RECORD(UpgradeOptions, skip_pre_upgrade, wasm_memory_persistence)
};

struct CanisterInstallMode {
    std::variant<std::monostate, std::monostate, std::optional<UpgradeOptions>> value;
    static constexpr auto candid_tags() { return candid::names("install", "reinstall", "upgrade"); }
};

struct InstallCodeArguments {
    CanisterInstallMode mode;
    Principal canister_id;
    ByteVector wasm_module;
    ByteVector arg;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(InstallCodeArguments, mode, canister_id, wasm_module, arg,
                  sender_canister_version)
};

struct InstallChunkedCodeArguments {
    CanisterInstallMode mode;
    Principal target_canister;
    std::optional<Principal> store_canister;
    std::vector<ChunkHash> chunk_hashes_list;
    ByteVector wasm_module_hash;
    ByteVector arg;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(InstallChunkedCodeArguments, mode, target_canister, store_canister,
                  chunk_hashes_list, wasm_module_hash, arg, sender_canister_version)
};

}  // namespace icvm::replica::management
