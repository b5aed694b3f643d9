#pragma once

#include "replica/crypto/derived_key.hpp"

namespace icvm::replica::secp256r1 {

/// The master key of a secret below the group's order, not 0.
DerivedKey master_key(const Secret& secret);
/// Generalised SLIP-10, not hardened.
DerivedKey derive(const DerivedKey& parent, DerivationPath path);

/// ECDSA with the nonce of RFC 6979, s in the lower half, as r ‖ s. `hash` has 32 bytes.
Signature sign_ecdsa(const DerivedKey& key, Bytes hash);

}  // namespace icvm::replica::secp256r1
