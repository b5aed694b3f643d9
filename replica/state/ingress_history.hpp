#pragma once

#include <map>
#include <optional>

#include "replica/state/calls.hpp"

namespace icvm::replica {

/// Interface spec, "Request status".
enum class IngressState : u8 { received = 1, processing, replied, rejected, done };

/// What is known of an ingress message.
struct IngressStatus {
    IngressState state = IngressState::received;
    Principal sender;
    Principal receiver;
    Payload payload{};         ///< when replied or rejected
    u64 forgotten_ns = 0;      ///< time after which it is forgotten; 0: when its answer is taken
    u64 round = 0;             ///< in which it was answered
    bool has_awaited = false;  ///< calls of it were sent before it was answered
    bool is_stored = false;    ///< there is a record of it
};

using IngressHistory = std::map<MessageId, IngressStatus>;

inline constexpr std::string_view ingress_key_prefix = "ingress/";
std::string ingress_key(const MessageId& id);
/// The id of such a key; nothing when it is none.
std::optional<MessageId> ingress_id(std::string_view key);
ByteVector encode(const IngressStatus& status);
/// Nothing when the bytes are damaged.
std::optional<IngressStatus> decode_ingress_status(Bytes bytes);

}  // namespace icvm::replica
