#pragma once

#include <initializer_list>

#include "replica/crypto/sha.hpp"

namespace icvm::replica {

using Sha512 = std::array<u8, 64>;

/// FIPS 180-4, of the parts one after the other.
Sha512 sha512(std::initializer_list<Bytes> parts);
/// RFC 2104, of the parts one after the other.
Sha512 hmac_sha512(Bytes key, std::initializer_list<Bytes> parts);
Sha256 hmac_sha256(Bytes key, std::initializer_list<Bytes> parts);

}  // namespace icvm::replica
