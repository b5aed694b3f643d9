#include "replica/base/gzip.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

namespace {

/// "hello", of `printf hello | gzip -n`.
const ByteVector hello = {0x1F, 0x8B, 8,    0,    0,    0,    0,    0,    0, 3, 0xCB, 0x48, 0xCD,
                          0xC9, 0xC9, 0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0,    0};

}  // namespace

TEST_CASE("a gzip member gives its content") {
    CHECK(is_gzip(hello));
    const auto content = gunzip(hello, 5);
    REQUIRE(content);
    CHECK(text_of(*content) == "hello");
    CHECK_FALSE(is_gzip(*content));
}

TEST_CASE("content beyond the limit is refused, by its declaration or in truth") {
    CHECK(gunzip(hello, 4).error().too_large == 5);
    ByteVector modest = hello;
    modest[modest.size() - 4] = 1;
    CHECK(gunzip(modest, 4).error().too_large == 5);
}

TEST_CASE("every cut and every second member is an error") {
    for (size_t size = 0; size < hello.size(); size++)
        CHECK_FALSE(gunzip(Bytes(hello).first(size), 100));
    ByteVector two = hello;
    two.insert(two.end(), hello.begin(), hello.end());
    CHECK(gunzip(two, 100).error().reason ==
          "failed to decode compressed Wasm module: there is more after the gzip member");
}

}  // namespace icvm::replica
