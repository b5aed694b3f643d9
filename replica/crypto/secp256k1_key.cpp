#include "replica/crypto/secp256k1_key.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "replica/crypto/key_derivation.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::secp256k1 {

namespace {

const secp256k1_context* context() {
    static const secp256k1_context* const made =
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    return made;
}

ByteVector public_key(const Secret& secret) {
    secp256k1_pubkey key;
    CHECK(secp256k1_ec_pubkey_create(context(), &key, secret.data()));
    ByteVector bytes(33);
    size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    return bytes;
}

std::optional<Secret> add(const Secret& secret, Bytes offset) {
    Secret sum = secret;
    if (!secp256k1_ec_seckey_tweak_add(context(), sum.data(), offset.data())) return std::nullopt;
    return sum;
}

constexpr CurveOfKeys curve{.public_key = public_key, .add = add};

/// BIP341, taproot_tweak_seckey.
void tweak(secp256k1_keypair& pair, Bytes root) {
    secp256k1_xonly_pubkey key;
    CHECK(secp256k1_keypair_xonly_pub(context(), &key, nullptr, &pair));
    ByteVector tweaked(32);
    secp256k1_xonly_pubkey_serialize(context(), tweaked.data(), &key);
    tweaked.insert(tweaked.end(), root.begin(), root.end());
    Sha256 by;
    constexpr std::string_view tag = "TapTweak";
    CHECK(secp256k1_tagged_sha256(context(), by.data(), bytes_of(tag).data(), tag.size(),
                                  tweaked.data(), tweaked.size()));
    CHECK(secp256k1_keypair_xonly_tweak_add(context(), &pair, by.data()));
}

}  // namespace

DerivedKey master_key(const Secret& secret) {
    return {.secret = secret, .public_key = public_key(secret)};
}

DerivedKey derive(const DerivedKey& parent, DerivationPath path) {
    return derive_along(curve, parent, path);
}

Signature sign_ecdsa(const DerivedKey& key, Bytes hash) {
    CHECK(hash.size() == 32);
    secp256k1_ecdsa_signature made;
    CHECK(secp256k1_ecdsa_sign(context(), &made, hash.data(), key.secret.data(), nullptr, nullptr));
    Signature signature;
    secp256k1_ecdsa_signature_serialize_compact(context(), signature.data(), &made);
    return signature;
}

Signature sign_bip340(const DerivedKey& key, Bytes message, std::optional<Bytes> taproot_root) {
    secp256k1_keypair pair;
    CHECK(secp256k1_keypair_create(context(), &pair, key.secret.data()));
    if (taproot_root) tweak(pair, *taproot_root);
    Signature signature;
    CHECK(secp256k1_schnorrsig_sign_custom(context(), signature.data(), message.data(),
                                           message.size(), &pair, nullptr));
    return signature;
}

}  // namespace icvm::replica::secp256k1
