#include <catch2/catch.hpp>

#include "replica/candid/candid.hpp"
#include "replica/candid/type_parser.hpp"

namespace icvm::replica::candid {

namespace {

std::string signature(const std::string& text, const std::string& method) {
    const auto service = parse_description(text);
    if (!service) return service.error().message;
    const auto found = find_method(**service, method);
    return found ? found->signature : "no method";
}

/// The signature of the type as an argument.
std::string type(const std::string& text) {
    return signature("service : { m : (" + text + ") -> () }", "m");
}

/// "line:column message"
std::string error(const std::string& text) {
    const auto service = parse_description(text);
    if (service) return "no error";
    return std::to_string(service.error().line) + ":" + std::to_string(service.error().column) +
           " " + service.error().message;
}

std::string repeated(std::string_view text, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; i++) out += text;
    return out;
}

}  // namespace

TEST_CASE("the init arguments are those of candid:args when the service names none") {
    const auto init = [](const std::string& service, const std::string& init) {
        return init_signature(**parse_description(service, init));
    };
    CHECK(init("service : {}", "(name : text)") == "(name : text)");
    CHECK(init("type T = nat; service : { m : (T) -> () }", "type T = nat;\n(T, opt T)") ==
          "(T, opt T)");
    CHECK(init("service : {}", "type U = record { next : opt U }; (U)") == "(U)");
    CHECK(init("service : (nat) -> {}", "(text)") == "(nat)");
    CHECK(init("service : {}", "(unknown)") == "()");
    CHECK(init("service : {}", "(text) text") == "()");
    CHECK(init("service : {}", "") == "()");
}

TEST_CASE("a counter's description says its methods in the order of the text") {
    const auto service = parse_description(R"(
        // The counter of the tutorial.
        service : {
            inc : () -> (nat);
            get : () -> (nat) query;
            add : (amount : nat) -> (nat);
            "all of it" : () -> (vec nat) composite_query;
            log : (text) -> () oneway;
        })");
    REQUIRE(service);
    const auto all = methods(**service);
    REQUIRE(all.size() == 5);
    CHECK(all[0].name == "inc");
    CHECK(all[0].kind == MethodKind::update);
    CHECK(all[1].name == "get");
    CHECK(all[1].kind == MethodKind::query);
    CHECK(all[1].signature == "() -> (nat) query");
    CHECK(all[2].signature == "(amount : nat) -> (nat)");
    CHECK(all[3].name == "all of it");
    CHECK(all[3].kind == MethodKind::composite_query);
    CHECK(all[4].kind == MethodKind::oneway);
    CHECK(init_signature(**service) == "()");
    CHECK(!find_method(**service, "dec"));
}

TEST_CASE("every type is read and printed") {
    for (const char* text : {"null",
                             "bool",
                             "nat",
                             "int",
                             "nat8",
                             "nat16",
                             "nat32",
                             "nat64",
                             "int8",
                             "int16",
                             "int32",
                             "int64",
                             "float32",
                             "float64",
                             "text",
                             "reserved",
                             "empty",
                             "principal",
                             "blob",
                             "opt nat",
                             "opt opt nat",
                             "vec text",
                             "vec vec bool",
                             "record {}",
                             "variant {}",
                             "record { nat; text }",
                             "record { 1 : nat }",
                             "record { a : nat; b : text }",
                             "record { \"a b\" : nat }",
                             "record { \"query\" : nat }",
                             "variant { a; b : nat }",
                             "variant { 0; 1 : null }",
                             "func () -> ()",
                             "func (nat) -> (text, int) query",
                             "func (x : nat) -> () oneway",
                             "service {}",
                             "service { b : () -> (); a : (nat) -> (nat) composite_query }"}) {
        const std::string expected =
            text == std::string("variant { 0; 1 : null }") ? "variant { 0; 1 }" : text;
        CHECK(type(text) == "(" + expected + ") -> ()");
    }
    CHECK(type("vec nat8") == "(blob) -> ()");
    CHECK(type("record { 0 : nat; 1 : text }") == "(record { nat; text }) -> ()");
    CHECK(type("record { nat; 5 : text; bool }") ==
          "(record { 0 : nat; 5 : text; 6 : bool }) -> ()");
    CHECK(type("record { 0x1_0 : nat; 1_000 : nat }") ==
          "(record { 16 : nat; 1_000 : nat }) -> ()");
    CHECK(type("record { b : nat; a : nat; }") == "(record { a : nat; b : nat }) -> ()");
}

TEST_CASE("definitions may be recursive and in any order") {
    const std::string text = R"(
        type List = opt Node;
        type Node = record { head : int; tail : List };
        type Handler = func (List) -> (Handler) query;
        type Api = service { handle : Handler; list : (Alias) -> (List) };
        type Alias = Other; type Other = List;
        service Name : (init : List, nat) -> Api;)";
    CHECK(signature(text, "handle") == "(List) -> (Handler) query");
    CHECK(signature(text, "list") == "(Alias) -> (List)");
    CHECK(init_signature(**parse_description(text)) == "(init : List, nat)");
}

TEST_CASE("a file of types alone, or of nothing, has no methods") {
    CHECK(methods(**parse_description("type A = nat")).empty());
    CHECK(methods(**parse_description("")).empty());
    CHECK(methods(**parse_description(" // nothing\n /* /* at */ all */ ")).empty());
    CHECK(methods(**parse_description("service : {}")).empty());
    CHECK(init_signature(**parse_description("service : (opt nat) -> {}")) == "(opt nat)");
}

TEST_CASE("what is wrong with a description is said with line and column") {
    CHECK(error("service : {\n  f : (nat) -> nat\n}") == "2:16 expected \"(\", found \"nat\"");
    CHECK(error("service : { f : (Foo) -> () }") == "1:18 the type Foo is not defined");
    CHECK(error("type A = B; type B = A;") == "1:6 the type A stands only for itself");
    CHECK(error("type A = nat; type A = int;") == "1:20 the type A is defined twice");
    CHECK(error("import \"other.did\"; service : {}") ==
          "1:1 imports are not supported: put all types into one file");
    CHECK(error("type R = record { a : nat; a : nat }") ==
          "1:28 two fields have the id 97 (a name's id is its hash)");
    CHECK(error("type R = record { 97 : nat; a : nat }") ==
          "1:29 two fields have the id 97 (a name's id is its hash)");
    CHECK(error("type R = record { 4294967295 : nat; nat }") ==
          "1:37 no field id is left for this");
    CHECK(error("type R = record { 4294967296 : nat }") ==
          "1:19 a field id must be less than 4_294_967_296");
    CHECK(error("type R = variant { nat8 : nat; nat8 }") ==
          "1:32 two fields have the id 1_224_702_007 (a name's id is its hash)");
    CHECK(error("service : { f : () -> (); f : () -> () }") ==
          "1:27 two methods have the name \"f\"");
    CHECK(error("type F = nat; service : { f : F }") == "1:31 F is no function type");
    CHECK(error("type F = nat; service : F") == "1:25 F is no service type");
    CHECK(error("service : { f : () -> (nat) oneway }") == "1:17 a oneway function has no results");
    CHECK(error("service : { f : (a : nat, a : nat) -> () }") ==
          "1:27 two arguments have this name");
    CHECK(error("type R = record { query : nat }") ==
          "1:19 \"query\" is a word of the grammar: as a name it stands in quotes");
    CHECK(error("service : {} service : {}") == "1:14 expected the end, found \"service\"");
    CHECK(error("/* /* */") == "1:1 this comment does not end");
    CHECK(error("type A = \"nat") == "1:10 this text does not end");
    CHECK(error("type A = record { \"\\ff\" : nat }") == "1:19 this text is not UTF-8");
    CHECK(error("type A = nat % 2") == "1:14 a character that means nothing here");
    CHECK(error("type Ä = nat") == "1:6 a character that means nothing here");
    CHECK(error("type /* ä */ A = /* ü */ %") == "1:26 a character that means nothing here");
}

TEST_CASE("types nest only to a limit, however they do") {
    CHECK(error("type A = " + repeated("opt ", type_depth_max - 1) + "nat") == "no error");
    for (const auto& [open, close] :
         {std::pair("opt ", ""), std::pair("record { ", " }"), std::pair("func (", ") -> ()"),
          std::pair("service { f : (", ") -> () }")}) {
        const std::string text =
            "type A = " + repeated(open, 100'000) + "nat" + repeated(close, 100'000);
        CHECK_THAT(error(text), Catch::EndsWith("this type is nested too deeply"));
    }
    CHECK(error(repeated("/*", 100'000)) == "1:1 this comment does not end");
}

TEST_CASE("a long chain of names is followed once") {
    std::string text;
    for (int i = 0; i < 20'000; i++)
        text += "type T" + std::to_string(i) + " = T" + std::to_string(i + 1) + ";\n";
    CHECK(signature(text + "type T20000 = nat; service : { f : (T0) -> () }", "f") == "(T0) -> ()");
    CHECK(error(text) == "20000:15 the type T20000 is not defined");
    CHECK_THAT(error(text + "type T20000 = T0;"), Catch::EndsWith("stands only for itself"));
}

}  // namespace icvm::replica::candid
