#include "replica/candid/native.hpp"

#include <catch2/catch.hpp>

#include "replica/candid/candid.hpp"

namespace icvm::replica::candid {

namespace {

enum class Colour : u8 { red, green };
constexpr auto tags(Colour) { return names("red", "green"); }

struct Span {
    u64 start = 0, end = 0;
    CANDID_RECORD(Span, start, end)
};

struct Choice {
    std::variant<Span, Reserved, u128> value;
    static constexpr auto candid_tags() { return names("by_span", "nothing", "amount"); }
};

struct Everything {
    Principal id;
    std::optional<u64> version;
    Bounded<Colour, 2> colours;
    std::vector<Choice> choices;
    ByteVector bytes;
    std::string text;
    bool flag = false;
    i32 small = 0;
    CANDID_RECORD(Everything, id, version, colours, choices, bytes, text, flag, small)
};

ByteVector bytes_of_text(std::string_view text) {
    const auto bytes = encode_arguments(text, nullptr, nullptr);
    if (!bytes) FAIL(bytes.error().message);
    return *bytes;
}

}  // namespace

TEST_CASE("a struct is read from a record with its fields, others ignored, options null") {
    const auto read = decode_as<Everything>(bytes_of_text(
        "(record { id = principal \"aaaaa-aa\"; colours = vec { variant { green } }; small = "
        "(-7 : int32); choices = vec { variant { by_span = record { end = 9 : nat64; start = 3 : "
        "nat64 } } }; bytes = blob \"ab\"; text = \"hi\"; flag = true; other = 5 })"));
    REQUIRE(read.has_value());
    CHECK(read->id == Principal());
    CHECK(!read->version);
    REQUIRE(read->colours.size() == 1);
    CHECK(read->colours[0] == Colour::green);
    CHECK(std::get<Span>(read->choices[0].value).start == 3);
    CHECK(std::get<Span>(read->choices[0].value).end == 9);
    CHECK(text_of(read->bytes) == "ab");
    CHECK(read->text == "hi");
    CHECK(read->flag);
    CHECK(read->small == -7);
}

TEST_CASE("a struct is written so that it is read back, and printed as a record") {
    Everything value;
    value.version = 5;
    value.colours = {Colour::green, Colour::red};
    value.choices = {{~u128(0)}, {Reserved()}};
    value.small = -1;
    const ByteVector bytes = encode_as(value);
    const auto read = decode_as<Everything>(bytes);
    REQUIRE(read.has_value());
    CHECK(read->version == 5);
    CHECK(read->colours[0] == Colour::green);
    CHECK((std::get<u128>(read->choices[0].value) == ~u128(0)));
    CHECK(read->choices[1].value.index() == 1);
    CHECK(read->small == -1);
    CHECK(*decode_reply(encode_as(Span{1, 2}), nullptr, nullptr) ==
          "(record { 5_047_259 = 2 : nat64; 2_215_343_202 = 1 : nat64 })");
}

TEST_CASE("what is no value of the type is refused with the reason") {
    const auto error = [](std::string_view text) {
        return decode_as<Bounded<u128, 1>>(bytes_of_text(text)).error();
    };
    CHECK(error("(vec { 1 : nat; 2 : nat })") ==
          "Fail to decode argument 0: Deserialize error: The number of elements exceeds maximum "
          "allowed 1");
    CHECK(error("(vec { 0x100000000000000000000000000000000 : nat })") ==
          "Fail to decode argument 0: Deserialize error: the nat "
          "340282366920938463463374607431768211456 is larger than 2^128-1");
    CHECK(error("(true)") ==
          "Fail to decode argument 0: Subtyping error: expected vec nat, found bool");
    CHECK(error("()") == "No more values on the wire");
    const u8 garbage[] = {1, 2, 3};
    CHECK(decode_as<u64>(garbage).error() ==
          "Cannot parse header 010203: binary parser error: io error");
}

}  // namespace icvm::replica::candid
