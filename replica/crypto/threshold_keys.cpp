#include "replica/crypto/threshold_keys.hpp"

#include <algorithm>
#include <vector>

#include "replica/crypto/ed25519_key.hpp"
#include "replica/crypto/hmac.hpp"
#include "replica/crypto/secp256k1_key.hpp"
#include "replica/crypto/secp256r1_key.hpp"

namespace icvm::replica {

namespace {

constexpr std::string_view names[] = {"dfx_test_key", "test_key_1", "key_1"};

std::array<u8, 32> seed() {
    std::array<u8, 32> bytes;
    bytes.fill(42);
    return bytes;
}

std::array<u8, 32> ed25519_seed() {
    std::array<u8, 32> half;
    std::copy_n(sha512({seed()}).begin(), half.size(), half.begin());
    return half;
}

DerivedKey master_key(KeyKind kind) {
    switch (kind) {
        case KeyKind::ed25519: return ed25519::master_key(ed25519_seed());
        case KeyKind::ecdsa_secp256r1: return secp256r1::master_key(sha256(seed()));
        case KeyKind::ecdsa_secp256k1:
        case KeyKind::bip340_secp256k1: break;
    }
    return secp256k1::master_key(sha256(seed()));
}

DerivedKey derive(KeyKind kind, DerivedKey parent, DerivationPath path) {
    parent.chain_code = {};
    switch (kind) {
        case KeyKind::ed25519: return ed25519::derive(parent, path);
        case KeyKind::ecdsa_secp256r1: return secp256r1::derive(parent, path);
        case KeyKind::ecdsa_secp256k1:
        case KeyKind::bip340_secp256k1: break;
    }
    return secp256k1::derive(parent, path);
}

ByteVector copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

bool is_threshold_key(std::string_view name) {
    return std::ranges::find(names, name) != std::end(names);
}

std::optional<DerivedKey> derive_threshold_key(KeyKind kind, std::string_view name,
                                               const Principal& canister, DerivationPath path) {
    if (!is_threshold_key(name)) return std::nullopt;
    const ByteVector by_name[] = {copy(bytes_of(name))};
    std::vector<ByteVector> full{copy(canister.bytes())};
    full.insert(full.end(), path.begin(), path.end());
    return derive(kind, derive(kind, master_key(kind), by_name), full);
}

}  // namespace icvm::replica
