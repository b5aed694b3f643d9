#pragma once

#include <algorithm>
#include <optional>

#include "replica/crypto/derived_key.hpp"
#include "replica/crypto/hmac.hpp"

namespace icvm::replica {

/// A group's part in generalised BIP32, not hardened (SLIP-10).
struct CurveOfKeys {
    /// SEC1, compressed.
    ByteVector (*public_key)(const Secret& secret);
    /// The sum modulo the order; nothing when the offset is not below it, or the sum is 0.
    std::optional<Secret> (*add)(const Secret& secret, Bytes offset);
};

inline DerivedKey derive_child(const CurveOfKeys& curve, const DerivedKey& parent, Bytes index) {
    ByteVector input = parent.public_key;
    while (true) {
        const Sha512 hash = hmac_sha512(parent.chain_code, {input, index});
        const Bytes left = Bytes(hash).first(32), right = Bytes(hash).last(32);
        if (const auto secret = curve.add(parent.secret, left)) {
            DerivedKey key{.secret = *secret, .public_key = curve.public_key(*secret)};
            std::ranges::copy(right, key.chain_code.begin());
            return key;
        }
        // Once in 2^32 indices on secp256r1; never seen on secp256k1.
        input.assign(1, 1);
        input.insert(input.end(), right.begin(), right.end());
    }
}

inline DerivedKey derive_along(const CurveOfKeys& curve, const DerivedKey& parent,
                               DerivationPath path) {
    DerivedKey key = parent;
    for (const ByteVector& index : path) key = derive_child(curve, key, index);
    return key;
}

}  // namespace icvm::replica
