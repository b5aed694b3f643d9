/// Snapshots are read and uploaded, slice by slice.

#include <fmt/ranges.h>

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/management/charge.hpp"
#include "replica/management/chunk_store.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/management/snapshot_module.hpp"
#include "replica/management/snapshots.hpp"
#include "replica/state/holdings.hpp"
#include "replica/state/stable_memory.hpp"

namespace icvm::replica::management::methods {

namespace {

constexpr u64 read_instructions = 5'000'000;
constexpr u64 slice_bytes_max = 2'000'000;
constexpr u64 module_bytes_max = 100ull << 20;
constexpr size_t globals_max = 1000;

struct GlobalOf {
    vm::Value operator()(i32 value) const { return vm::Value::i32(u32(value)); }
    vm::Value operator()(i64 value) const { return vm::Value::i64(u64(value)); }
    vm::Value operator()(candid::Float32Bits value) const {
        return {vm::types::f32, value.bits, 0};
    }
    vm::Value operator()(candid::Float64Bits value) const {
        return {vm::types::f64, value.bits, 0};
    }
    vm::Value operator()(u128 value) const {
        return {vm::types::v128, u64(value), u64(value >> 64)};
    }
};

GlobalValue told(const vm::Value& global) {
    if (global.type == vm::types::i32) return {i32(u32(global.bits))};
    if (global.type == vm::types::i64) return {i64(global.bits)};
    if (global.type == vm::types::f32) return {candid::Float32Bits{u32(global.bits)}};
    if (global.type == vm::types::f64) return {candid::Float64Bits{global.bits}};
    return {u128(global.high) << 64 | global.bits};
}

/// The snapshot that somebody wants to read.
Result<const Snapshot*, Failure> find_readable(const ManagementContext& context,
                                               const Principal& id, Bytes snapshot) {
    const Canister& canister = *TRY(find_managed(context.subnet, id));
    if (!canister.settings.allows(canister.settings.snapshot_visibility, context.caller))
        TRY(require_controller(canister, context.caller));
    return find_snapshot(context.subnet, canister, snapshot);
}

/// Those that are told; of a taken snapshot some of all.
Result<std::vector<GlobalValue>, Failure> globals_of(Subnet& subnet, const Snapshot& snapshot) {
    std::vector<GlobalValue> globals;
    if (snapshot.source == replica::SnapshotSource::metadata_upload) {
        for (const vm::Value& global : snapshot.globals) globals.push_back(told(global));
        return globals;
    }
    const auto module = subnet.make_module(TRY(snapshot_module(subnet, snapshot)));
    if (!module) return std::unexpected(failure_of(reject_of(module.error(), Principal())));
    for (const u32 index : visible_globals((*module)->wasm()))
        if (index < snapshot.globals.size()) globals.push_back(told(snapshot.globals[index]));
    return globals;
}

Result<void, Failure> pay(ManagementContext& context, const Principal& canister, u64 instructions) {
    Subnet& subnet = context.subnet;
    const u128 cost = subnet.schedule().execution(instructions, false);
    if (cost == 0) return {};
    if (auto paid = withdraw(subnet, subnet.change(canister), cost, context.caller); !paid)
        return refuse(ManagementRefusal::snapshot_cycles, paid.error());
    return {};
}

/// Where the bytes of a slice are, and how many there are in all.
struct Source {
    MemoryId memory;
    u64 bytes;
};
Source source_of(const Snapshot& snapshot, size_t kind) {
    switch (kind) {
        case 0: return {snapshot.module, snapshot.module_bytes};
        case 1: return {snapshot.heap, snapshot.heap_pages * vm::wasm_page_bytes};
        default: return {snapshot.stable, snapshot.stable_pages * vm::wasm_page_bytes};
    }
}

bool is_within(u64 offset, u64 size, u64 bytes) {
    return offset <= bytes && size <= bytes - offset;
}

Result<ByteVector, Failure> read_chunk(Subnet& subnet, const Snapshot& snapshot, Bytes given) {
    const auto hash = hash_of_bytes(given);
    if (!hash)
        return refuse(
            ManagementRefusal::chunk_store,
            fmt::format("Bytes [{:02x}] are not a valid WasmChunkHash.", fmt::join(given, ", ")));
    if (std::ranges::find(snapshot.chunks, *hash) == snapshot.chunks.end())
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("WasmChunkHash [{:02x}] not found.", fmt::join(given, ", ")));
    return stored_record(subnet, snapshot_chunk_key(snapshot.id, *hash));
}

Result<ByteVector, Failure> read_slice(Subnet& subnet, const Snapshot& snapshot, size_t kind,
                                       const Slice& slice) {
    const Source source = source_of(snapshot, kind);
    if (!is_within(slice.offset, slice.size, source.bytes))
        return refuse(ManagementRefusal::slice, slice.offset, slice.size);
    if (source.memory != MemoryId::none || source.bytes == 0)
        return read_memory(subnet, source.memory, slice.offset, slice.size);
    const ByteVector module = TRY(snapshot_module(subnet, snapshot));
    return ByteVector(module.begin() + i64(slice.offset),
                      module.begin() + i64(slice.offset + slice.size));
}

/// Mainnet's name of what is wrong; empty: nothing.
std::string_view why_invalid(const UploadSnapshotMetadataArguments& given, bool memory64) {
    constexpr u64 page = vm::wasm_page_bytes;
    const u64 heap_max = (memory64 ? 6ull : 4ull) << 30;
    if (given.wasm_module_size == 0) return "WasmModuleEmpty";
    if (given.wasm_module_size > module_bytes_max) return "WasmModuleTooLarge";
    if (given.wasm_memory_size % page != 0) return "WasmMemoryNotPageAligned";
    if (given.wasm_memory_size > heap_max) return "WasmMemoryTooLarge";
    if (given.stable_memory_size % page != 0) return "StableMemoryNotPageAligned";
    if (given.stable_memory_size > stable_pages_max * page) return "StableMemoryTooLarge";
    if (given.globals.size() > globals_max) return "ExportedGlobalsTooLarge";
    if (given.certified_data.size() > certified_data_bytes_max) return "CertifiedDataTooLarge";
    return {};
}

Snapshot snapshot_of(Subnet& subnet, const Canister& canister,
                     const UploadSnapshotMetadataArguments& given) {
    Snapshot snapshot;
    snapshot.source = replica::SnapshotSource::metadata_upload;
    snapshot.taken_at_ns = subnet.time_ns();
    snapshot.canister_version = canister.version;
    snapshot.module = subnet.new_memory();
    snapshot.module_bytes = given.wasm_module_size;
    snapshot.heap = subnet.new_memory();
    snapshot.heap_pages = given.wasm_memory_size / vm::wasm_page_bytes;
    snapshot.stable = subnet.new_memory();
    snapshot.stable_pages = given.stable_memory_size / vm::wasm_page_bytes;
    for (const GlobalValue& global : given.globals)
        snapshot.globals.push_back(std::visit(GlobalOf(), global.value));
    snapshot.certified_data = given.certified_data;
    if (given.global_timer) {
        const u64* active = std::get_if<1>(&given.global_timer->value);
        snapshot.global_timer = active ? *active : 0;
    }
    if (given.on_low_wasm_memory_hook_status)
        snapshot.hook_status = HookStatus(*given.on_low_wasm_memory_hook_status);
    return snapshot;
}

Result<void, Failure> upload_chunk(Subnet& subnet, const Principal& caller, Canister& canister,
                                   Snapshot& snapshot, Bytes chunk) {
    const Sha256 hash = sha256(chunk);
    if (std::ranges::find(snapshot.chunks, hash) != snapshot.chunks.end()) return {};
    if (const auto why = why_no_chunk(chunk, snapshot.chunks.size()))
        return refuse(ManagementRefusal::chunk_store, *why);
    const u64 used = memory_usage_bytes(canister);
    TRY(take_growth(subnet, canister, {used, used + chunk_bytes_max, 0}, caller));
    subnet.storage().put_record(snapshot_chunk_key(snapshot.id, hash),
                                ByteVector(chunk.begin(), chunk.end()));
    snapshot.chunks.insert(std::ranges::upper_bound(snapshot.chunks, hash), hash);
    return {};
}

}  // namespace

ManagementResult<SnapshotMetadataResult> read_canister_snapshot_metadata(
    ManagementContext& context, const SnapshotArguments& given) {
    const Snapshot& snapshot = *TRY(find_readable(context, given.canister_id, given.snapshot_id));
    SnapshotMetadataResult metadata;
    if (snapshot.source == replica::SnapshotSource::metadata_upload)
        metadata.source.value.emplace<1>();
    metadata.taken_at_timestamp = snapshot.taken_at_ns;
    metadata.wasm_module_size = snapshot.module_bytes;
    metadata.globals = TRY(globals_of(context.subnet, snapshot));
    metadata.wasm_memory_size = snapshot.heap_pages * vm::wasm_page_bytes;
    metadata.stable_memory_size = snapshot.stable_pages * vm::wasm_page_bytes;
    for (const Sha256& hash : snapshot.chunks)
        metadata.wasm_chunk_store.push_back({{hash.begin(), hash.end()}});
    metadata.canister_version = snapshot.canister_version;
    metadata.certified_data = snapshot.certified_data;
    if (snapshot.global_timer) {
        GlobalTimer& timer = metadata.global_timer.emplace();
        if (*snapshot.global_timer != 0) timer.value.emplace<1>(*snapshot.global_timer);
    }
    if (snapshot.hook_status)
        metadata.on_low_wasm_memory_hook_status = LowMemoryHookStatus(*snapshot.hook_status);
    return metadata;
}

ManagementResult<ReadSnapshotDataResult> read_canister_snapshot_data(
    ManagementContext& context, const ReadSnapshotDataArguments& given) {
    const Snapshot& snapshot = *TRY(find_readable(context, given.canister_id, given.snapshot_id));
    const size_t kind = given.kind.value.index();
    if (const auto* chunk = std::get_if<3>(&given.kind.value)) {
        TRY(pay(context, given.canister_id, read_instructions + chunk_bytes_max));
        return ReadSnapshotDataResult{TRY(read_chunk(context.subnet, snapshot, chunk->hash))};
    }
    const Slice slice = std::visit(
        [](const auto& payload) -> Slice {
            if constexpr (std::is_same_v<std::decay_t<decltype(payload)>, Slice>) return payload;
            return {};
        },
        given.kind.value);
    if (slice.size > slice_bytes_max)
        return refuse(ManagementRefusal::slice_too_large, slice.size, slice_bytes_max);
    TRY(pay(context, given.canister_id, read_instructions + slice.size));
    return ReadSnapshotDataResult{TRY(read_slice(context.subnet, snapshot, kind, slice))};
}

ManagementResult<UploadSnapshotMetadataResult> upload_canister_snapshot_metadata(
    ManagementContext& context, const UploadSnapshotMetadataArguments& given) {
    // Conditions.
    Subnet& subnet = context.subnet;
    const Canister& found = *TRY(find_managed(subnet, given.canister_id));
    TRY(require_controller(found, context.caller));
    const std::string_view why = why_invalid(given, found.code && found.code->memory64);
    if (!why.empty()) return refuse(ManagementRefusal::snapshot_metadata, why);
    if (given.replace_snapshot) (void)TRY(find_snapshot(subnet, found, *given.replace_snapshot));

    // State after.
    Canister& canister = subnet.change(given.canister_id);
    Snapshot snapshot = snapshot_of(subnet, canister, given);
    TRY(admit_snapshot(subnet, canister, context.caller, given.replace_snapshot, snapshot.bytes()));
    return UploadSnapshotMetadataResult{
        add_snapshot(subnet, canister, std::move(snapshot), given.replace_snapshot).id};
}

ManagementResult<Nothing> upload_canister_snapshot_data(ManagementContext& context,
                                                        const UploadSnapshotDataArguments& given) {
    // Conditions.
    Subnet& subnet = context.subnet;
    const Canister& found = *TRY(find_managed(subnet, given.canister_id));
    TRY(require_controller(found, context.caller));
    const Snapshot& old = *TRY(find_snapshot(subnet, found, given.snapshot_id));
    if (old.source != replica::SnapshotSource::metadata_upload)
        return refuse(ManagementRefusal::snapshot_immutable);
    const bool is_chunk = given.kind.value.index() == 3;
    TRY(pay(context, given.canister_id, is_chunk ? chunk_bytes_max : given.chunk.size()));

    // State after.
    Canister& canister = subnet.change(given.canister_id, Part::snapshots);
    Snapshot& snapshot = canister.snapshots[size_t(&old - found.snapshots.data())];
    const size_t kind = given.kind.value.index();
    if (kind == 3) {
        TRY(upload_chunk(subnet, context.caller, canister, snapshot, given.chunk));
        return Nothing{};
    }
    const u64 offset = kind == 0   ? std::get<0>(given.kind.value).offset
                       : kind == 1 ? std::get<1>(given.kind.value).offset
                                   : std::get<2>(given.kind.value).offset;
    const Source target = source_of(snapshot, kind);
    if (!is_within(offset, given.chunk.size(), target.bytes))
        return refuse(ManagementRefusal::slice, offset, given.chunk.size());
    TRY(write_memory(subnet, target.memory, offset, given.chunk));
    return Nothing{};
}

}  // namespace icvm::replica::management::methods
