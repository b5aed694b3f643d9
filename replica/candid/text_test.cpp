#include <catch2/catch.hpp>

#include "replica/candid/candid.hpp"
#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

namespace {

std::string repeated(std::string_view text, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; i++) out += text;
    return out;
}

std::string words(const ValueError& error) {
    return std::to_string(error.line) + ":" + std::to_string(error.column) + " " + error.message;
}

/// The text, encoded by itself, decoded, and printed.
std::string printed(const std::string& text, u32 width = 100) {
    const auto bytes = encode_arguments(text, nullptr, nullptr);
    if (!bytes) return words(bytes.error());
    const auto out = decode_reply(*bytes, nullptr, nullptr, width);
    return out ? *out : words(out.error());
}

/// The text, encoded and decoded at these argument types.
std::string at(const std::string& types, const std::string& text, u32 width = 100) {
    const auto service = parse_description("service : { m : " + types + " -> " + types + " }");
    if (!service)
        return words({service.error().line, service.error().column, service.error().message});
    const std::string method = "m";
    const auto bytes = encode_arguments(text, service->get(), &method);
    if (!bytes) return words(bytes.error());
    const auto out = decode_reply(*bytes, service->get(), &method, width);
    return out ? *out : words(out.error());
}

std::string json(const std::string& types, const std::string& text) {
    const auto service = parse_description("service : { m : " + types + " -> " + types + " }");
    const std::string method = "m";
    const auto bytes = encode_arguments(text, service->get(), &method);
    if (!bytes) return words(bytes.error());
    return *decode_reply_json(*bytes, service->get(), &method);
}

}  // namespace

TEST_CASE("values of every type come back as they are printed") {
    const std::pair<const char*, const char*> examples[] = {
        {"null", "null : null"},
        {"bool", "true"},
        {"bool", "false"},
        {"nat", "0 : nat"},
        {"nat", "340_282_366_920_938_463_463_374_607_431_768_211_456 : nat"},
        {"int", "-9_223_372_036_854_775_809 : int"},
        {"nat8", "255 : nat8"},
        {"nat16", "65_535 : nat16"},
        {"nat32", "4_294_967_295 : nat32"},
        {"nat64", "18_446_744_073_709_551_615 : nat64"},
        {"int8", "-128 : int8"},
        {"int16", "-32_768 : int16"},
        {"int32", "-2_147_483_648 : int32"},
        {"int64", "-9_223_372_036_854_775_808 : int64"},
        {"float32", "0.1 : float32"},
        {"float32", "-inf : float32"},
        {"float64", "0.1 : float64"},
        {"float64", "-0.0 : float64"},
        {"float64", "1e+100 : float64"},
        {"float64", "NaN : float64"},
        {"text", "\"\""},
        {"text", "\"a \\\"b\\\" \\\\ \\n\\r\\t 'c' \\u{7f} ä ☃ 🐂\""},
        {"reserved", "null : reserved"},
        {"principal", "principal \"aaaaa-aa\""},
        {"principal", "principal \"bkyz2-fmaaa-aaaaa-qaaaq-cai\""},
        {"opt nat8", "null"},
        {"opt nat8", "opt (1 : nat8)"},
        {"opt opt text", "opt opt \"x\""},
        {"opt opt text", "opt null"},
        {"opt null", "opt (null : null)"},
        {"opt reserved", "opt (null : reserved)"},
        {"blob", "blob \"\""},
        {"blob", "blob \"abc 123\""},
        {"blob", "blob \"\\00\\ff\\61\""},
        {"vec nat", "vec {}"},
        {"vec nat", "vec { 1 : nat; 2 : nat }"},
        {"vec blob", "vec { blob \"a\"; blob \"\" }"},
        {"vec vec null", "vec { vec { null : null; null : null }; vec {} }"},
        {"record {}", "record {}"},
        {"record { nat; text }", "record { 1 : nat; \"x\" }"},
        {"record { age : nat; name : text }", "record { age = 3 : nat; name = \"x\" }"},
        {"record { 1 : bool; 1_000_000 : bool }", "record { 1 = true; 1_000_000 = false }"},
        {"variant { a; b : nat }", "variant { a }"},
        {"variant { a; b : nat }", "variant { b = 5 : nat }"},
        {"variant { 0; 1_000 : text }", "variant { 1_000 = \"x\" }"},
        {"variant { \"opt\" : opt nat }", "variant { \"opt\" = null }"},
        {"func (nat) -> () query", "func \"aaaaa-aa\".raw_rand"},
        {"func () -> ()", "func \"2vxsx-fae\".\"a b\""},
        {"service { f : () -> () }", "service \"aaaaa-aa\""},
    };
    for (const auto& [type, value] : examples) {
        const std::string text = std::string("(") + value + ")";
        CHECK(at(std::string("(") + type + ")", text) == text);
        CHECK(at(std::string("(") + type + ")", value) == text);
    }
    CHECK(at("(record { \"a b\" : bool; \"vec\" : bool })",
             "record { \"vec\" = true; \"a b\" = false }") ==
          "(record { \"a b\" = false; \"vec\" = true })");
}

TEST_CASE("without types, text alone decides") {
    CHECK(printed("") == "()");
    CHECK(printed("()") == "()");
    CHECK(printed(" ( ) // nothing") == "()");
    CHECK(printed("5") == "(5 : int)");
    CHECK(printed("(-5, 1.5, \"x\", true, null)") ==
          "(-5 : int, 1.5 : float64, \"x\", true, null : null)");
    CHECK(printed("(1 : nat, 2 : nat8, 3 : float32)") == "(1 : nat, 2 : nat8, 3.0 : float32)");
    CHECK(printed("(((1 : nat8) : nat8),)") == "(1 : nat8)");
    CHECK(printed("vec { 1; (2 : nat) }") == "(vec { 1 : int; 2 : int })");
    CHECK(printed("vec { null; opt 5 }") == "(vec { null; opt (5 : int) })");
    CHECK(printed("vec { variant { a }; variant { b = 3 } }") ==
          "(vec { variant { 97 }; variant { 98 = 3 : int } })");
    CHECK(printed("vec { record { a = null }; record { a = opt \"x\" } }") ==
          "(vec { record { 97 = null }; record { 97 = opt \"x\" } })");
    CHECK(printed("vec { 1; \"x\" }") ==
          "1:10 the elements of a vec have one type: the ones before are int, this is text");
    CHECK(printed("record { 1; true }") == "(record { 1 : int; true })");
    CHECK(printed("record { 5 = 1; true }") == "(record { 5 = 1 : int; 6 = true })");
    CHECK(printed("(vec {} : vec nat8, opt 1 : opt nat)") == "(blob \"\", opt (1 : nat))");
    CHECK(printed("(principal \"aaaaa-aa\", service \"aaaaa-aa\", func \"aaaaa-aa\".f)") ==
          "(principal \"aaaaa-aa\", service \"aaaaa-aa\", func \"aaaaa-aa\".f)");
}

TEST_CASE("numbers are written in many ways") {
    CHECK(at("(nat)", "1_000_000") == "(1_000_000 : nat)");
    CHECK(at("(nat)", "0xff_ff") == "(65_535 : nat)");
    CHECK(at("(nat)", "+5") == "(5 : nat)");
    CHECK(at("(int)", "-0x10") == "(-16 : int)");
    CHECK(at("(int8)", "-128") == "(-128 : int8)");
    CHECK(at("(nat)", "-0") == "(0 : nat)");
    for (const char* five : {"5", "5.", "5.0", "0.5e1", "50E-1", "+5", "0x5", "0x5.0"})
        CHECK(at("(float64)", five) == "(5.0 : float64)");
    CHECK(at("(float32)", "0x1.8p3") == "(12.0 : float32)");
    CHECK(at("(float64)", ".5") == "(0.5 : float64)");
    CHECK(at("(float64)", "-inf") == "(-inf : float64)");
    CHECK(at("(float64)", "1e400") == "1:1 1e400 does not fit float64");
    CHECK(at("(float32)", "1e39") == "1:1 1e39 does not fit float32");
    CHECK(at("(nat)", "0x") == "1:1 no number");
    CHECK(at("(nat)", "0x_1") == "1:1 no number");
    CHECK(at("(nat)", "5x") == "1:1 no number");
    CHECK(at("(nat)", "1.5") == "1:1 expected nat, found 1.5");
}

TEST_CASE("what a method expects decides what text means") {
    CHECK(at("(nat8, nat, int, float64)", "(5, 5, 5, 5)") ==
          "(5 : nat8, 5 : nat, 5 : int, 5.0 : float64)");
    CHECK(at("(vec nat8)", "vec { 1; 2 }") == "(blob \"\\01\\02\")");
    CHECK(at("(record { a : nat; b : opt nat; c : null; d : reserved })", "record { a = 1 }") ==
          "(record { a = 1 : nat; b = null; c = null : null; d = null : reserved })");
    CHECK(at("(record { b : nat; a : nat })", "record { b = 1; a = 2 }") ==
          "(record { a = 2 : nat; b = 1 : nat })");
    CHECK(at("(record { a : nat })", "record { a = 1; whatever = 2 }") ==
          "(record { a = 1 : nat })");
    CHECK(at("(reserved)", "record { anything = vec { 1; \"x\" } }") == "(null : reserved)");
    CHECK(at("(int)", "(5 : nat)") == "(5 : int)");
    CHECK(at("(principal)", "service \"aaaaa-aa\"") == "(principal \"aaaaa-aa\")");
    CHECK(at("(nat, opt nat, null)", "(1)") == "(1 : nat, null, null : null)");
    CHECK(at("(opt nat)", "") == "(null)");
    CHECK(at("()", "") == "()");
}

TEST_CASE("what does not fit is refused with line and column") {
    CHECK(at("(nat8)", "\"x\"") == "1:1 expected nat8, found text");
    CHECK(at("(nat8)", "300") == "1:1 300 does not fit nat8");
    CHECK(at("(nat)", "-1") == "1:1 -1 does not fit nat");
    CHECK(at("(int8)", "128") == "1:1 128 does not fit int8");
    CHECK(at("(int64)", "9223372036854775808") == "1:1 9223372036854775808 does not fit int64");
    CHECK(at("(nat)", "(5 : nat8)") == "1:2 expected nat, found nat8");
    CHECK(at("(opt nat)", "5") == "1:1 expected opt nat, found 5 (write \"opt\" before it)");
    CHECK(at("(opt nat)", "(opt \"x\" : opt text)") == "1:2 expected nat, found text");
    CHECK(at("(text)", "(\n  5)") == "2:3 expected text, found 5");
    CHECK(at("(record { a : nat })", "record {}") ==
          "1:1 the field a is missing for record { a : nat }");
    CHECK(at("(variant { a; b })", "variant { c }") == "1:11 no tag c in variant { a; b }");
    CHECK(at("(variant { a : nat })", "variant { a }") == "1:11 expected nat, found null");
    CHECK(at("(empty)", "null") ==
          "1:1 expected empty, found null (no value is of the type empty)");
    CHECK(at("(service {})", "principal \"aaaaa-aa\"") ==
          "1:1 expected service {}, found principal");
    CHECK(at("(nat, text)", "(1)") == "1:4 too few arguments: (nat, text) takes 2, 1 given");
    CHECK(at("(nat)", "(1, 2, 3)") == "1:5 too many arguments: (nat) takes 1, 3 given");
    CHECK(at("()", "1") == "1:1 too many arguments: () takes 0, 1 given");
}

TEST_CASE("text that is no value is refused with line and column") {
    CHECK(printed("(") == "1:2 expected a value, found the end");
    CHECK(printed("(1") == "1:3 expected \",\" or \")\", found the end");
    CHECK(printed("1 2") == "1:3 expected the end, found \"2\"");
    CHECK(printed("(1, 2) 3") == "1:8 expected the end, found \"3\"");
    CHECK(printed("hello") == "1:1 expected a value, found \"hello\" (text stands in quotes)");
    CHECK(printed("\"abc") == "1:1 this text does not end");
    CHECK(printed("\"\\q\"") ==
          "1:2 no escape: \\n \\r \\t \\\\ \\\" \\' \\hh \\u{…} are the escapes");
    CHECK_THAT(printed("\"\\u{d800}\""), Catch::StartsWith("1:2 no escape"));
    CHECK_THAT(printed("\"\\u{110000}\""), Catch::StartsWith("1:2 no escape"));
    CHECK(printed("\"\\ff\"") == "1:1 this text is not UTF-8");
    CHECK(printed("\"\xFF\"") == "1:1 this text is not UTF-8");
    CHECK(printed("blob \"\\ff\"") == "(blob \"\\ff\")");
    CHECK(printed("vec { 1 2 }") == "1:9 expected \";\" or \"}\", found \"2\"");
    CHECK(printed("record { a = 1; a = 2 }") ==
          "1:17 two fields have the id 97 (a name's id is its hash)");
    CHECK(printed("record { 4294967295 = 1; 2 }") == "1:26 no field id is left for this");
    CHECK(printed("variant {}") == "1:10 expected a name, found \"}\"");
    CHECK(printed("variant { a; b }") == "1:14 expected \"}\", found \"b\"");
    CHECK(printed("principal \"aaaaa-ab\"") == "1:11 this is no principal");
    CHECK(printed("func \"aaaaa-aa\"") == "1:16 expected \".\", found the end");
    CHECK(printed("1 : Foo") == "1:5 this type has a name that is not defined");
    CHECK(printed("1 : record { nat; 0 : nat }") ==
          "1:19 two fields have the id 0 (a name's id is its hash)");
    CHECK(printed("1 /* comment") == "1:3 this comment does not end");
    CHECK(printed("- x") == "1:3 expected a value, found \"x\"");
    CHECK(printed(std::string("1\0", 2)) == "1:2 a character that means nothing here");
}

TEST_CASE("values nest only to a limit") {
    const u32 deep = value_depth_max - 1;
    const std::string deepest = repeated("opt ", deep) + "true";
    CHECK((printed(deepest, u32(deepest.size() + 2)) == "(" + deepest + ")"));
    for (const auto& [open, close] :
         {std::pair("opt ", ""), std::pair("vec { ", " }"), std::pair("record { ", " }"),
          std::pair("variant { a = ", " }"), std::pair("(", ")")}) {
        const std::string text = repeated(open, 100'000) + "true" + repeated(close, 100'000);
        CHECK_THAT(printed("(" + text + ")"), Catch::EndsWith("this value is nested too deeply"));
    }
}

TEST_CASE("a nat of a million digits is encoded, one of more digits is refused") {
    const std::string digits(1'000'000, '7');
    CHECK(encode_arguments(digits, nullptr, nullptr));
    CHECK_THAT(at("(nat8)", digits), Catch::EndsWith("… does not fit nat8"));
    CHECK(printed(digits + "7") ==
          "1:1 a number of more than 1000000 decimal digits: write it in hexadecimal");
    CHECK(encode_arguments("0x" + digits + "7", nullptr, nullptr));
}

TEST_CASE("long values are printed on several lines") {
    CHECK(printed("record { 1; 2 }", 10) == "(\n  record {\n    1 : int;\n    2 : int;\n  },\n)");
    CHECK(at("(record { name : text; tags : vec text }, nat)",
             "(record { name = \"abc\"; tags = vec { \"a\"; \"b\" } }, 5)", 30) ==
          "(\n  record {\n    name = \"abc\";\n    tags = vec { \"a\"; \"b\" };\n  },\n  5 : "
          "nat,\n)");
    CHECK(at("(opt variant { item : vec text })",
             "opt variant { item = vec { \"aaaa\"; \"bbbb\" } }", 20) ==
          "(\n  opt variant {\n    item = vec {\n      \"aaaa\";\n      \"bbbb\";\n    }\n  },\n)");
    CHECK(printed("opt 12345678", 8) == "(\n  opt (12_345_678 : int),\n)");
    CHECK(printed("vec { }", 1) == "(\n  vec {},\n)");
}

TEST_CASE("what would hide or reorder text on a terminal is printed as an escape") {
    CHECK(printed("\"\\u{1b}[31m \\u{202e} \\u{200b} \\u{feff}\"") ==
          "(\"\\u{1b}[31m \\u{202e} \\u{200b} \\u{feff}\")");
}

TEST_CASE("JSON is the same for the same value") {
    CHECK(json("()", "()") == "[]");
    CHECK(json("(nat, int, nat64, int64, nat32, int8)", "(1, -2, 3, -4, 5, -6)") ==
          R"(["1","-2","3","-4",5,-6])");
    CHECK(json("(float32, float64, float64)", "(1, NaN, -inf)") == R"([1.0,"NaN","-inf"])");
    CHECK(json("(text, bool, null, reserved)", R"(("a\"\\\n\u{1}🐂", true, null, 5))") ==
          R"(["a\"\\\n\u0001🐂",true,null,null])");
    CHECK(json("(opt nat8, opt nat8, opt opt nat8)", "(null, opt 1, opt null)") == "[[],[1],[[]]]");
    CHECK(json("(vec nat8, vec nat16)", "(blob \"a\\00\", vec { 1; 2 })") ==
          R"(["\\61\\00",[1,2]])");
    CHECK(json("(record { b : nat8; a : text }, record { nat8; nat8 })",
               "(record { a = \"x\"; b = 1 }, record { 1; 2 })") ==
          R"([{"a":"x","b":1},{"0":1,"1":2}])");
    CHECK(json("(variant { a; b : nat8 }, variant { a; b : nat8 })",
               "(variant { a }, variant { b = 1 })") == R"([{"a":null},{"b":1}])");
    CHECK(json("(principal, service {}, func () -> ())",
               "(principal \"aaaaa-aa\", service \"aaaaa-aa\", func \"aaaaa-aa\".f)") ==
          R"(["aaaaa-aa","aaaaa-aa",{"principal":"aaaaa-aa","method":"f"}])");
    CHECK(json("(text)", "\"\\u{e0041}\\u{202e}\"") == R"(["\udb40\udc41\u202e"])");
}

TEST_CASE("init arguments are those of the service's constructor") {
    const auto service = *parse_description("service : (nat8, opt text) -> {}");
    const auto bytes = encode_arguments("(5, opt \"x\")", service.get(), nullptr);
    REQUIRE(bytes);
    CHECK(*decode_reply(*bytes, service.get(), nullptr) == "(5 : nat8, opt \"x\")");
    CHECK(words(encode_arguments("", service.get(), nullptr).error()) ==
          "1:1 too few arguments: (nat8, opt text) takes 2, 0 given");
    const std::string method = "nope";
    CHECK(encode_arguments("()", service.get(), &method).error().message ==
          "the service's Candid has no method nope");
}

}  // namespace icvm::replica::candid
