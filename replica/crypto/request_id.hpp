#pragma once

#include <optional>

#include "replica/base/principal.hpp"
#include "replica/codec/cbor.hpp"
#include "replica/crypto/sha.hpp"

namespace icvm::replica {

/// The hash of structured data that does not depend on how it is written down (Interface spec,
/// "Representation-independent hashing of structured data").
Sha256 representation_hash(const cbor::Value& value);

/// The content of a request to call a method, without what only some agents send.
struct CallContent {
    Principal sender;
    Principal canister;
    std::string_view method;
    Bytes argument;
    u64 expiry_ns = 0;  ///< since 1970
    std::optional<Bytes> nonce{};
};

/// Identifies a call (Interface spec, "Request ids").
Sha256 request_id(const CallContent& call);

}  // namespace icvm::replica
