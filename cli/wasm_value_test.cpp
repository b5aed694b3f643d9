#include "cli/wasm_value.hpp"

#include <catch2/catch.hpp>

using namespace icvm;
using namespace icvm::cli;
namespace types = icvm::vm::types;

namespace {

u64 bits(std::string_view text, vm::ValueType type) {
    const auto value = parse_value(text, type);
    REQUIRE(value.has_value());
    return value->bits;
}

std::string echo(std::string_view text, vm::ValueType type) {
    const auto value = parse_value(text, type);
    return value ? print_value(*value) : "error: " + value.error();
}

}  // namespace

TEST_CASE("an integer argument may be signed, unsigned, hexadecimal or grouped") {
    CHECK(bits("7", types::i32) == 7);
    CHECK(bits("-1", types::i32) == 0xFFFFFFFF);
    CHECK(bits("4294967295", types::i32) == 0xFFFFFFFF);
    CHECK(bits("-0x80000000", types::i32) == 0x80000000);
    CHECK(bits("1_000_000", types::i64) == 1'000'000);
    CHECK(bits("0xFFFFFFFFFFFFFFFF", types::i64) == ~u64(0));
    CHECK(bits("-9223372036854775808", types::i64) == u64(1) << 63);
}

TEST_CASE("an integer argument that does not fit its type is refused") {
    CHECK(echo("4294967296", types::i32) == "error: `4294967296` does not fit an i32");
    CHECK(echo("-2147483649", types::i32) == "error: `-2147483649` does not fit an i32");
    CHECK(echo("18446744073709551616", types::i64) == "error: `18446744073709551616` is no i64");
    for (const char* text : {"", "-", "0x", "1.5", "ten", "1 ", "--1"})
        CHECK_FALSE(parse_value(text, types::i32).has_value());
}

TEST_CASE("a float argument may be decimal, hexadecimal, infinite or no number") {
    CHECK(echo("1.5", types::f32) == "1.5");
    CHECK(echo("-0x1.8p3", types::f64) == "-12");
    CHECK(echo("0.1", types::f64) == "0.1");
    CHECK(echo("-inf", types::f64) == "-inf");
    CHECK(echo("nan", types::f32) == "nan");
    CHECK(bits("nan", types::f32) == 0x7FC00000);
    CHECK(bits("-0", types::f64) == u64(1) << 63);
    for (const char* text : {"", "-", "--1", "1.5x", "x"})
        CHECK_FALSE(parse_value(text, types::f64).has_value());
}

TEST_CASE("results print as they can be read again") {
    CHECK(print_value(vm::Value::i32(0xFFFFFFFF)) == "-1");
    CHECK(print_value(vm::Value::i64(u64(1) << 63)) == "-9223372036854775808");
    CHECK(print_value({types::v128, 1, 2}) == "0x00000000000000020000000000000001");
    CHECK(print_value({types::externref, 0}) == "null");
    CHECK(echo("null", types::funcref) == "null");
    CHECK_FALSE(parse_value("1", types::externref).has_value());
}

TEST_CASE("a vector argument is hexadecimal, or given by its lanes") {
    CHECK(echo("0x1", types::v128) == "0x00000000000000000000000000000001");
    CHECK(echo("i32x4:1,2,3,-1", types::v128) == "0xffffffff000000030000000200000001");
    CHECK(echo("i8x16:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,255", types::v128) ==
          "0xff0e0d0c0b0a09080706050403020100");
    CHECK(echo("f64x2:1,-0", types::v128) == "0x80000000000000003ff0000000000000");
    CHECK(echo("i64x2:1", types::v128) == "error: too few lanes for i64x2");
    CHECK(echo("i64x2:1,2,3", types::v128) == "error: too many lanes for i64x2");
    CHECK(echo("i16x8:1,65536,0,0,0,0,0,0", types::v128) == "error: `65536` does not fit an i16");
    for (const char* text :
         {"", "0x", "1", "i32x4:", "i32x4:1,,2,3", "0x1ffffffffffffffffffffffffffffffff"})
        CHECK_FALSE(parse_value(text, types::v128).has_value());
}

TEST_CASE("references are null, small integers or values of the host; results say what they are") {
    const auto i31 = vm::ValueType::reference(vm::heap_types::i31, false);
    CHECK(echo("i31:5", types::anyref) == "i31:5");
    CHECK(echo("i31:-1", i31) == "i31:-1");
    CHECK(echo("extern:7", types::externref) == "extern:7");
    CHECK(echo("null", i31) == "error: (ref i31) cannot be null");
    CHECK(echo("5", i31) == "error: `5` is no (ref i31): i31:5");
    CHECK(echo("f", types::funcref) == "error: `f` is no funcref: null");
    CHECK(print_value({types::funcref, 64}) == "func");
    CHECK(print_value({types::exnref, 64}) == "exn");
}
