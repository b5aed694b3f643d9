#include "replica/crypto/request_id.hpp"

#include <catch2/catch.hpp>

#include "replica/codec/test_hex.hpp"

namespace icvm::replica {

namespace {

using test::from_hex, test::hex;

std::string hash_of(std::string_view digits) {
    const ByteVector bytes = from_hex(digits);
    return hex(representation_hash(*cbor::decode(bytes)));
}

std::string concatenated(std::initializer_list<std::string_view> digits) {
    std::string all;
    for (const std::string_view part : digits) all += part;
    return hex(sha256(from_hex(all)));
}

constexpr std::string_view hash_of_a =  // of the text
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
constexpr std::string_view hash_of_b =
    "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

}  // namespace

TEST_CASE("the specification's call has the specification's request id") {
    const ByteVector argument = from_hex("4449444c00fd2a");
    CallContent call{.sender = Principal::anonymous(),
                     .canister = *Principal::from_bytes(from_hex("00000000000004d2")),
                     .method = "hello",
                     .argument = argument,
                     .expiry_ns = 1'685'570'400'000'000'000};
    CHECK(hex(request_id(call)) ==
          "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
    call.nonce = bytes_of("");
    CHECK(hex(request_id(call)) !=
          "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
}

TEST_CASE("a request that was decoded has the same id, in whatever order its fields are") {
    // {"arg": …, "method_name": "hello", "canister_id": …, "request_type": "call"}
    CHECK(hash_of("a463617267474449444c00fd2a6b6d6574686f645f6e616d656568656c6c6f6b63616e69737465"
                  "725f69644800000000000004d26c726571756573745f747970656463616c6c") ==
          "8781291c347db32a9d8c10eb62b710fce5a93be676474c42babc74c51858f94b");
    CHECK(hash_of("a26161016162820203") == hash_of("a26162820203616101"));
}

TEST_CASE("texts and byte strings are hashed alike, numbers as LEB128") {
    CHECK(hash_of("6161") == hash_of_a);
    CHECK(hash_of("4161") == hash_of_a);
    CHECK(hash_of("1861") == hash_of_a);
    CHECK(hash_of("00") == hex(sha256(from_hex("00"))));
    CHECK(hash_of("1a000f4240") == hex(sha256(from_hex("c0843d"))));
}

TEST_CASE("arrays are hashed in their order, maps in that of the hashes of their names") {
    CHECK(hash_of("80") == hex(sha256({})));
    CHECK(hash_of("a0") == hex(sha256({})));
    CHECK(hash_of("8261616162") == concatenated({hash_of_a, hash_of_b}));
    CHECK(hash_of("8261626161") == concatenated({hash_of_b, hash_of_a}));
    CHECK(hash_of("a2616161616162a161616162") ==
          concatenated({hash_of_b, concatenated({hash_of_a, hash_of_b}), hash_of_a, hash_of_a}));
}

}  // namespace icvm::replica
