#include "replica/state/canister.hpp"

#include <algorithm>

#include "replica/state/record.hpp"

namespace icvm::replica {

namespace {

constexpr u8 canister_record_version = 1;
/// Type, low and high half.
constexpr u64 global_bytes = 17;

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
    out.put_u64(code.globals.size());
    for (const vm::Value& global : code.globals) {
        out.put_u8(global.type.code());
        out.put_u64(global.bits);
        out.put_u64(global.high);
    }
}

vm::Value decode_global(RecordReader& in) {
    const vm::ValueType type{in.u8_field()};
    if (!type.is_number() && type != vm::types::v128) in.fail();
    const u64 bits = in.u64_field();
    return {type, bits, in.u64_field()};
}

InstalledCode decode_code(RecordReader& in) {
    InstalledCode code;
    const Bytes hash = in.bytes_field();
    if (hash.size() == code.module_hash.size())
        std::ranges::copy(hash, code.module_hash.begin());
    else
        in.fail();
    code.module_bytes = in.u64_field();
    code.enhanced_persistence = in.u8_field() != 0;
    code.custom_section_bytes = in.u64_field();
    code.heap = MemoryId(in.u64_field());
    code.has_heap = in.u8_field() != 0;
    code.heap_pages = in.u64_field();
    code.stable = MemoryId(in.u64_field());
    code.stable_pages = in.u64_field();
    const u64 globals = in.count_field(global_bytes);
    for (u64 i = 0; i < globals; i++) code.globals.push_back(decode_global(in));
    return code;
}

std::string key(std::string_view prefix, const Principal& id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string key;
    key.reserve(prefix.size() + 2 * id.bytes().size());
    key = prefix;
    for (const u8 byte : id.bytes()) {
        key += digits[byte >> 4];
        key += digits[byte & 15];
    }
    return key;
}

}  // namespace

bool Canister::is_controller(const Principal& principal) const {
    return std::ranges::find(controllers, principal) != controllers.end();
}

u64 memory_usage_bytes(const Canister& canister) {
    if (!canister.code) return 0;
    const InstalledCode& code = *canister.code;
    u64 bytes = (code.heap_pages + code.stable_pages) * vm::wasm_page_bytes;
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
    out.put_u64(canister.controllers.size());
    for (const Principal& controller : canister.controllers) out.put_principal(controller);
    out.put_u64(canister.created_round);
    out.put_u128(canister.cycles);
    out.put_bytes(canister.certified_data);
    out.put_u64(canister.global_timer);
    out.put_u8(canister.code.has_value());
    if (canister.code) encode_code(out, *canister.code);
    return out.take();
}

std::optional<Canister> decode_canister(Bytes bytes) {
    RecordReader in(bytes);
    if (in.u8_field() != canister_record_version) return std::nullopt;
    Canister canister;
    canister.id = in.principal_field();
    canister.name = in.text_field();
    canister.module_path = in.text_field();
    const u8 status = in.u8_field();
    if (status < u8(Status::running) || status > u8(Status::stopped)) return std::nullopt;
    canister.status = Status(status);
    canister.version = in.u64_field();
    const u64 controllers = in.count_field(1);
    for (u64 i = 0; i < controllers; i++) canister.controllers.push_back(in.principal_field());
    canister.created_round = in.u64_field();
    canister.cycles = in.u128_field();
    const Bytes certified_data = in.bytes_field();
    canister.certified_data.assign(certified_data.begin(), certified_data.end());
    if (certified_data.size() > certified_data_bytes_max) in.fail();
    canister.global_timer = in.u64_field();
    if (in.u8_field() != 0) canister.code = decode_code(in);
    if (!in.at_end()) return std::nullopt;
    return canister;
}

std::string canister_key(const Principal& id) { return key(canister_key_prefix, id); }

std::string module_key(const Principal& id) { return key("module/", id); }

}  // namespace icvm::replica
