#include "replica/crypto/hmac.hpp"

#include <sodium.h>

namespace icvm::replica {

Sha512 sha512(std::initializer_list<Bytes> parts) {
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    for (const Bytes part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
    Sha512 out;
    crypto_hash_sha512_final(&state, out.data());
    return out;
}

Sha512 hmac_sha512(Bytes key, std::initializer_list<Bytes> parts) {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, key.data(), key.size());
    for (const Bytes part : parts) crypto_auth_hmacsha512_update(&state, part.data(), part.size());
    Sha512 out;
    crypto_auth_hmacsha512_final(&state, out.data());
    return out;
}

Sha256 hmac_sha256(Bytes key, std::initializer_list<Bytes> parts) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    for (const Bytes part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
    Sha256 out;
    crypto_auth_hmacsha256_final(&state, out.data());
    return out;
}

}  // namespace icvm::replica
