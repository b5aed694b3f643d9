#include "replica/crypto/ed25519_key.hpp"

#include <sodium.h>

#include <algorithm>

#include "replica/crypto/hmac.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::ed25519 {

namespace {

/// Of a number of 64 bytes, least significant first.
Secret reduced(const Sha512& number) {
    Secret scalar;
    crypto_core_ed25519_scalar_reduce(scalar.data(), number.data());
    return scalar;
}

ByteVector public_key(const Secret& secret) {
    ByteVector point(32);
    CHECK(crypto_scalarmult_ed25519_base_noclamp(point.data(), secret.data()) == 0);
    return point;
}

DerivedKey child(const DerivedKey& parent, Bytes index) {
    // HKDF (RFC 5869): extract, then expand to 96 bytes.
    constexpr u8 first[] = {1}, second[] = {2};
    const Bytes info = bytes_of("Ed25519");
    const Sha512 extracted = hmac_sha512(parent.chain_code, {parent.public_key, index});
    Sha512 tweak = hmac_sha512(extracted, {info, first});
    const Sha512 rest = hmac_sha512(extracted, {tweak, info, second});
    std::ranges::reverse(tweak);

    DerivedKey key;
    const Secret offset = reduced(tweak);
    crypto_core_ed25519_scalar_add(key.secret.data(), parent.secret.data(), offset.data());
    key.public_key = public_key(key.secret);
    std::copy_n(rest.begin(), key.chain_code.size(), key.chain_code.begin());
    return key;
}

}  // namespace

DerivedKey master_key(const std::array<u8, 32>& seed) {
    Sha512 hash = sha512({seed});
    std::fill(hash.begin() + 32, hash.end(), 0);
    hash[0] &= 0xf8;
    hash[31] = (hash[31] & 0x7f) | 0x40;
    DerivedKey key{.secret = reduced(hash)};
    key.public_key = public_key(key.secret);
    return key;
}

DerivedKey derive(const DerivedKey& parent, DerivationPath path) {
    DerivedKey key = parent;
    for (const ByteVector& index : path) key = child(key, index);
    return key;
}

Signature sign(const DerivedKey& key, Bytes message) {
    const Sha512 hash = sha512({key.secret, key.chain_code});
    return sign(key, Bytes(hash).first(32), message);
}

Signature sign(const DerivedKey& key, Bytes prefix, Bytes message) {
    const Secret nonce = reduced(sha512({prefix, message}));
    const ByteVector point = public_key(nonce);
    const Secret challenge = reduced(sha512({point, key.public_key, message}));
    Secret scalar;
    crypto_core_ed25519_scalar_mul(scalar.data(), challenge.data(), key.secret.data());
    crypto_core_ed25519_scalar_add(scalar.data(), scalar.data(), nonce.data());
    Signature signature;
    std::ranges::copy(point, signature.begin());
    std::ranges::copy(scalar, signature.begin() + 32);
    return signature;
}

}  // namespace icvm::replica::ed25519
