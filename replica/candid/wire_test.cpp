#include "replica/candid/wire.hpp"

#include <catch2/catch.hpp>

#include "replica/candid/subtype.hpp"

namespace icvm::replica::candid {

namespace {

/// "DIDL" and what is written in hexadecimal.
ByteVector message(std::string_view hex) {
    ByteVector bytes(4);
    std::copy_n("DIDL", 4, bytes.begin());
    const auto nibble = [](char c) { return u8(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string digits;
    for (const char c : hex)
        if (c != ' ') digits += c;
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(u8(nibble(digits[i]) << 4 | nibble(digits[i + 1])));
    return bytes;
}

std::string untyped(std::string_view hex) {
    const auto text = decode_reply(message(hex), nullptr, nullptr);
    return text ? *text : text.error().message;
}

/// What is read at these types.
std::string at(const std::string& types, std::string_view hex) {
    const auto service = parse_description(
        "type Opt = opt Opt; type Loop = record { Loop }; type Vec = vec Vec;"
        "type List = opt record { head : int; tail : List };"
        "service : { m : () -> " +
        types + " }");
    if (!service) return service.error().message;
    const std::string method = "m";
    const auto text = decode_reply(message(hex), service->get(), &method);
    return text ? *text : text.error().message;
}

/// t1 <: t2, seen by whether a func that returns t1 is one that returns t2.
bool is_subtype(const std::string& sub, const std::string& super) {
    const std::string types =
        "type List = opt record { nat; List }; type Loop = record { Loop }; type Empty = variant "
        "{ 0 : Empty }; type Service = service { m : () -> (Service) };";
    const auto from =
        parse_description(types + "service : { m : (func () -> (" + sub + ")) -> () }");
    const auto to =
        parse_description(types + "service : { m : () -> (opt func () -> (" + super + ")) }");
    REQUIRE(from);
    REQUIRE(to);
    const std::string method = "m";
    const auto bytes = encode_arguments("func \"aaaaa-aa\".f", from->get(), &method);
    REQUIRE(bytes);
    const std::string read = *decode_reply(*bytes, to->get(), &method);
    CHECK((read == "(null)" || read == "(opt func \"aaaaa-aa\".f)"));
    return read != "(null)";
}

}  // namespace

TEST_CASE("messages without a header, with leftovers, or cut short are refused") {
    CHECK(decode_reply({}, nullptr, nullptr).error().message ==
          "byte 0: Candid starts with DIDL, this does not");
    CHECK(!decode_reply(bytes_of("DADL"), nullptr, nullptr));
    CHECK(untyped("") == "byte 4: no LEB128 number of 64 bits");
    CHECK(untyped("00 00") == "()");
    CHECK(untyped("80 00 80 00") == "()");
    CHECK(untyped("00 00 00") == "byte 6: 1 bytes are left over");
    const ByteVector whole = message("01 6c 02 00 7c 01 71 01 00 2a 03 61 62 63");
    CHECK(decode_reply(whole, nullptr, nullptr) == "(record { 42 : int; \"abc\" })");
    for (size_t size = 0; size < whole.size(); size++)
        CHECK(!decode_reply(Bytes(whole).first(size), nullptr, nullptr));
}

TEST_CASE("primitive values are read") {
    CHECK(untyped("00 06 7f 7e 7d 7c 71 70 01 80 01 80 7f 03 e2 98 83") ==
          "(null : null, true, 128 : nat, -128 : int, \"☃\", null : reserved)");
    CHECK(untyped("00 04 7b 7a 79 78 ff feff fdffffff fcffffffffffffff") ==
          "(255 : nat8, 65_534 : nat16, 4_294_967_293 : nat32, "
          "18_446_744_073_709_551_612 : nat64)");
    CHECK(untyped("00 04 77 76 75 74 ff feff fdffffff fcffffffffffffff") ==
          "(-1 : int8, -2 : int16, -3 : int32, -4 : int64)");
    CHECK(untyped("00 02 73 72 0000003f 000000000000e0bf") == "(0.5 : float32, -0.5 : float64)");
    CHECK(untyped("00 01 68 01 03 caffee") == "(principal \"w7x7r-cok77-xa\")");
    CHECK(untyped("00 01 7e 02") == "byte 8: a bool is 0 or 1");
    CHECK(untyped("00 01 71 02 c328") == "byte 10: the text before this is not UTF-8");
    CHECK(untyped("00 01 6f") == "byte 7: a value of the type empty, which has none");
    CHECK(untyped("00 01 68 00") == "byte 8: the reference before this is opaque");
    CHECK(untyped("00 01 68 01 1e" + std::string(60, '0')) ==
          "byte 39: the principal before this has more than 29 bytes");
    CHECK(untyped("00 01 7d 80 80") == "byte 7: this nat does not end");
}

TEST_CASE("the type table is checked before it is used") {
    CHECK(untyped("01 6e 6f 00") == "()");
    CHECK(untyped("01 6e 00 00") == "()");
    CHECK(untyped("01 6e 01 00") == "byte 7: type 1 of 1");
    CHECK(untyped("01 00 00") == "byte 6: 0 is no composite type");
    CHECK(untyped("01 7f 00") == "byte 6: -1 is no composite type");
    CHECK(untyped("01 68 00") == "byte 6: -24 is no composite type");
    CHECK(untyped("00 01 6e") == "byte 7: -18 is no primitive type");
    CHECK(untyped("00 01 5e") == "byte 7: -34 is no primitive type");
    CHECK(untyped("00 01 00") == "byte 7: type 0 of 0");
    CHECK(untyped("01 6c 02 01 7c 00 7e 00") == "byte 10: field id 0 is not in order");
    CHECK(untyped("01 6c 02 00 7c 00 7e 00") == "byte 10: field id 0 is not in order");
    CHECK(untyped("01 6c 01 80 80 80 80 10 7c 00") ==
          "byte 12: field id 4294967296 is more than 32 bits");
    CHECK(untyped("01 6a 00 00 01 04 00") == "byte 10: unknown annotation 4");
    CHECK(untyped("02 69 01 01 61 01 6e 7e 00") ==
          "byte 12: in the types before this a method is no function");
    CHECK(untyped("01 69 01 01 61 68 00") == "byte 10: a method is no function");
    CHECK(untyped("02 69 02 01 62 01 01 61 01 6a 00 00 00 00") ==
          "byte 12: the method name before this is not in order");
    CHECK(untyped("02 69 02 01 61 01 01 61 01 6a 00 00 00 00") ==
          "byte 12: the method name before this is not in order");
    CHECK(untyped("01 69 01 02 c328 00 00") == "byte 10: the text before this is not UTF-8");
}

TEST_CASE("counts beyond the bytes that remain are refused at once") {
    CHECK(untyped("80 94 eb dc 03 00") == "byte 9: 1000000000 types, but only 1 bytes remain");
    CHECK(untyped("00 80 94 eb dc 03") == "byte 10: 1000000000 types, but only 0 bytes remain");
    CHECK(untyped("01 6c 80 94 eb dc 03 00 7f 00") ==
          "byte 11: 1000000000 fields, but only 3 bytes remain");
    CHECK(untyped("01 69 80 94 eb dc 03 00 7f 00") ==
          "byte 11: 1000000000 methods, but only 3 bytes remain");
    CHECK(untyped("01 6a 80 94 eb dc 03 00 00 00") ==
          "byte 11: 1000000000 types, but only 3 bytes remain");
    CHECK(untyped("00 01 71 80 94 eb dc 03 61") ==
          "byte 12: 1000000000 bytes are to follow, but only 1 remain");
    CHECK(untyped("01 6d 7e 01 00 80 94 eb dc 03 00 00") ==
          "byte 14: 1000000000 elements, but only 2 bytes remain");
    CHECK(untyped("01 6d 78 01 00 02 00 00 00 00 00 00 00 00") ==
          "byte 10: 2 elements, but only 8 bytes remain");
    CHECK(untyped("01 6d 7b 01 00 ff ff ff ff ff ff ff ff ff 01") ==
          "byte 19: 18446744073709551615 bytes are to follow, but only 0 remain");
    CHECK(untyped("01 67 80 94 eb dc 03 00") ==
          "byte 11: 1000000000 bytes are to follow, but only 1 remain");
}

TEST_CASE("values that take no bytes are counted") {
    CHECK(untyped("01 6d 7f 01 00 02") == "(vec { null : null; null : null })");
    // 2^60 nulls, 2^60 reserved, 2^60 empty records.
    const std::string_view huge = "80 80 80 80 80 80 80 80 10";
    const std::string refused =
        "byte 18: 1152921504606846976 elements are too many for a message of this size";
    CHECK(untyped("01 6d 7f 01 00" + std::string(huge)) == refused);
    CHECK(untyped("01 6d 70 01 00" + std::string(huge)) == refused);
    CHECK(at("(opt nat)", "01 6d 7f 01 00" + std::string(huge)) == refused);
    CHECK(at("()", "01 6d 7f 01 00" + std::string(huge)) == refused);
    CHECK_THAT(untyped("02 6d 01 6c 00 01 00" + std::string(huge)),
               Catch::EndsWith("too many for a message of this size"));
    // Many vecs of many nulls; and records that double 30 times.
    std::string vecs = "02 6d 01 6d 7f 01 00 04";
    for (int i = 0; i < 4; i++) vecs += "c0 84 3d";
    CHECK_THAT(untyped(vecs), Catch::EndsWith("too many for a message of this size"));
    std::string records = "1f 6c 02 00 7f 01 7f";
    for (int i = 0; i < 30; i++) {
        const std::string place{"0123456789abcdef"[i / 16], "0123456789abcdef"[i % 16]};
        records += "6c 02 00" + place + "01" + place;
    }
    CHECK_THAT(untyped(records + "01 1e"),
               Catch::EndsWith("too many values that take no bytes for a message of this size"));
}

TEST_CASE("large messages are read, whatever they hold") {
    // 300,000 tags without a value: two values a byte.
    ByteVector variants = message("02 6d 01 6b 02 00 7f 01 7f 01 00 e0 a7 12");
    variants.resize(variants.size() + 300'000, 1);
    const auto variants_read = decode(variants);
    REQUIRE(variants_read);
    CHECK(variants_read->values.size() == 600'001);
    const size_t count = 2'000'000;
    ByteVector blob = message("01 6d 7b 01 00 80 89 7a");
    blob.resize(blob.size() + count, 0xAB);
    CHECK(decode_reply(blob, nullptr, nullptr)->size() == 3 * count + 14);
    ByteVector nat = message("00 01 7d");
    nat.resize(nat.size() + count, 0xFF);
    nat.push_back(1);
    CHECK(decode_reply(nat, nullptr, nullptr)->starts_with("(\n  0x1ff"));
}

TEST_CASE("a small message does not become endless text at the types of a method") {
    // 2,000 empty records at a type that has one field with a long name.
    const std::string name(200'000, 'x');
    CHECK(at("(vec record { " + name + " : null })", "02 6d 01 6c 00 01 00 d0 0f") ==
          "this is more than 128 MiB of text");
}

TEST_CASE("endless types end at the nesting limit") {
    CHECK_THAT(untyped("01 6c 01 00 00 01 00"), Catch::EndsWith("nested too deeply"));
    CHECK_THAT(at("(Loop)", "01 6c 01 00 00 01 00"), Catch::EndsWith("nested too deeply"));
    CHECK(at("(Opt)", "00 01 7e 01") == "the value is nested too deeply");
    CHECK(at("(Opt)", "01 6e 00 01 00 01 01 00") == "(opt opt null)");
    std::string deep = "01 6e 00 01 00";
    for (int i = 0; i < 100'000; i++) deep += "01";
    CHECK_THAT(untyped(deep + "00"), Catch::EndsWith("nested too deeply"));
    CHECK(untyped("02 6b 02 00 71 01 01 6c 01 00 01 01 00 00 01 61") == "(variant { 0 = \"a\" })");
}

TEST_CASE("future types and their values are skipped") {
    CHECK(untyped("01 67 03 414243 02 00 7e 05 00 68656c6c6f 01") == "(null : reserved, true)");
    CHECK(at("(opt nat, bool)", "01 67 00 02 00 7e 00 00 01") == "(null, true)");
    CHECK(at("(reserved, bool)", "01 67 00 02 00 7e 00 00 01") == "(null : reserved, true)");
    CHECK(at("(nat)", "01 67 00 01 00 00 00") == "expected nat, found future");
    CHECK_THAT(untyped("01 67 00 01 00 05 00 00"), Catch::EndsWith("but only 1 remain"));
}

TEST_CASE("values are coerced to the type that is expected") {
    CHECK(at("(int)", "00 01 7d 7f") == "(127 : int)");
    CHECK(at("(nat)", "00 01 7c 05") == "expected nat, found int");
    CHECK(at("(reserved)", "00 01 71 01 61") == "(null : reserved)");
    CHECK(at("(opt bool)", "00 01 7e 01") == "(opt true)");
    CHECK(at("(opt opt bool)", "00 01 7e 01") == "(opt opt true)");
    CHECK(at("(opt nat)", "01 6e 7e 01 00 01 01") == "(null)");
    CHECK(at("(opt opt nat)", "02 6e 01 6e 7e 01 00 01 01 01") == "(opt null)");
    CHECK(at("(opt nat)", "00 01 70") == "(null)");
    CHECK(at("(opt nat)", "00 01 71 01 61") == "(null)");
    CHECK(at("(null)", "00 01 70") == "expected null, found reserved");
    CHECK(at("(vec int8)", "01 6d 7c 01 00 00") == "(vec {})");
    CHECK(at("(vec int8)", "01 6d 7c 01 00 01 05") == "expected int8, found int");
    CHECK(at("(blob)", "01 6d 7c 01 00 00") == "(blob \"\")");
    CHECK(at("(vec opt nat8)", "01 6d 7b 01 00 02 01 02") ==
          "(vec { opt (1 : nat8); opt (2 : nat8) })");
    CHECK(at("(vec nat16)", "01 6d 7b 01 00 00") == "(vec {})");
    CHECK(at("(vec opt nat)", "01 6d 7f 01 00 02") == "(vec { null; null })");
    CHECK(at("(Vec)", "01 6d 00 01 00 02 00 00") == "(vec { vec {}; vec {} })");
    CHECK(at("(record { 1 : bool })", "01 6c 02 00 7c 01 7e 01 00 2a 01") ==
          "(record { 1 = true })");
    CHECK(at("(record { 2 : opt int; 3 : null; 4 : reserved })", "01 6c 01 01 7c 01 00 2a") ==
          "(record { 2 = null; 3 = null : null; 4 = null : reserved })");
    CHECK(at("(record { 2 : int })", "01 6c 01 01 7c 01 00 2a") ==
          "the field 2 is missing for record { 2 : int }");
    CHECK(at("(record { foo : int; bar : bool })",
             "01 6c 02 d3 e3 aa 02 7e 86 8e b7 02 7c 01 00 01 2a") ==
          "(record { bar = true; foo = 42 : int })");
    CHECK(at("(variant { 0; 1; 2 })", "01 6b 02 00 7f 01 7f 01 00 01") == "(variant { 1 })");
    CHECK(at("(variant { 0 })", "01 6b 02 00 7f 01 7f 01 00 01") ==
          "the tag 1 is none of variant { 0 }");
    CHECK(at("(opt variant { 0 })", "01 6b 02 00 7f 01 7f 01 00 01") == "(null)");
    CHECK(untyped("01 6b 02 00 7f 01 7f 01 00 02") == "byte 14: tag 2 of a variant with 2");
    CHECK(at("(List)", "02 6e 01 6c 02 a0 d2 ac a8 04 7c 90 ed da e7 04 00 01 00 01 01 01 02 00") ==
          "(opt record { head = 1 : int; tail = opt record { head = 2 : int; tail = null } })");
    CHECK(at("(principal)", "01 69 00 01 00 01 00") == "(principal \"aaaaa-aa\")");
}

TEST_CASE("further arguments are dropped, missing ones read as null") {
    CHECK(at("()", "00 02 7d 7e 05 01") == "()");
    CHECK(at("(nat)", "00 02 7d 7e 05 01") == "(5 : nat)");
    CHECK(at("(nat, opt nat, null, reserved)", "00 01 7d 05") ==
          "(5 : nat, null, null : null, null : reserved)");
    CHECK(at("(nat, nat)", "00 01 7d 05") == "too few values: 2 expected, 1 found");
    // What is dropped must be well-formed all the same.
    CHECK(at("()", "00 01 7e 02") == "byte 8: a bool is 0 or 1");
    CHECK(at("(reserved)", "00 01 71 02 c328") == "byte 10: the text before this is not UTF-8");
}

TEST_CASE("references are received at supertypes only") {
    const std::string func = "01 6a 01 71 01 7d 00 01 00 01 01 03 caffee 03 666f6f";
    CHECK(untyped(func) == "(func \"w7x7r-cok77-xa\".foo)");
    CHECK(at("(func (text, opt text) -> ())", func) == "(func \"w7x7r-cok77-xa\".foo)");
    CHECK(at("(func (nat) -> (nat))", func) ==
          "expected func (nat) -> (nat), found func (text) -> (nat)");
    CHECK(at("(opt func (nat) -> (nat))", func) == "(null)");
    const std::string service = "02 6a 01 71 01 7d 00 69 01 03 666f6f 00 01 01 01 03 caffee";
    CHECK(at("(service {})", service) == "(service \"w7x7r-cok77-xa\")");
    CHECK(at("(service { foo : (text) -> (nat) })", service) == "(service \"w7x7r-cok77-xa\")");
    CHECK(at("(opt service { foo : (text) -> (nat) query })", service) == "(null)");
    CHECK(at("(opt service { bar : () -> () })", service) == "(null)");
}

TEST_CASE("subtypes are those of the specification") {
    for (const auto& [sub, super] : {
             std::pair("nat", "int"),
             {"empty", "nat"},
             {"nat", "reserved"},
             {"nat", "opt text"},
             {"opt nat", "opt text"},
             {"service { m : () -> () }", "principal"},
             {"vec nat", "vec int"},
             {"record { a : nat; b : nat }", "record { a : int }"},
             {"record {}", "record { a : opt nat; b : null; c : reserved }"},
             {"variant { a }", "variant { a; b }"},
             {"variant {}", "variant { a }"},
             {"func (int) -> (nat)", "func (nat, text) -> (int)"},
             {"func (opt nat) -> (nat, nat)", "func () -> (nat)"},
             {"func () -> ()", "func () -> (opt nat)"},
             {"service { a : () -> (); b : () -> () }", "service { b : () -> () }"},
             {"List", "opt record { nat; opt record { nat; List } }"},
             {"record { Loop }", "Loop"},
             {"Loop", "record { record { Loop } }"},
             {"Empty", "variant { 0 : Empty }"},
             {"Service", "service { m : () -> (service {}) }"},
         })
        CHECK(is_subtype(sub, super));
    for (const auto& [sub, super] : {
             std::pair("int", "nat"),
             {"nat", "nat8"},
             {"nat", "empty"},
             {"null", "nat"},
             {"reserved", "null"},
             {"principal", "service {}"},
             {"vec int", "vec nat"},
             {"record {}", "record { a : nat }"},
             {"variant { a; b }", "variant { a }"},
             {"variant { a : nat }", "variant { a : text }"},
             {"func (nat) -> ()", "func (int) -> ()"},
             {"func (nat) -> ()", "func () -> ()"},
             {"func () -> ()", "func () -> (nat)"},
             {"func () -> () query", "func () -> ()"},
             {"func () -> () query", "func () -> () composite_query"},
             {"service {}", "service { a : () -> () }"},
             {"Empty", "empty"},
             {"Loop", "record { a : nat }"},
         })
        CHECK(!is_subtype(sub, super));
}

TEST_CASE("one comparison of types does not spoil the next") {
    Types sub, super;
    const Field nat{.type = primitive(TypeKind::nat)}, text{.type = primitive(TypeKind::text)};
    const TypeIndex to_nat = sub.func({}, std::span(&nat, 1), 0);
    const TypeIndex at_text = super.func({}, std::span(&text, 1), 0);
    const TypeIndex at_nat = super.func({}, std::span(&nat, 1), 0);
    Subtyping subtyping(sub, super);
    for (int i = 0; i < 2; i++) {
        CHECK(subtyping.check(to_nat, at_text) == Subtype::no);
        CHECK(subtyping.check(to_nat, at_nat) == Subtype::yes);
    }
}

}  // namespace icvm::replica::candid
