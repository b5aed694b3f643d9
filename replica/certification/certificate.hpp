#pragma once

#include "replica/certification/state_tree.hpp"

namespace icvm::replica {

/// A point in G1.
using BlsSignature = std::array<u8, 48>;
/// Signs a root hash with the subnet's key (Interface spec, "Certificate").
using Signer = std::function<BlsSignature(const Sha256& root_hash)>;

/// Zeros: nobody has the private key of a local subnet.
BlsSignature no_signature(const Sha256& root_hash);

/// The certificate of what is at the paths, as CBOR; it always shows /time. There is no delegation:
/// the subnet's key is the root key.
Result<ByteVector, StorageError> certificate(StateTree& tree, const StateView& state,
                                             std::vector<LabelPath> paths, const Signer& signer);

/// What ic0.data_certificate_copy gives to a canister: the certificate of its certified data.
Result<ByteVector, StorageError> data_certificate(StateTree& tree, const StateView& state,
                                                  const Principal& canister, const Signer& signer);

}  // namespace icvm::replica
