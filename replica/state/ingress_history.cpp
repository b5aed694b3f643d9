#include "replica/state/ingress_history.hpp"

#include <algorithm>

namespace icvm::replica {

namespace {

/// 1 is without has_awaited, 1 and 2 without the method.
constexpr u8 ingress_record_version = 3;

}  // namespace

std::string ingress_key(const MessageId& id) { return hex_key(ingress_key_prefix, id); }

std::optional<MessageId> ingress_id(std::string_view key) {
    MessageId id{};
    key.remove_prefix(std::min(key.size(), ingress_key_prefix.size()));
    if (key.size() != 2 * id.size()) return std::nullopt;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (size_t i = 0; i < id.size(); i++)
        id[i] = u8(digit(key[2 * i]) << 4 | digit(key[2 * i + 1]));
    return id;
}

ByteVector encode(const IngressStatus& status) {
    RecordWriter out;
    out.put_u8(ingress_record_version);
    out.put_u8(u8(status.state));
    out.put_principal(status.sender);
    out.put_principal(status.receiver);
    out.put_text(status.method);
    encode(out, status.payload);
    out.put_u64(status.forgotten_ns);
    out.put_u64(status.round);
    out.put_u8(status.has_awaited);
    return out.take();
}

std::optional<IngressStatus> decode_ingress_status(Bytes bytes) {
    RecordReader in(bytes);
    const u8 version = in.u8_field();
    if (version < 1 || version > ingress_record_version) return std::nullopt;
    IngressStatus status;
    const u8 state = in.u8_field();
    if (state < u8(IngressState::received) || state > u8(IngressState::done)) return std::nullopt;
    status.state = IngressState(state);
    status.sender = in.principal_field();
    status.receiver = in.principal_field();
    if (version >= 3) status.method = in.text_field();
    status.payload = decode_payload(in);
    status.forgotten_ns = in.u64_field();
    status.round = in.u64_field();
    if (version >= 2) status.has_awaited = in.u8_field() != 0;
    if (!in.at_end()) return std::nullopt;
    const bool is_reject = std::holds_alternative<RejectPayload>(status.payload);
    if (is_reject != (status.state == IngressState::rejected)) return std::nullopt;
    return status;
}

}  // namespace icvm::replica
