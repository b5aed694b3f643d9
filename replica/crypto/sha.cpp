#include "replica/crypto/sha.hpp"

// The block functions themselves: the EVP interface would link all of libcrypto's algorithms in.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace icvm::replica {

Sha256 sha256(Bytes bytes) {
    Sha256 digest;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes.data(), bytes.size());
    SHA256_Final(digest.data(), &context);
    return digest;
}

Sha256 sha256_of(std::initializer_list<Bytes> pieces) {
    Sha256 digest;
    SHA256_CTX context;
    SHA256_Init(&context);
    for (const Bytes piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
    SHA256_Final(digest.data(), &context);
    return digest;
}

Sha224 sha224(Bytes bytes) {
    Sha224 digest;
    SHA256_CTX context;
    SHA224_Init(&context);
    SHA224_Update(&context, bytes.data(), bytes.size());
    SHA224_Final(digest.data(), &context);
    return digest;
}

}  // namespace icvm::replica
