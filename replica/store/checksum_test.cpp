#include "replica/store/checksum.hpp"

#include <catch2/catch.hpp>

using namespace icvm;
using namespace icvm::replica;

TEST_CASE("the checksum is XXH64 with seed 0") {
    CHECK(checksum({}) == 0xEF46DB3751D8E999);
    CHECK(checksum(bytes_of("a")) == 0xD24EC4F1A98C6E5B);
    CHECK(checksum(bytes_of("abc")) == 0x44BC2CF5AD770999);
    CHECK(checksum(bytes_of("Nobody inspects the spammish repetition")) == 0xFBCEA83C8A378BF1);
}

TEST_CASE("every bit counts, at every length up to two stripes") {
    ByteVector bytes(64);
    for (size_t length = 1; length <= bytes.size(); length++) {
        const u64 before = checksum(Bytes(bytes).first(length));
        for (size_t bit = 0; bit < 8 * length; bit++) {
            bytes[bit / 8] ^= u8(1 << bit % 8);
            REQUIRE(checksum(Bytes(bytes).first(length)) != before);
            bytes[bit / 8] ^= u8(1 << bit % 8);
        }
    }
}
