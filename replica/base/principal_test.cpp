#include "replica/base/principal.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

TEST_CASE("a principal's text form is the published one") {
    const u8 example[] = {0xAB, 0xCD, 0x01};
    CHECK(Principal::from_bytes(example)->text() == "em77e-bvlzu-aq");
    CHECK(Principal().text() == "aaaaa-aa");
    CHECK(Principal::anonymous().text() == "2vxsx-fae");
    CHECK(Principal::canister(0).text() == "rwlgt-iiaaa-aaaaa-aaaaa-cai");
    CHECK(Principal::canister(2).text() == "ryjl3-tyaaa-aaaaa-aaaba-cai");
}

TEST_CASE("local canister ids start at bkyz2") {
    CHECK(Principal::canister(first_canister_index).text() == "bkyz2-fmaaa-aaaaa-qaaaq-cai");
    CHECK(Principal::canister(first_canister_index + 1).text() == "bd3sg-teaaa-aaaaa-qaaba-cai");
}

TEST_CASE("a principal of any length reads back from its text") {
    ByteVector bytes;
    for (size_t size = 0; size <= Principal::bytes_max; size++) {
        const auto principal = Principal::from_bytes(bytes);
        REQUIRE(principal);
        CHECK(Principal::from_text(principal->text()) == principal);
        bytes.push_back(u8(37 * size + 11));
    }
    CHECK(!Principal::from_bytes(bytes));
}

TEST_CASE("a principal's text is refused unless it is exact") {
    CHECK(Principal::from_text("2vxsx-fae"));
    for (const char* text :
         {"", "-", "2vxsx", "2vxsx-fa", "2vxsxfae", "2vxsx-fae-", "-2vxsx-fae", "2VXSX-FAE",
          "2vxsx-faf", "2vxsx-fAe", "2vxsx-fa=", "em77e-bvlzu-ar", "em77-ebvlzu-aq", "aaaaa-ab",
          "2vxsx--fae", "bkyz2-fmaaa-aaaaa-qaaaq-ca", "bkyz2-fmaaa-aaaaa-qaaaq-caj"}) {
        INFO(text);
        CHECK(!Principal::from_text(text));
    }
    CHECK(!Principal::from_text(std::string(10'000, 'a')));
    CHECK(!Principal::from_text(std::string_view("2vxsx-fae\0", 10)));
}

TEST_CASE("principals are ordered, and differ by length too") {
    const u8 zeros[] = {0, 0};
    CHECK(Principal() != *Principal::from_bytes(Bytes(zeros, 1)));
    CHECK(*Principal::from_bytes(Bytes(zeros, 1)) < *Principal::from_bytes(zeros));
    CHECK(Principal::canister(1) < Principal::canister(2));
}

}  // namespace icvm::replica
