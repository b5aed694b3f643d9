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
    std::string method;
    Payload payload{};         ///< when replied or rejected
    u64 forgotten_ns = 0;      ///< when an answer that nobody has taken is forgotten; 0: never
    u64 round = 0;             ///< in which it was answered
    bool has_awaited = false;  ///< calls of it were sent before it was answered
    bool is_stored = false;    ///< there is a record of it
};

/// How long an answer that nobody takes is kept (Interface spec, "Request status").
inline constexpr u64 answer_kept_ns = 5ull * 60 * 1'000'000'000;

using IngressHistory = std::map<MessageId, IngressStatus>;

inline constexpr std::string_view ingress_key_prefix = "ingress/";
std::string ingress_key(const MessageId& id);
/// The id of such a key; nothing when it is none.
std::optional<MessageId> ingress_id(std::string_view key);
ByteVector encode(const IngressStatus& status);
/// Nothing when the bytes are damaged.
std::optional<IngressStatus> decode_ingress_status(Bytes bytes);

}  // namespace icvm::replica
