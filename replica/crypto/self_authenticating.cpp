#include <algorithm>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"

namespace icvm::replica {

Principal Principal::self_authenticating(Bytes der_public_key) {
    std::array<u8, bytes_max> bytes{};
    std::ranges::copy(sha224(der_public_key), bytes.begin());
    bytes.back() = 2;
    return *from_bytes(bytes);
}

}  // namespace icvm::replica
