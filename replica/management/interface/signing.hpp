#pragma once

/// Threshold keys: ECDSA, Schnorr, vetKD.

#include "replica/candid/native.hpp"

namespace icvm::replica::management {

/// Longer ones would not fit into an extended key of BIP32.
constexpr size_t derivation_path_max = 255;
using Path = candid::Bounded<ByteVector, derivation_path_max>;

enum class EcdsaCurve : u8 { secp256k1, secp256r1 };
constexpr auto tags(EcdsaCurve) { return candid::names("secp256k1", "secp256r1"); }
enum class SchnorrAlgorithm : u8 { bip340secp256k1, ed25519 };
constexpr auto tags(SchnorrAlgorithm) { return candid::names("bip340secp256k1", "ed25519"); }
enum class VetKdCurve : u8 { bls12_381_g2 };
constexpr auto tags(VetKdCurve) { return candid::names("bls12_381_g2"); }

struct EcdsaKeyId {
    EcdsaCurve curve{};
    std::string name;
    CANDID_RECORD(EcdsaKeyId, curve, name)
};
struct SchnorrKeyId {
    SchnorrAlgorithm algorithm{};
    std::string name;
    CANDID_RECORD(SchnorrKeyId, algorithm, name)
};
struct VetKdKeyId {
    VetKdCurve curve{};
    std::string name;
    CANDID_RECORD(VetKdKeyId, curve, name)
};

struct EcdsaPublicKeyArguments {
    std::optional<Principal> canister_id;
    Path derivation_path;
    EcdsaKeyId key_id;
    CANDID_RECORD(EcdsaPublicKeyArguments, canister_id, derivation_path, key_id)
};
struct SchnorrPublicKeyArguments {
    std::optional<Principal> canister_id;
    Path derivation_path;
    SchnorrKeyId key_id;
    CANDID_RECORD(SchnorrPublicKeyArguments, canister_id, derivation_path, key_id)
};
struct PublicKeyResult {
    ByteVector public_key;
    ByteVector chain_code;
    CANDID_RECORD(PublicKeyResult, public_key, chain_code)
};

struct SignWithEcdsaArguments {
    ByteVector message_hash;
    Path derivation_path;
    EcdsaKeyId key_id;
    CANDID_RECORD(SignWithEcdsaArguments, message_hash, derivation_path, key_id)
};
struct TaprootTweak {
    ByteVector merkle_root_hash;
    CANDID_RECORD(TaprootTweak, merkle_root_hash)
};
struct SchnorrAux {
    std::variant<TaprootTweak> value;
    static constexpr auto candid_tags() { return candid::names("bip341"); }
};
struct SignWithSchnorrArguments {
    ByteVector message;
    Path derivation_path;
    SchnorrKeyId key_id;
    std::optional<SchnorrAux> aux;
    CANDID_RECORD(SignWithSchnorrArguments, message, derivation_path, key_id, aux)
};
struct SignatureResult {
    ByteVector signature;
    CANDID_RECORD(SignatureResult, signature)
};

struct VetKdPublicKeyArguments {
    std::optional<Principal> canister_id;
    ByteVector context;
    VetKdKeyId key_id;
    CANDID_RECORD(VetKdPublicKeyArguments, canister_id, context, key_id)
};
struct VetKdPublicKeyResult {
    ByteVector public_key;
    CANDID_RECORD(VetKdPublicKeyResult, public_key)
};
struct VetKdDeriveKeyArguments {
    ByteVector input;
    ByteVector context;
    ByteVector transport_public_key;
    VetKdKeyId key_id;
    CANDID_RECORD(VetKdDeriveKeyArguments, input, context, transport_public_key, key_id)
};
struct VetKdDeriveKeyResult {
    ByteVector encrypted_key;
    CANDID_RECORD(VetKdDeriveKeyResult, encrypted_key)
};

}  // namespace icvm::replica::management
