#include "replica/state/subnet_record.hpp"

#include "replica/crypto/sha.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

namespace {

constexpr u8 subnet_record_version = 2;
/// Without the name of the metering: that was 2025-10.
constexpr u8 subnet_record_version_before = 1;
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
    return out.take();
}

std::optional<SubnetRecord> decode_subnet_record(Bytes bytes) {
    RecordReader in(bytes);
    const u8 version = in.u8_field();
    if (version != subnet_record_version && version != subnet_record_version_before)
        return std::nullopt;
    SubnetRecord record;
    record.next_canister = in.u64_field();
    record.next_memory = in.u64_field();
    record.round = in.u64_field();
    record.metering = version == subnet_record_version ? in.text_field() : "2025-10";
    if (!in.at_end()) return std::nullopt;
    return record;
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
