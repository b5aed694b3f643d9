#include "replica/crypto/sha.hpp"

#include <fmt/ranges.h>

#include <catch2/catch.hpp>

#include "replica/base/principal.hpp"

namespace icvm::replica {

namespace {

std::string hex(Bytes bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

}  // namespace

TEST_CASE("SHA-256 and SHA-224 give the published digests") {
    CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256(bytes_of("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha224({})) == "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f");
    CHECK(hex(sha224(bytes_of("abc"))) ==
          "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
    CHECK(hex(sha256(bytes_of(std::string(1'000'000, 'a')))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a self-authenticating principal is the SHA-224 of the key and 02") {
    const Principal principal = Principal::self_authenticating(bytes_of("abc"));
    CHECK(hex(principal.bytes()) == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da702");
}

}  // namespace icvm::replica
