#pragma once

#include "replica/crypto/derived_key.hpp"

namespace icvm::replica::ed25519 {

/// The master key of a seed (RFC 8032, 5.1.5). Its secret is a scalar, least significant byte
/// first.
DerivedKey master_key(const std::array<u8, 32>& seed);
/// Interface spec, "Ed25519 hierarchical key derivation".
DerivedKey derive(const DerivedKey& parent, DerivationPath path);

/// RFC 8032, 5.1.6. A derived key has no seed whose hash could be the nonce's prefix: the prefix is
/// made from the secret and the chain code, so that signatures are deterministic.
Signature sign(const DerivedKey& key, Bytes message);
/// The same with any prefix.
Signature sign(const DerivedKey& key, Bytes prefix, Bytes message);

}  // namespace icvm::replica::ed25519
