#include "replica/codec/cbor.hpp"

#include <catch2/catch.hpp>

#include "replica/codec/test_hex.hpp"

namespace icvm::replica::cbor {

namespace {

using test::from_hex, test::hex;

/// In the notation of RFC 8949, 8.
std::string notation(const Value& value) {
    if (const auto* number = value.as<u64>()) return std::to_string(*number);
    if (const auto* bytes = value.as<Bytes>()) return "h'" + hex(*bytes) + "'";
    if (const auto* text = value.as<std::string_view>()) return '"' + std::string(*text) + '"';
    std::string all;
    if (const auto* array = value.as<Array>()) {
        for (const Value& element : *array) all += (all.empty() ? "" : ", ") + notation(element);
        return "[" + all + "]";
    }
    for (const Field& field : *value.as<Map>())
        all += (all.empty() ? "\"" : ", \"") + std::string(field.name) +
               "\": " + notation(field.value);
    return "{" + all + "}";
}

std::string read(std::string_view digits) {
    const ByteVector bytes = from_hex(digits);
    const auto value = decode(bytes);
    return value ? notation(*value)
                 : std::to_string(value.error().offset) + ": " + value.error().reason;
}

std::string rewritten(std::string_view digits) {
    const ByteVector bytes = from_hex(digits);
    Writer writer;
    writer.put(*decode(bytes));
    return hex(writer.take());
}

struct Example {
    std::string_view digits, notation;
};

/// RFC 8949, Appendix A: all of the types that are read here.
constexpr Example examples[] = {
    {"00", "0"},
    {"01", "1"},
    {"0a", "10"},
    {"17", "23"},
    {"1818", "24"},
    {"1819", "25"},
    {"1864", "100"},
    {"1903e8", "1000"},
    {"1a000f4240", "1000000"},
    {"1b000000e8d4a51000", "1000000000000"},
    {"1bffffffffffffffff", "18446744073709551615"},
    {"40", "h''"},
    {"4401020304", "h'01020304'"},
    {"60", "\"\""},
    {"6161", "\"a\""},
    {"6449455446", "\"IETF\""},
    {"62225c", "\"\"\\\""},
    {"62c3bc", "\"\xC3\xBC\""},
    {"63e6b0b4", "\"\xE6\xB0\xB4\""},
    {"64f0908591", "\"\xF0\x90\x85\x91\""},
    {"80", "[]"},
    {"83010203", "[1, 2, 3]"},
    {"8301820203820405", "[1, [2, 3], [4, 5]]"},
    {"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
     "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"},
    {"a0", "{}"},
    {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
    {"826161a161626163", "[\"a\", {\"b\": \"c\"}]"},
    {"a56161614161626142616361436164614461656145",
     "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}"},
};

}  // namespace

TEST_CASE("the examples of RFC 8949 are read, and written to the same bytes") {
    for (const Example& example : examples) {
        CHECK(read(example.digits) == example.notation);
        CHECK(rewritten(example.digits) == example.digits);
    }
}

TEST_CASE("an item may stand behind the tag that says that this is CBOR") {
    CHECK(read("d9d9f7a0") == "{}");
    CHECK(read("da0000d9f7a0") == "{}");
    CHECK(read("d9d9f7d9d9f7a0") == "3: tag 55799");
    CHECK(read("81d9d9f700") == "1: tag 55799");
    Writer writer;
    writer.put_self_described();
    writer.put_map(0);
    CHECK(hex(writer.take()) == "d9d9f7a0");
}

TEST_CASE("lengths and integers may be longer than needed") {
    CHECK(read("1800") == "0");
    CHECK(read("1b0000000000000001") == "1");
    CHECK(read("5900024142") == "h'4142'");
    CHECK(read("9a0000000101") == "[1]");
    CHECK(rewritten("9a0000000118ff") == "8118ff");
}

TEST_CASE("an integer of 64 bits may be a bignum, a greater one is refused") {
    CHECK(read("c240") == "0");
    CHECK(read("c243010000") == "65536");
    CHECK(read("c24900ffffffffffffffff") == "18446744073709551615");
    CHECK(read("c249010000000000000000") == "0: an integer of more than 64 bits");
    CHECK(read("c201") == "0: a bignum that is not a byte string");
}

TEST_CASE("what the Internet Computer has no use for is refused, with its place") {
    CHECK(read("8120") == "1: a negative integer");
    CHECK(read("f90000") == "0: a float or a simple value");
    CHECK(read("f6") == "0: a float or a simple value");
    CHECK(read("c11a514b67b0") == "0: tag 1");
    CHECK(read("9f01ff") == "0: an indefinite length");
    CHECK(read("5f42010243030405ff") == "0: an indefinite length");
    CHECK(read("a201020304") == "1: a key of a map that is not a text");
    CHECK(read("a2616101616102") == "0: a map with a key twice");
    CHECK(read("62c328") == "0: a text that is not UTF-8");
    CHECK(read("1c") == "0: a reserved initial byte");
}

TEST_CASE("bytes that end too early, or do not end, are refused") {
    CHECK(read("") == "0: the bytes end before an item");
    CHECK(read("d9d9f7") == "3: the bytes end before an item");
    CHECK(read("19ff") == "0: the bytes end within an item's head");
    CHECK(read("8201") == "2: the bytes end before an item");
    CHECK(read("a16161") == "3: the bytes end before an item");
    CHECK(read("44010203") == "0: a string of 4 bytes, but only 3 follow");
    CHECK(read("5bffffffffffffffff00") ==
          "0: a string of 18446744073709551615 bytes, but only 1 follow");
    CHECK(read("9bffffffffffffffff00") == "10: the bytes end before an item");
    CHECK(read("0000") == "1: bytes follow the item");
}

TEST_CASE("items nest as deep as depth_max, and no deeper") {
    const auto nested = [](unsigned depth) {
        ByteVector bytes(depth, 0x81);
        bytes.push_back(0);
        return bytes;
    };
    CHECK(decode(nested(depth_max)));
    REQUIRE(!decode(nested(depth_max + 1)));
    CHECK(decode(nested(1'000'000)).error().reason == "more than 128 items in another");
}

TEST_CASE("a field of a map is found by its name") {
    const ByteVector bytes = from_hex("a26161016162820203");
    const auto value = decode(bytes);
    const Map& map = *value->as<Map>();
    CHECK(*find(map, "a")->as<u64>() == 1);
    CHECK(find(map, "b")->as<Array>()->size() == 2);
    CHECK(find(map, "b")->as<Map>() == nullptr);
    CHECK(find(map, "c") == nullptr);
}

}  // namespace icvm::replica::cbor
