#include "replica/crypto/threshold_keys.hpp"

#include <fmt/ranges.h>
#include <secp256k1_schnorrsig.h>
#include <sodium.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "replica/crypto/ed25519_key.hpp"
#include "replica/crypto/secp256k1_key.hpp"
#include "replica/crypto/secp256r1_key.hpp"
#include "replica/crypto/sha.hpp"

namespace icvm::replica {

namespace {

std::string hex(Bytes bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

Secret secret(std::string_view digits) {
    Secret bytes;
    for (size_t i = 0; i < bytes.size(); i++)
        bytes[i] = u8(std::stoi(std::string(digits.substr(2 * i, 2)), nullptr, 16));
    return bytes;
}

ByteVector bytes(std::string_view text) {
    const Bytes view = bytes_of(text);
    return {view.begin(), view.end()};
}

/// What a local test instance derives for this canister, as published by others.
std::string derived(KeyKind kind, std::string_view name, std::vector<ByteVector> path = {}) {
    const Principal canister = *Principal::from_text("uzt4z-lp777-77774-qaabq-cai");
    return hex(derive_threshold_key(kind, name, canister, path)->public_key);
}

/// The path of BIP32 that the vectors of SLIP-10 take: 2, 1000000000.
const std::vector<ByteVector> slip10_path{{0, 0, 0, 2}, {0x3b, 0x9a, 0xca, 0x00}};

/// By OpenSSL, which has its own arithmetic for both curves.
bool verifies_ecdsa(int curve, Bytes public_key, Bytes hash, Bytes signature) {
    EC_KEY* key = EC_KEY_new_by_curve_name(curve);
    EC_KEY_oct2key(key, public_key.data(), public_key.size(), nullptr);
    ECDSA_SIG* parts = ECDSA_SIG_new();
    ECDSA_SIG_set0(parts, BN_bin2bn(signature.data(), 32, nullptr),
                   BN_bin2bn(signature.data() + 32, 32, nullptr));
    const bool verified = ECDSA_do_verify(hash.data(), int(hash.size()), parts, key) == 1;
    ECDSA_SIG_free(parts);
    EC_KEY_free(key);
    return verified;
}

bool verifies_bip340(Bytes public_key, Bytes message, Bytes signature) {
    secp256k1_xonly_pubkey key;
    return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, public_key.data() + 1) &&
           secp256k1_schnorrsig_verify(secp256k1_context_static, signature.data(), message.data(),
                                       message.size(), &key);
}

DerivedKey some_key(KeyKind kind) {
    const std::vector<ByteVector> path{{}, bytes("second")};
    return *derive_threshold_key(kind, "key_1", Principal::canister(7), path);
}

}  // namespace

TEST_CASE("canisters' keys are those of other local instances") {
    using enum KeyKind;
    CHECK(derived(ecdsa_secp256k1, "key_1") ==
          "02b0b6acdac2848231bdf5946f4b8d53919e542453fc8a5e2f6ed86f1c10112dd1");
    CHECK(derived(ecdsa_secp256k1, "test_key_1") ==
          "03a92d76d67a715fa4c938abee3f87736106ffc3f86a8dd0ac86268d823f0cfada");
    CHECK(derived(ecdsa_secp256k1, "dfx_test_key") ==
          "036d7246f93e7921a1f909fb451a19dbf7efc7166aa95dd14b1e9d6a58b619a98c");
    CHECK(derived(bip340_secp256k1, "key_1",
                  {bytes("Test"), bytes("Derivation"), bytes("For"), bytes("Bip340secp256k1"),
                   bytes("key_1")}) ==
          "026bdb2db9f5bf4993db8f278820096f69a3a7ba9cecde62396c8f828f6aaebe2c");
    CHECK(derived(ed25519, "key_1") ==
          "f419977bb61ca6c95ae6ec5b58189ab82e2681f3dbc8fc5d09ce3c6f6103c107");
    CHECK(derived(ed25519, "test_key_1") ==
          "c4afcb035090ab7dcc6aae48ff7b7df1a3d1120a3d8cbdc37a8d280e5e36ea6a");
    CHECK(derived(ed25519, "dfx_test_key") ==
          "17eb4d719c3c27cdfd7505e38142de4cebea1fc64352aa8b7a41b3d9c6574915");
}

TEST_CASE("there is no key of another name") {
    CHECK(!derive_threshold_key(KeyKind::ed25519, "key_2", Principal(), {}));
    CHECK(!is_threshold_key(""));
}

TEST_CASE("derivation is that of SLIP-10 on both curves of secp256") {
    DerivedKey k1 = secp256k1::master_key(
        secret("cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca"));
    k1.chain_code = secret("04466b9cc8e161e966409ca52986c584f07e9dc81f735db683c3ff6ec7b1503f");
    CHECK(hex(secp256k1::derive(k1, slip10_path).chain_code) ==
          "c783e67b921d2beb8f6b389cc646d7263b4145701dadd2161548a8b078e65e9e");
    DerivedKey r1 = secp256r1::master_key(
        secret("694596e8a54f252c960eb771a3c41e7e32496d03b954aeb90f61635b8e092aa7"));
    r1.chain_code = secret("98c7514f562e64e74170cc3cf304ee1ce54d6b6da4f880f313e8204c2a185318");
    const DerivedKey child = secp256r1::derive(r1, slip10_path);
    CHECK(hex(child.chain_code) ==
          "b9b7b82d326bb9cb5b5b121066feea4eb93d5241103c9e7a18aad40f1dde8059");
    CHECK(hex(child.secret) == "21c4f269ef0a5fd1badf47eeacebeeaa3de22eb8e5b0adcd0f27dd99d34d0119");
    CHECK(hex(child.public_key) ==
          "02216cd26d31147f72427a453c443ed2cde8a1e53c9cc44e5ddf739725413fe3f4");
}

TEST_CASE("ECDSA signatures verify by the derived public key, and have a low s") {
    for (int i = 0; i < 8; i++) {
        const Sha256 hash = sha256(bytes("message " + std::to_string(i)));
        const DerivedKey k1 = some_key(KeyKind::ecdsa_secp256k1);
        const Signature k1_signature = secp256k1::sign_ecdsa(k1, hash);
        CHECK(verifies_ecdsa(NID_secp256k1, k1.public_key, hash, k1_signature));
        CHECK(k1_signature[32] < 0x80);
        const DerivedKey r1 = some_key(KeyKind::ecdsa_secp256r1);
        const Signature r1_signature = secp256r1::sign_ecdsa(r1, hash);
        CHECK(verifies_ecdsa(NID_X9_62_prime256v1, r1.public_key, hash, r1_signature));
        CHECK(r1_signature[32] < 0x80);
    }
}

TEST_CASE("ECDSA on secp256r1 takes the nonce of RFC 6979") {
    const DerivedKey key = secp256r1::master_key(
        secret("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
    CHECK(hex(secp256r1::sign_ecdsa(key, sha256(bytes("sample")))) ==
          "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
          "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9");
}

TEST_CASE("Schnorr signatures are those of BIP340, and of BIP341 with a root") {
    const DerivedKey three = secp256k1::master_key(
        secret("0000000000000000000000000000000000000000000000000000000000000003"));
    CHECK(hex(secp256k1::sign_bip340(three, ByteVector(32), {})) ==
          "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
          "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0");
    const DerivedKey key = some_key(KeyKind::bip340_secp256k1);
    for (const size_t size : {0, 1, 32, 100})
        CHECK(verifies_bip340(key.public_key, ByteVector(size, 9),
                              secp256k1::sign_bip340(key, ByteVector(size, 9), {})));

    const DerivedKey internal = secp256k1::master_key(
        secret("6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa"));
    const Secret hash = secret("2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555");
    CHECK(hex(secp256k1::sign_bip340(internal, hash, Bytes())) ==
          "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff1"
          "4d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c");
}

TEST_CASE("Ed25519 signatures are those of RFC 8032, and verify by the derived public key") {
    const Secret seed = secret("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const DerivedKey master = ed25519::master_key(seed);
    CHECK(hex(master.public_key) ==
          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    Signature hash;
    crypto_hash_sha512(hash.data(), seed.data(), seed.size());
    CHECK(hex(ed25519::sign(master, Bytes(hash).last(32), ByteVector{0x72})) ==
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

    const DerivedKey key = some_key(KeyKind::ed25519);
    for (const size_t size : {0, 1, 100}) {
        const ByteVector message(size, 7);
        const Signature signature = ed25519::sign(key, message);
        CHECK(crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                          key.public_key.data()) == 0);
    }
}

}  // namespace icvm::replica
