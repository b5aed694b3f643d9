#pragma once

/// Snapshots of canisters.

#include "replica/management/interface/code.hpp"
#include "replica/management/interface/status.hpp"

namespace icvm::replica::management {

struct TakeSnapshotArguments {
    Principal canister_id;
    std::optional<ByteVector> replace_snapshot;
    std::optional<bool> uninstall_code;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(TakeSnapshotArguments, canister_id, replace_snapshot, uninstall_code,
                  sender_canister_version)
};

/// The result of take_canister_snapshot, and an element of that of list_canister_snapshots.
struct SnapshotRecord {
    ByteVector id;
    u64 taken_at_timestamp = 0;
    u64 total_size = 0;
    CANDID_RECORD(SnapshotRecord, id, taken_at_timestamp, total_size)
};

struct LoadSnapshotArguments {
    Principal canister_id;
    ByteVector snapshot_id;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(LoadSnapshotArguments, canister_id, snapshot_id, sender_canister_version)
};

/// Of delete_canister_snapshot and read_canister_snapshot_metadata.
struct SnapshotArguments {
    Principal canister_id;
    ByteVector snapshot_id;
    CANDID_RECORD(SnapshotArguments, canister_id, snapshot_id)
};

struct GlobalValue {
    std::variant<i32, i64, candid::Float32Bits, candid::Float64Bits, u128> value;
    static constexpr auto candid_tags() {
        return candid::names("i32", "i64", "f32", "f64", "v128");
    }
};

struct GlobalTimer {
    std::variant<std::monostate, u64> value;
    static constexpr auto candid_tags() { return candid::names("inactive", "active"); }
};

enum class LowMemoryHookStatus : u8 { condition_not_satisfied, ready, executed };
constexpr auto tags(LowMemoryHookStatus) {
    return candid::names("condition_not_satisfied", "ready", "executed");
}

struct SnapshotMetadataResult {
    SnapshotSource source;
    u64 taken_at_timestamp = 0;
    u64 wasm_module_size = 0;
    std::vector<GlobalValue> globals;
    u64 wasm_memory_size = 0;
    u64 stable_memory_size = 0;
    std::vector<ChunkHash> wasm_chunk_store;
    u64 canister_version = 0;
    ByteVector certified_data;
    std::optional<GlobalTimer> global_timer;
    std::optional<LowMemoryHookStatus> on_low_wasm_memory_hook_status;
    CANDID_RECORD(SnapshotMetadataResult, source, taken_at_timestamp, wasm_module_size, globals,
                  wasm_memory_size, stable_memory_size, wasm_chunk_store, canister_version,
                  certified_data, global_timer, on_low_wasm_memory_hook_status)
};

struct Slice {
    u64 offset = 0, size = 0;
    CANDID_RECORD(Slice, offset, size)
};
struct SnapshotDataKind {
    std::variant<Slice, Slice, Slice, ChunkHash> value;
    static constexpr auto candid_tags() {
        return candid::names("wasm_module", "wasm_memory", "stable_memory", "wasm_chunk");
    }
};
struct ReadSnapshotDataArguments {
    Principal canister_id;
    ByteVector snapshot_id;
    SnapshotDataKind kind;
    CANDID_RECORD(ReadSnapshotDataArguments, canister_id, snapshot_id, kind)
};
struct ReadSnapshotDataResult {
    ByteVector chunk;
    CANDID_RECORD(ReadSnapshotDataResult, chunk)
};

struct UploadSnapshotMetadataArguments {
    Principal canister_id;
    std::optional<ByteVector> replace_snapshot;
    u64 wasm_module_size = 0;
    std::vector<GlobalValue> globals;
    u64 wasm_memory_size = 0;
    u64 stable_memory_size = 0;
    ByteVector certified_data;
    std::optional<GlobalTimer> global_timer;
    std::optional<LowMemoryHookStatus> on_low_wasm_memory_hook_status;
    CANDID_RECORD(UploadSnapshotMetadataArguments, canister_id, replace_snapshot, wasm_module_size,
                  globals, wasm_memory_size, stable_memory_size, certified_data, global_timer,
                  on_low_wasm_memory_hook_status)
};
struct UploadSnapshotMetadataResult {
    ByteVector snapshot_id;
    CANDID_RECORD(UploadSnapshotMetadataResult, snapshot_id)
};

struct Offset {
    u64 offset = 0;
    CANDID_RECORD(Offset, offset)
};
struct SnapshotUploadKind {
    std::variant<Offset, Offset, Offset, std::monostate> value;
    static constexpr auto candid_tags() {
        return candid::names("wasm_module", "wasm_memory", "stable_memory", "wasm_chunk");
    }
};
struct UploadSnapshotDataArguments {
    Principal canister_id;
    ByteVector snapshot_id;
    SnapshotUploadKind kind;
    ByteVector chunk;
    CANDID_RECORD(UploadSnapshotDataArguments, canister_id, snapshot_id, kind, chunk)
};

}  // namespace icvm::replica::management
