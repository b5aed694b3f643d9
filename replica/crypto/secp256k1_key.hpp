#pragma once

#include <optional>

#include "replica/crypto/derived_key.hpp"

namespace icvm::replica::secp256k1 {

/// The master key of a secret below the group's order, not 0.
DerivedKey master_key(const Secret& secret);
/// Generalised BIP32, not hardened.
DerivedKey derive(const DerivedKey& parent, DerivationPath path);

/// ECDSA with the nonce of RFC 6979, s in the lower half, as r ‖ s. `hash` has 32 bytes.
Signature sign_ecdsa(const DerivedKey& key, Bytes hash);
/// BIP340 without auxiliary randomness; with `taproot_root` (0 or 32 bytes) by the key that BIP341
/// tweaks with it.
Signature sign_bip340(const DerivedKey& key, Bytes message, std::optional<Bytes> taproot_root);

}  // namespace icvm::replica::secp256k1
