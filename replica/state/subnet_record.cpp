#include "replica/state/subnet_record.hpp"

#include "replica/crypto/sha.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

namespace {

/// Without all that comes behind the metering; and without that, which was 2025-10.
constexpr u8 subnet_record_version_2 = 2, subnet_record_version_1 = 1;
constexpr size_t root_key_bytes = 133;

/// DER of SubjectPublicKeyInfo for a BLS12-381 key in G2 (RFC 5280; Interface spec,
/// "Certification"), up to the 96 bytes of the point.
constexpr u8 root_key_prefix[] = {
    0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
    0xdc, 0x7c, 0x05, 0x03, 0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04,
    0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03, 0x02, 0x01, 0x03, 0x61, 0x00,
};

ByteVector make_root_key() {
    ByteVector key(std::begin(root_key_prefix), std::end(root_key_prefix));
    Sha256 part = sha256(bytes_of("icvm root key"));
    while (key.size() < root_key_bytes) {
        key.insert(key.end(), part.begin(), part.end());
        part = sha256(part);
    }
    return key;
}

}  // namespace

ByteVector encode(const SubnetRecord& record) {
    RecordWriter out;
    out.put_u8(subnet_record_version);
    out.put_u64(record.next_canister);
    out.put_u64(record.next_memory);
    out.put_u64(record.round);
    out.put_text(record.metering);
    out.put_text(record.cycles);
    out.put_u64(record.moved_ns);
    out.put_u64(record.next_ingress);
    out.put_u64(record.random);
    out.put_u128(record.cycles_created);
    out.put_u128(record.cycles_gone);
    return out.take();
}

std::optional<SubnetRecord> decode_subnet_record(Bytes bytes) {
    RecordReader in(bytes);
    const u8 version = in.u8_field();
    const bool is_old = version == subnet_record_version_1 || version == subnet_record_version_2;
    if (version != subnet_record_version && !is_old) return std::nullopt;
    SubnetRecord record;
    record.has_cycles = !is_old;
    record.next_canister = in.u64_field();
    record.next_memory = in.u64_field();
    record.round = in.u64_field();
    record.metering = version == subnet_record_version_1 ? "2025-10" : in.text_field();
    if (is_old) return in.at_end() ? std::optional(record) : std::nullopt;
    record.cycles = in.text_field();
    record.moved_ns = in.u64_field();
    record.next_ingress = in.u64_field();
    record.random = in.u64_field();
    record.cycles_created = in.u128_field();
    record.cycles_gone = in.u128_field();
    if (!in.at_end()) return std::nullopt;
    return record;
}

namespace {

void put(RecordWriter& out, const std::deque<ManagementCall>& calls) {
    out.put_u64(calls.size());
    for (const ManagementCall& call : calls) {
        encode(out, call.origin);
        out.put_principal(call.caller);
        out.put_u8(call.caller_version.has_value());
        if (call.caller_version) out.put_u64(*call.caller_version);
        out.put_text(call.method);
        out.put_bytes(call.argument);
        out.put_u128(call.cycles);
    }
}

std::deque<ManagementCall> calls_field(RecordReader& in) {
    std::deque<ManagementCall> calls;
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--) {
        ManagementCall call;
        call.origin = decode_origin(in);
        call.caller = in.principal_field();
        if (in.u8_field() != 0) call.caller_version = in.u64_field();
        call.method = in.text_field();
        const Bytes argument = in.bytes_field();
        call.argument.assign(argument.begin(), argument.end());
        call.cycles = in.u128_field();
        if (call.cycles != 0 && !std::holds_alternative<CanisterOrigin>(call.origin)) in.fail();
        calls.push_back(std::move(call));
    }
    return calls;
}

}  // namespace

ByteVector encode(const ManagementQueue& queue) {
    RecordWriter out;
    put(out, queue.waiting);
    put(out, queue.next_round);
    for (const ManagementCall& call : queue.waiting) out.put_u64(call.expiry_ns);
    return out.take();
}

std::optional<ManagementQueue> decode_management_queue(Bytes bytes) {
    RecordReader in(bytes);
    ManagementQueue queue;
    queue.waiting = calls_field(in);
    queue.next_round = calls_field(in);
    if (in.at_end()) return queue;  // it is of a version without expiries
    for (ManagementCall& call : queue.waiting) call.expiry_ns = in.u64_field();
    if (!in.at_end()) return std::nullopt;
    return queue;
}

Bytes root_key() {
    static const ByteVector key = make_root_key();
    return key;
}

const Principal& subnet_id() {
    static const Principal id = Principal::self_authenticating(root_key());
    return id;
}

}  // namespace icvm::replica
