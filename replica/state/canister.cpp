#include "replica/state/canister.hpp"

#include <algorithm>

#include "replica/state/record.hpp"

namespace icvm::replica {

namespace {

constexpr u8 canister_record_version = 2;
/// Without calls, most settings and most of what the module tells.
constexpr u8 canister_record_version_1 = 1;

void encode_code(RecordWriter& out, const InstalledCode& code) {
    out.put_bytes(code.module_hash);
    out.put_u64(code.module_bytes);
    out.put_u8(code.enhanced_persistence);
    out.put_u64(code.custom_section_bytes);
    out.put_u64(u64(code.heap));
    out.put_u8(code.has_heap);
    out.put_u64(code.heap_pages);
    out.put_u64(u64(code.stable));
    out.put_u64(code.stable_pages);
    encode_globals(out, code.globals);
    out.put_u8(u8(code.memory64 | code.has_heartbeat << 1 | code.has_global_timer << 2 |
                  code.has_low_memory_hook << 3));
}

InstalledCode decode_code(RecordReader& in, u8 version) {
    InstalledCode code;
    code.module_hash = in.hash_field();
    code.module_bytes = in.u64_field();
    code.enhanced_persistence = in.u8_field() != 0;
    code.custom_section_bytes = in.u64_field();
    code.heap = MemoryId(in.u64_field());
    code.has_heap = in.u8_field() != 0;
    code.heap_pages = in.u64_field();
    code.stable = MemoryId(in.u64_field());
    code.stable_pages = in.u64_field();
    code.globals = decode_globals(in);
    if (version == canister_record_version_1) return code;
    const u8 bits = in.u8_field();
    if (bits > 15) in.fail();
    code.memory64 = bits & 1;
    code.has_heartbeat = bits >> 1 & 1;
    code.has_global_timer = bits >> 2 & 1;
    code.has_low_memory_hook = bits >> 3 & 1;
    return code;
}

/// Its fields, in their order.
constexpr u128 ConsumedCycles::* consumed_fields[] = {
    &ConsumedCycles::memory,
    &ConsumedCycles::compute_allocation,
    &ConsumedCycles::ingress_induction,
    &ConsumedCycles::instructions,
    &ConsumedCycles::transmission,
    &ConsumedCycles::uninstall,
    &ConsumedCycles::creation,
    &ConsumedCycles::http_outcalls,
    &ConsumedCycles::burned,
};

}  // namespace

bool Canister::is_controller(const Principal& principal) const {
    return std::ranges::find(controllers(), principal) != controllers().end();
}

u64 memory_usage_bytes(const Canister& canister) {
    u64 bytes = canister.history.bytes() + canister.chunks.size() * chunk_bytes_max;
    for (const Snapshot& snapshot : canister.snapshots) bytes += snapshot.bytes();
    if (!canister.code) return bytes;
    const InstalledCode& code = *canister.code;
    bytes += (code.heap_pages + code.stable_pages) * vm::wasm_page_bytes;
    for (const vm::Value& global : code.globals) bytes += 8 * global.type.slots();
    return bytes + code.module_bytes + code.custom_section_bytes;
}

ByteVector encode(const Canister& canister) {
    RecordWriter out;
    out.put_u8(canister_record_version);
    out.put_principal(canister.id);
    out.put_text(canister.name);
    out.put_text(canister.module_path);
    out.put_u8(u8(canister.status));
    out.put_u64(canister.version);
    encode(out, canister.settings);
    out.put_u64(canister.created_round);
    out.put_u128(canister.cycles);
    out.put_u128(canister.reserved_cycles);
    for (const auto field : consumed_fields) out.put_u128(canister.consumed.*field);
    out.put_u64(canister.charged_until_ns);
    out.put_bytes(canister.certified_data);
    out.put_u64(canister.global_timer);
    out.put_u8(u8(canister.low_memory_hook));
    out.put_u64(canister.next_snapshot);
    out.put_u8(canister.code.has_value());
    if (canister.code) encode_code(out, *canister.code);
    return out.take();
}

namespace {

/// What version 1 has in place of the settings, up to the code.
void read_version_1(RecordReader& in, Canister& canister) {
    canister.is_of_version_1 = true;
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--)
        canister.settings.controllers.push_back(in.principal_field());
    canister.created_round = in.u64_field();
    canister.cycles = in.u128_field();
}

/// The same of this version.
void read_account(RecordReader& in, Canister& canister) {
    canister.settings = decode_settings(in);
    canister.created_round = in.u64_field();
    canister.cycles = in.u128_field();
    canister.reserved_cycles = in.u128_field();
    for (const auto field : consumed_fields) canister.consumed.*field = in.u128_field();
    canister.charged_until_ns = in.u64_field();
}

}  // namespace

std::optional<Canister> decode_canister(Bytes bytes) {
    RecordReader in(bytes);
    const u8 version = in.u8_field();
    if (version != canister_record_version && version != canister_record_version_1)
        return std::nullopt;
    const bool is_old = version == canister_record_version_1;
    Canister canister;
    canister.id = in.principal_field();
    canister.name = in.text_field();
    canister.module_path = in.text_field();
    const u8 status = in.u8_field();
    if (status < u8(Status::running) || status > u8(Status::stopped)) return std::nullopt;
    canister.status = Status(status);
    canister.version = in.u64_field();
    if (is_old)
        read_version_1(in, canister);
    else
        read_account(in, canister);
    const Bytes certified_data = in.bytes_field();
    canister.certified_data.assign(certified_data.begin(), certified_data.end());
    if (certified_data.size() > certified_data_bytes_max) in.fail();
    canister.global_timer = in.u64_field();
    const u8 hook = is_old ? 0 : in.u8_field();
    if (hook > u8(HookStatus::executed)) return std::nullopt;
    canister.low_memory_hook = HookStatus(hook);
    if (!is_old) canister.next_snapshot = in.u64_field();
    if (in.u8_field() != 0) canister.code = decode_code(in, version);
    if (!in.at_end()) return std::nullopt;
    return canister;
}

ByteVector encode_part(const Canister& canister, Part part) {
    RecordWriter out;
    switch (part) {
        case Part::canister:
        case Part::certified: break;
        case Part::calls:
            if (!canister.calls.is_unused()) canister.calls.encode(out);
            break;
        case Part::log:
            if (!canister.log.is_unused()) canister.log.encode(out);
            break;
        case Part::history:
            if (canister.history.total > 0) canister.history.encode(out);
            break;
        case Part::chunks:
            for (const Sha256& chunk : canister.chunks) out.put_bytes(chunk);
            break;
        case Part::snapshots:
            for (const Snapshot& snapshot : canister.snapshots) snapshot.encode(out);
            break;
    }
    return out.take();
}

bool decode_part(Canister& canister, Part part, Bytes bytes) {
    RecordReader in(bytes);
    switch (part) {
        case Part::canister:
        case Part::certified: break;
        case Part::calls: canister.calls = Calls::decode(in); break;
        case Part::log: canister.log = CanisterLog::decode(in); break;
        case Part::history: canister.history = CanisterHistory::decode(in); break;
        case Part::chunks:
            while (in.ok() && !in.at_end()) canister.chunks.insert(in.hash_field());
            break;
        case Part::snapshots:
            while (in.ok() && !in.at_end()) canister.snapshots.push_back(Snapshot::decode(in));
            break;
    }
    return in.at_end();
}

std::string canister_key(const Principal& id) { return hex_key(canister_key_prefix, id.bytes()); }

std::string module_key(const Principal& id) { return hex_key("module/", id.bytes()); }

std::string part_key(Part part, const Principal& id) {
    switch (part) {
        case Part::canister:
        case Part::certified: return canister_key(id);
        case Part::calls: return hex_key("calls/", id.bytes());
        case Part::log: return hex_key("log/", id.bytes());
        case Part::history: return hex_key("history/", id.bytes());
        case Part::chunks: return hex_key("chunks/", id.bytes());
        case Part::snapshots: return hex_key("snapshots/", id.bytes());
    }
    return {};
}

std::string chunk_key(const Principal& id, const Sha256& hash) {
    return hex_key(hex_key("chunk/", id.bytes()) + "/", hash);
}

}  // namespace icvm::replica
