#pragma once

/// The keys with which the subnet signs for its canisters. On mainnet no node has them; here they
/// are the well-known ones of local test instances (those of PocketIC), so that what is derived
/// from their public keys elsewhere fits. They keep nothing secret.

#include <optional>
#include <string_view>

#include "replica/base/principal.hpp"
#include "replica/crypto/derived_key.hpp"

namespace icvm::replica {

enum class KeyKind : u8 { ecdsa_secp256k1, ecdsa_secp256r1, bip340_secp256k1, ed25519 };

/// dfx_test_key, test_key_1, key_1.
bool is_threshold_key(std::string_view name);

/// The key of a canister at a path; nothing when there is no key of this name.
std::optional<DerivedKey> derive_threshold_key(KeyKind kind, std::string_view name,
                                               const Principal& canister, DerivationPath path);

}  // namespace icvm::replica
