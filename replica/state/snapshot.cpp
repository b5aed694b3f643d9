#include "replica/state/snapshot.hpp"

#include <algorithm>

#include "replica/base/gzip.hpp"
#include "replica/state/stable_memory.hpp"
#include "replica/state/staging.hpp"

namespace icvm::replica {

namespace {

/// Type, low and high half.
constexpr u64 global_bytes = 17;

vm::Value decode_global(RecordReader& in) {
    const vm::ValueType type{in.u8_field()};
    if (!type.is_number() && type != vm::types::v128) in.fail();
    const u64 bits = in.u64_field();
    return {type, bits, in.u64_field()};
}

}  // namespace

void encode_globals(RecordWriter& out, const std::vector<vm::Value>& globals) {
    out.put_u64(globals.size());
    for (const vm::Value& global : globals) {
        out.put_u8(global.type.code());
        out.put_u64(global.bits);
        out.put_u64(global.high);
    }
}

std::vector<vm::Value> decode_globals(RecordReader& in) {
    std::vector<vm::Value> globals;
    for (u64 n = in.count_field(global_bytes); n > 0 && in.ok(); n--)
        globals.push_back(decode_global(in));
    return globals;
}

u64 Snapshot::bytes() const {
    u64 bytes = (heap_pages + stable_pages) * vm::wasm_page_bytes + module_bytes +
                chunks.size() * chunk_bytes_max + certified_data.size();
    for (const vm::Value& global : globals) bytes += 8 * global.type.slots();
    return bytes;
}

void Snapshot::encode(RecordWriter& out) const {
    out.put_bytes(id);
    out.put_u8(u8(source));
    out.put_u64(taken_at_ns);
    out.put_u64(canister_version);
    out.put_bytes(module_hash);
    out.put_u64(u64(module));
    out.put_u64(module_bytes);
    out.put_u64(u64(heap));
    out.put_u64(heap_pages);
    out.put_u64(u64(stable));
    out.put_u64(stable_pages);
    encode_globals(out, globals);
    out.put_bytes(certified_data);
    out.put_u64(chunks.size());
    for (const Sha256& chunk : chunks) out.put_bytes(chunk);
    out.put_u8(global_timer.has_value());
    if (global_timer) out.put_u64(*global_timer);
    out.put_u8(hook_status ? u8(*hook_status) + 1 : 0);
}

Snapshot Snapshot::decode(RecordReader& in) {
    Snapshot snapshot;
    const Bytes id = in.bytes_field();
    snapshot.id.assign(id.begin(), id.end());
    snapshot.source =
        in.u8_field() == 0 ? SnapshotSource::taken_from_canister : SnapshotSource::metadata_upload;
    snapshot.taken_at_ns = in.u64_field();
    snapshot.canister_version = in.u64_field();
    snapshot.module_hash = in.hash_field();
    snapshot.module = MemoryId(in.u64_field());
    snapshot.module_bytes = in.u64_field();
    snapshot.heap = MemoryId(in.u64_field());
    snapshot.heap_pages = in.u64_field();
    snapshot.stable = MemoryId(in.u64_field());
    snapshot.stable_pages = in.u64_field();
    snapshot.globals = decode_globals(in);
    const Bytes data = in.bytes_field();
    snapshot.certified_data.assign(data.begin(), data.end());
    for (u64 n = in.count_field(33); n > 0 && in.ok(); n--)
        snapshot.chunks.push_back(in.hash_field());
    if (in.u8_field() != 0) snapshot.global_timer = in.u64_field();
    const u8 hook = in.u8_field();
    if (hook > u8(HookStatus::executed) + 1) in.fail();
    if (snapshot.heap_pages > heap_pages_max || snapshot.stable_pages > stable_pages_max ||
        snapshot.module_bytes > module_bytes_max)
        in.fail();
    if (snapshot.heap == MemoryId::none || snapshot.stable == MemoryId::none) in.fail();
    if (hook > 0) snapshot.hook_status = HookStatus(hook - 1);
    return snapshot;
}

void erase_stored(Staging& storage, const Snapshot& snapshot) {
    for (const MemoryId memory : {snapshot.module, snapshot.heap, snapshot.stable})
        if (memory != MemoryId::none) storage.erase_memory(memory);
    if (snapshot.module == MemoryId::none) storage.erase_record(snapshot_module_key(snapshot.id));
    for (const Sha256& chunk : snapshot.chunks)
        storage.erase_record(snapshot_chunk_key(snapshot.id, chunk));
}

std::string snapshot_module_key(Bytes snapshot_id) {
    return hex_key("snapshot/", snapshot_id) + "/module";
}

std::string snapshot_chunk_key(Bytes snapshot_id, const Sha256& hash) {
    return hex_key(hex_key("snapshot/", snapshot_id) + "/chunk/", hash);
}

}  // namespace icvm::replica
