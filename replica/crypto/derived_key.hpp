#pragma once

/// A secret key, its public key, and the chain code with which children are derived.

#include <array>
#include <span>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

using Secret = std::array<u8, 32>;     ///< a scalar below the group's order; big-endian on secp256
using ChainCode = std::array<u8, 32>;  ///< of a master key: zeroes
using Signature = std::array<u8, 64>;
/// A child's index may be any bytes (ia.cr/2021/1330, Appendix D).
using DerivationPath = std::span<const ByteVector>;

struct DerivedKey {
    Secret secret{};
    ByteVector
        public_key{};  ///< SEC1, compressed: 33 bytes; of Ed25519 as RFC 8032 has it: 32 bytes
    ChainCode chain_code{};
};

}  // namespace icvm::replica
