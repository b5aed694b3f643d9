/// Signatures by keys of the subnet (replica/crypto/threshold_keys.hpp).

#include "replica/crypto/ed25519_key.hpp"
#include "replica/crypto/secp256k1_key.hpp"
#include "replica/crypto/secp256r1_key.hpp"
#include "replica/crypto/threshold_keys.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

constexpr size_t hash_bytes = 32;

/// A key as mainnet names it.
struct KeyId {
    KeyKind kind{};
    std::string_view scheme, variant;
    const std::string& name;

    std::string text() const { return fmt::format("{}:{}:{}", scheme, variant, name); }
};

KeyId id_of(const EcdsaKeyId& id) {
    if (id.curve == EcdsaCurve::secp256k1)
        return {KeyKind::ecdsa_secp256k1, "ecdsa", "Secp256k1", id.name};
    return {KeyKind::ecdsa_secp256r1, "ecdsa", "Secp256r1", id.name};
}

KeyId id_of(const SchnorrKeyId& id) {
    if (id.algorithm == SchnorrAlgorithm::bip340secp256k1)
        return {KeyKind::bip340_secp256k1, "schnorr", "Bip340Secp256k1", id.name};
    return {KeyKind::ed25519, "schnorr", "Ed25519", id.name};
}

/// "bip340secp256k1": how errors name an algorithm.
std::string_view algorithm_text(SchnorrAlgorithm algorithm) {
    return algorithm == SchnorrAlgorithm::bip340secp256k1 ? "Bip340Secp256k1" : "Ed25519";
}

Result<void, Failure> require_key(const KeyId& id) {
    if (is_threshold_key(id.name)) return {};
    return refuse(ManagementRefusal::no_key, subnet_id().text(), id.text());
}

Result<PublicKeyResult, Failure> public_key(const ManagementContext& context, const KeyId& id,
                                            const std::optional<Principal>& canister,
                                            const Path& path) {
    TRY(require_key(id));
    const auto key =
        derive_threshold_key(id.kind, id.name, canister.value_or(context.caller), path);
    return PublicKeyResult{key->public_key, {key->chain_code.begin(), key->chain_code.end()}};
}

Result<void, Failure> take_fee(ManagementContext& context, std::string_view method) {
    const u128 fee = context.subnet.schedule().signature();
    if (context.cycles < fee)
        return refuse(ManagementRefusal::fee, method, cycles_text(context.cycles),
                      cycles_text(fee));
    context.cycles -= fee;
    context.subnet.change_record().cycles_gone += fee;
    return {};
}

SignatureResult told(const Signature& signature) { return {{signature.begin(), signature.end()}}; }

const ByteVector* taproot_root(const SignWithSchnorrArguments& given) {
    return given.aux ? &std::get<0>(given.aux->value).merkle_root_hash : nullptr;
}

Result<void, Failure> check_aux(const SignWithSchnorrArguments& given) {
    const ByteVector* root = taproot_root(given);
    if (!root) return {};
    const std::string_view algorithm = algorithm_text(given.key_id.algorithm);
    if (given.key_id.algorithm == SchnorrAlgorithm::ed25519)
        return refuse(ManagementRefusal::aux_unsupported, algorithm);
    if (!root->empty() && root->size() != hash_bytes)
        return refuse(ManagementRefusal::aux_invalid, algorithm);
    return {};
}

}  // namespace

ManagementResult<PublicKeyResult> ecdsa_public_key(ManagementContext& context,
                                                   const EcdsaPublicKeyArguments& given) {
    return TRY(public_key(context, id_of(given.key_id), given.canister_id, given.derivation_path));
}

ManagementResult<PublicKeyResult> schnorr_public_key(ManagementContext& context,
                                                     const SchnorrPublicKeyArguments& given) {
    return TRY(public_key(context, id_of(given.key_id), given.canister_id, given.derivation_path));
}

ManagementResult<SignatureResult> sign_with_ecdsa(ManagementContext& context,
                                                  const SignWithEcdsaArguments& given) {
    if (given.message_hash.size() != hash_bytes)
        return std::unexpected(failure_of(
            reject(ErrorCode::invalid_management_payload,
                   fmt::format("Error decoding candid: Fail to decode argument 0: Deserialize "
                               "error: the message_hash has {} bytes instead of {}",
                               given.message_hash.size(), hash_bytes))));
    const KeyId id = id_of(given.key_id);
    TRY(require_key(id));
    TRY(take_fee(context, "sign_with_ecdsa"));
    const auto key = derive_threshold_key(id.kind, id.name, context.caller, given.derivation_path);
    return told(id.kind == KeyKind::ecdsa_secp256k1
                    ? secp256k1::sign_ecdsa(*key, given.message_hash)
                    : secp256r1::sign_ecdsa(*key, given.message_hash));
}

ManagementResult<SignatureResult> sign_with_schnorr(ManagementContext& context,
                                                    const SignWithSchnorrArguments& given) {
    const KeyId id = id_of(given.key_id);
    TRY(require_key(id));
    TRY(check_aux(given));
    TRY(take_fee(context, "sign_with_schnorr"));
    const auto key = derive_threshold_key(id.kind, id.name, context.caller, given.derivation_path);
    if (id.kind == KeyKind::ed25519) return told(ed25519::sign(*key, given.message));
    const ByteVector* root = taproot_root(given);
    return told(secp256k1::sign_bip340(*key, given.message,
                                       root ? std::optional<Bytes>(*root) : std::nullopt));
}

// vetKD: this subnet holds no key.

ManagementResult<VetKdPublicKeyResult> vetkd_public_key(ManagementContext&,
                                                        const VetKdPublicKeyArguments& given) {
    return refuse(ManagementRefusal::no_key, subnet_id().text(),
                  "vetkd:Bls12_381_G2:" + given.key_id.name);
}

ManagementResult<VetKdDeriveKeyResult> vetkd_derive_key(ManagementContext&,
                                                        const VetKdDeriveKeyArguments& given) {
    return refuse(ManagementRefusal::no_key, subnet_id().text(),
                  "vetkd:Bls12_381_G2:" + given.key_id.name);
}

}  // namespace icvm::replica::management::methods
