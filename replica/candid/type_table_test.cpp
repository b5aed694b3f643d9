#include <catch2/catch.hpp>

#include "replica/candid/candid.hpp"

namespace icvm::replica::candid {

namespace {

/// What stands between "DIDL" and the values, which are `value_bytes` long, in hexadecimal.
std::string table_of(const std::string& description, std::string_view arguments,
                     size_t value_bytes) {
    const auto service = parse_description(description);
    REQUIRE(service);
    const std::string method = "m";
    const auto bytes = encode_arguments(arguments, service->get(), &method);
    REQUIRE(bytes);
    std::string hex;
    for (const u8 byte : Bytes(*bytes).subspan(4, bytes->size() - 4 - value_bytes)) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

}  // namespace

TEST_CASE("types that are written alike have one entry") {
    // record { a : opt nat; b : opt nat }, with the ids 97 and 98
    CHECK(table_of("service : { m : (record { a : opt nat; b : opt nat }) -> () }",
                   "(record { a = null; b = null })", 2) ==
          "026c026101"
          "6201"
          "6e7d"
          "0100");
    CHECK(table_of("service : { m : (opt vec nat8, opt blob) -> () }", "(null, null)", 2) ==
          "026e016d7b020000");
}

TEST_CASE("types are written depth first, what contains them before them") {
    // The parts of a's vec come before b's.
    CHECK(table_of("service : { m : (record { a : vec opt nat; b : opt text }) -> () }",
                   "(record { a = vec {}; b = null })", 2) ==
          "046c02"
          "6101"
          "6203"
          "6d02"
          "6e7d"
          "6e71"
          "0100");
}

TEST_CASE("a name has an entry of its own") {
    // vec nat8 by two names and without one: three entries, as others write them.
    CHECK(table_of("type A = blob; type B = blob; service : { m : (A, B, blob, A) -> () }",
                   "(blob \"\", blob \"\", blob \"\", blob \"\")",
                   4) == "036d7b6d7b6d7b0400010200");
    CHECK(table_of("type N = nat; service : { m : (opt N, opt nat) -> () }", "(null, null)", 2) ==
          "026e7d6e7d020001");
}

TEST_CASE("a recursive type ends at its name") {
    CHECK(table_of("type List = opt record { head : nat; tail : List };"
                   "service : { m : (List) -> () }",
                   "(null)", 1) == "026e016c02a0d2aca8047d90eddae704000100");
}

TEST_CASE("functions and services are written by what tells them apart") {
    CHECK(table_of("service : { m : (opt func (nat) -> () query, opt func (nat) -> ()) -> () }",
                   "(null, null)", 2) == "046e016a017d0001016e036a017d0000020002");
    CHECK(table_of("service : { m : (opt service { f : () -> () }, opt service { g : () -> () })"
                   " -> () }",
                   "(null, null)", 2) ==
          "056e0169010166026a0000006e0469010167020200"
          "03");
}

}  // namespace icvm::replica::candid
