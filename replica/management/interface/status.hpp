#pragma once

/// What is told about a canister.

#include "replica/management/interface/canisters.hpp"

namespace icvm::replica::management {

enum class RunState : u8 { running, stopping, stopped };
constexpr auto tags(RunState) { return candid::names("running", "stopping", "stopped"); }

struct MemoryMetrics {
    u128 wasm_memory_size = 0;
    u128 stable_memory_size = 0;
    u128 global_memory_size = 0;
    u128 wasm_binary_size = 0;
    u128 custom_sections_size = 0;
    u128 canister_history_size = 0;
    u128 wasm_chunk_store_size = 0;
    u128 snapshots_size = 0;
    u128 log_memory_store_size = 0;
    CANDID_RECORD(MemoryMetrics, wasm_memory_size, stable_memory_size, global_memory_size,
                  wasm_binary_size, custom_sections_size, canister_history_size,
                  wasm_chunk_store_size, snapshots_size, log_memory_store_size)
};

struct QueryStats {
    u128 num_calls_total = 0;
    u128 num_instructions_total = 0;
    u128 request_payload_bytes_total = 0;
    u128 response_payload_bytes_total = 0;
    CANDID_RECORD(QueryStats, num_calls_total, num_instructions_total, request_payload_bytes_total,
                  response_payload_bytes_total)
};

struct CanisterStatusResult {
    RunState status{};
    bool ready_for_migration = false;
    u64 version = 0;
    DefiniteCanisterSettings settings;
    std::optional<ByteVector> module_hash;
    u128 memory_size = 0;
    MemoryMetrics memory_metrics;
    u128 cycles = 0;
    u128 reserved_cycles = 0;
    u128 idle_cycles_burned_per_day = 0;
    QueryStats query_stats;
    CANDID_RECORD(CanisterStatusResult, status, ready_for_migration, version, settings, module_hash,
                  memory_size, memory_metrics, cycles, reserved_cycles, idle_cycles_burned_per_day,
                  query_stats)
};

struct CyclesConsumed {
    u128 memory = 0;
    u128 compute_allocation = 0;
    u128 ingress_induction = 0;
    u128 instructions = 0;
    u128 request_and_response_transmission = 0;
    u128 uninstall = 0;
    u128 canister_creation = 0;
    u128 http_outcalls = 0;
    u128 burned_cycles = 0;
    CANDID_RECORD(CyclesConsumed, memory, compute_allocation, ingress_induction, instructions,
                  request_and_response_transmission, uninstall, canister_creation, http_outcalls,
                  burned_cycles)
};

struct CanisterMetricsResult {
    CyclesConsumed cycles_consumed;
    CANDID_RECORD(CanisterMetricsResult, cycles_consumed)
};

// The canister's history.

struct FromUser {
    Principal user_id;
    CANDID_RECORD(FromUser, user_id)
};
struct FromCanister {
    Principal canister_id;
    std::optional<u64> canister_version;
    CANDID_RECORD(FromCanister, canister_id, canister_version)
};
struct Originator {
    std::variant<FromUser, FromCanister> value;
    static constexpr auto candid_tags() { return candid::names("from_user", "from_canister"); }
};

enum class DeploymentMode : u8 { install, reinstall, upgrade };
constexpr auto tags(DeploymentMode) { return candid::names("install", "reinstall", "upgrade"); }

struct SnapshotSource {
    std::variant<candid::Reserved, candid::Reserved> value;
    static constexpr auto candid_tags() {
        return candid::names("taken_from_canister", "metadata_upload");
    }
};

struct Creation {
    std::vector<Principal> controllers;
    std::optional<ByteVector> environment_variables_hash;
    CANDID_RECORD(Creation, controllers, environment_variables_hash)
};
struct CodeDeployment {
    DeploymentMode mode{};
    ByteVector module_hash;
    CANDID_RECORD(CodeDeployment, mode, module_hash)
};
struct SnapshotLoad {
    std::optional<Principal> from_canister_id;
    ByteVector snapshot_id;
    u64 canister_version = 0;
    u64 taken_at_timestamp = 0;
    SnapshotSource source;
    CANDID_RECORD(SnapshotLoad, from_canister_id, snapshot_id, canister_version, taken_at_timestamp,
                  source)
};
struct NewControllers {
    std::vector<Principal> controllers;
    CANDID_RECORD(NewControllers, controllers)
};
struct RenamedTo {
    Principal canister_id;
    u64 version = 0;
    u64 total_num_changes = 0;
    CANDID_RECORD(RenamedTo, canister_id, version, total_num_changes)
};
struct Renaming {
    Principal canister_id;
    u64 total_num_changes = 0;
    RenamedTo rename_to;
    Principal requested_by;
    CANDID_RECORD(Renaming, canister_id, total_num_changes, rename_to, requested_by)
};
struct ChangeDetails {
    std::variant<Creation, std::monostate, CodeDeployment, SnapshotLoad, NewControllers, Renaming>
        value;
    static constexpr auto candid_tags() {
        return candid::names("creation", "code_uninstall", "code_deployment", "load_snapshot",
                             "controllers_change", "rename_canister");
    }
};

struct Change {
    u64 timestamp_nanos = 0;
    u64 canister_version = 0;
    Originator origin;
    ChangeDetails details;
    CANDID_RECORD(Change, timestamp_nanos, canister_version, origin, details)
};

struct CanisterInfoArguments {
    Principal canister_id;
    std::optional<u64> num_requested_changes;
    CANDID_RECORD(CanisterInfoArguments, canister_id, num_requested_changes)
};

struct CanisterInfoResult {
    u64 total_num_changes = 0;
    std::vector<Change> recent_changes;
    std::optional<ByteVector> module_hash;
    std::vector<Principal> controllers;
    CANDID_RECORD(CanisterInfoResult, total_num_changes, recent_changes, module_hash, controllers)
};

struct CanisterMetadataArguments {
    Principal canister_id;
    std::string name;
    CANDID_RECORD(CanisterMetadataArguments, canister_id, name)
};
struct CanisterMetadataResult {
    ByteVector value;
    CANDID_RECORD(CanisterMetadataResult, value)
};

// Logs.

/// From start, below end.
struct LogRange {
    u64 start = 0, end = 0;
    CANDID_RECORD(LogRange, start, end)
};
struct LogFilter {
    std::variant<LogRange, LogRange> value;
    static constexpr auto candid_tags() { return candid::names("by_idx", "by_timestamp_nanos"); }
};
struct FetchCanisterLogsArguments {
    Principal canister_id;
    std::optional<LogFilter> filter;
    CANDID_RECORD(FetchCanisterLogsArguments, canister_id, filter)
};
struct CanisterLogRecord {
    u64 idx = 0;
    u64 timestamp_nanos = 0;
    ByteVector content;
    CANDID_RECORD(CanisterLogRecord, idx, timestamp_nanos, content)
};
struct FetchCanisterLogsResult {
    std::vector<CanisterLogRecord> canister_log_records;
    CANDID_RECORD(FetchCanisterLogsResult, canister_log_records)
};

}  // namespace icvm::replica::management
