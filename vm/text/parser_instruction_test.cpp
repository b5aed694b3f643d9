#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/text/test_parse.hpp"

/// Instructions, to the byte.

namespace icvm::vm {
namespace {

const std::string_view surroundings = R"(
    (type $v (func)) (type $i (func (param i32) (result i32)))
    (type $s (struct (field $x i32) (field $y (mut i64)))) (type $a (array (mut i8)))
    (table $t0 1 funcref) (table $t1 1 funcref) (memory $m0 1) (memory $m1 1)
    (global $g (mut i32) (i32.const 0)) (tag $e) (elem $e0 func) (elem $e1 func)
    (data $d0 "") (data $d1 "") (func $f))";

/// The body of a function with two locals of type i32, $p and $q, without the final end.
ByteVector code(std::string_view instructions) {
    const std::string text = std::string(surroundings) + "(func (param $p i32) (param $q i32) " +
                             std::string(instructions) + ")";
    const auto parsed = parse_module(text);
    INFO(instructions << (parsed ? "" : "\n" + parsed.error().reason));
    REQUIRE(parsed.has_value());
    const auto module = decode_module(parsed->bytes);
    INFO((module ? "" : module.error().reason));
    REQUIRE(module.has_value());
    const ByteRange body = module->functions[1].body;
    const auto begin = module->bytes.begin() + body.offset;
    return {begin + 1, begin + body.size - 1};
}

TEST_CASE("A folded instruction stands behind its operands") {
    CHECK(code("(i32.add (local.get $p) (i32.mul (local.get 1) (i32.const -1)))") ==
          ByteVector{0x20, 0, 0x20, 1, 0x41, 0x7F, 0x6C, 0x6A});
    CHECK(code("local.get $q (drop) (nop) nop") == ByteVector{0x20, 1, 0x1A, 0x01, 0x01});
    CHECK(code("(drop (block (result i32) i32.const 1 (i32.eqz)))") ==
          ByteVector{0x02, 0x7F, 0x41, 1, 0x45, 0x0B, 0x1A});
}

TEST_CASE("The condition of a folded if is outside of it") {
    CHECK(code("(block $l (if $l (br_if $l (i32.const 1)) (i32.const 2) (then (br $l)) (else)))") ==
          ByteVector{0x02, 0x40, 0x41, 1, 0x0D, 0, 0x41, 2, 0x04, 0x40, 0x0C, 0, 0x05, 0x0B, 0x0B});
    CHECK(code("(if (result i32) (i32.const 1) (then i32.const 2) (else i32.const 3)) drop") ==
          ByteVector{0x41, 1, 0x04, 0x7F, 0x41, 2, 0x05, 0x41, 3, 0x0B, 0x1A});
    CHECK(code("i32.const 1 if $x br $x else $x br 0 end $x") ==
          ByteVector{0x41, 1, 0x04, 0x40, 0x0C, 0, 0x05, 0x0C, 0, 0x0B});
}

TEST_CASE("An inner label hides an outer one, and is gone behind its end") {
    CHECK(code("(block $l (loop $l (br $l)) (br $l) (block (br $l)))") ==
          ByteVector{0x02, 0x40, 0x03, 0x40, 0x0C, 0, 0x0B, 0x0C, 0, 0x02, 0x40, 0x0C, 1, 0x0B,
                     0x0B});
    CHECK(code("block $a block $b i32.const 0 br_table $a 0 $b 1 end end") ==
          ByteVector{0x02, 0x40, 0x02, 0x40, 0x41, 0, 0x0E, 3, 1, 0, 0, 1, 0x0B, 0x0B});
}

TEST_CASE("A block has no type, a value type or the index of a type") {
    CHECK(code("block (type $v) end block (param) (result) end") ==
          ByteVector{0x02, 0, 0x0B, 0x02, 0x40, 0x0B});
    CHECK(code("local.get 0 (block (param i32) (result i32)) (block (type $i)) drop") ==
          ByteVector{0x20, 0, 0x02, 1, 0x0B, 0x02, 1, 0x0B, 0x1A});
    CHECK(code("(drop (block (result (ref null $s)) (ref.null $s)))") ==
          ByteVector{0x02, 0x63, 2, 0xD0, 2, 0x0B, 0x1A});
}

TEST_CASE("Calls name a function, or a table and a type") {
    CHECK(code("call $f return_call 0") == ByteVector{0x10, 0, 0x12, 0});
    CHECK(code("(call_indirect (i32.const 0)) (call_indirect $t1 (type $v) (i32.const 0))") ==
          ByteVector{0x41, 0, 0x11, 0, 0, 0x41, 0, 0x11, 0, 1});
    CHECK(code("return_call_indirect 1 (param i32) (result i32)") == ByteVector{0x13, 1, 1});
    CHECK(code("call_ref $v return_call_ref 1") == ByteVector{0x14, 0, 0x15, 1});
}

TEST_CASE("Tables, memories and segments that are left out are number 0") {
    CHECK(code("table.get table.get $t1 table.fill 1") ==
          ByteVector{0x25, 0, 0x25, 1, 0xFC, 17, 1});
    CHECK(code("table.copy table.copy $t1 0") == ByteVector{0xFC, 14, 0, 0, 0xFC, 14, 1, 0});
    CHECK(code("table.init $e1 table.init $t1 $e0 elem.drop 1") ==
          ByteVector{0xFC, 12, 1, 0, 0xFC, 12, 0, 1, 0xFC, 13, 1});
    CHECK(code("memory.init $d1 memory.init $m1 0 data.drop $d1") ==
          ByteVector{0xFC, 8, 1, 0, 0xFC, 8, 0, 1, 0xFC, 9, 1});
    CHECK(code("memory.copy memory.copy 1 $m0 memory.fill $m1 memory.size memory.grow 1") ==
          ByteVector{0xFC, 10, 0, 0, 0xFC, 10, 1, 0, 0xFC, 11, 1, 0x3F, 0, 0x40, 1});
}

TEST_CASE("Memory arguments have natural alignment, unless they say another") {
    CHECK(code("i32.load i64.load8_u offset=0x80 i64.store align=1") ==
          ByteVector{0x28, 2, 0, 0x31, 0, 0x80, 1, 0x37, 0, 0});
    CHECK(code("i32.load $m1 i32.load 1 offset=1 align=2") ==
          ByteVector{0x28, 0x42, 1, 0, 0x28, 0x41, 1, 1});
    CHECK(code("i32.load 0") == ByteVector{0x28, 2, 0});
    CHECK(code("i64.load offset=18446744073709551615") ==
          ByteVector{0x29, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1});
    CHECK(code("v128.load8_lane 3 v128.load8_lane 1 3 v128.store64_lane $m1 align=4 1") ==
          ByteVector{0xFD, 0x54, 0, 0, 3, 0xFD, 0x54, 0x40, 1, 0, 3, 0xFD, 0x5B, 0x42, 1, 0, 1});
    CHECK(code("v128.load16_lane offset=1 3") == ByteVector{0xFD, 0x55, 1, 1, 3});
}

TEST_CASE("Constants are as their literals say") {
    CHECK(code("i32.const 0xffff_ffff i64.const -0x8000000000000000") ==
          ByteVector{0x41, 0x7F, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F});
    CHECK(code("f32.const -nan:0x200000 f64.const 0x1.8p1") ==
          ByteVector{0x43, 0, 0, 0xA0, 0xFF, 0x44, 0, 0, 0, 0, 0, 0, 0x08, 0x40});
    CHECK(code("v128.const i16x8 -1 2 0 0 0 0 0 0x8000") ==
          ByteVector{0xFD, 12, 0xFF, 0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80});
    CHECK(code("v128.const f32x4 1 -inf 0 0x1p-149") ==
          ByteVector{0xFD, 12, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0});
    CHECK(code("v128.const f64x2 0.5 0") ==
          ByteVector{0xFD, 12, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("Vector instructions have lanes, and opcodes of more than a byte") {
    CHECK(code("i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 0x1f") ==
          ByteVector{0xFD, 13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31});
    CHECK(code("i16x8.extract_lane_s 7 f64x2.replace_lane 1") ==
          ByteVector{0xFD, 0x18, 7, 0xFD, 0x22, 1});
    CHECK(code("i16x8.abs i32x4.relaxed_dot_i8x16_i7x16_add_s") ==
          ByteVector{0xFD, 0x80, 1, 0xFD, 0x93, 2});
    CHECK(code("i64.add128") == ByteVector{0xFC, 19});
}

TEST_CASE("select, ref.test and ref.cast have two opcodes each") {
    CHECK(code("select select (result i32) select (result) (result (ref $s))") ==
          ByteVector{0x1B, 0x1C, 1, 0x7F, 0x1C, 1, 0x64, 2});
    CHECK(code("ref.test (ref $s) ref.test anyref ref.cast (ref i31) ref.cast (ref null 3)") ==
          ByteVector{0xFB, 20, 2, 0xFB, 21, 0x6E, 0xFB, 22, 0x6C, 0xFB, 23, 3});
    CHECK(code("br_on_cast 0 anyref (ref $s) br_on_cast_fail 0 (ref eq) i31ref") ==
          ByteVector{0xFB, 24, 1, 0, 0x6E, 2, 0xFB, 25, 2, 0, 0x6D, 0x6C});
    CHECK(code("ref.null extern ref.null $v ref.func $f br_on_null 0") ==
          ByteVector{0xD0, 0x6F, 0xD0, 0, 0xD2, 0, 0xD5, 0});
}

TEST_CASE("Structures and arrays name types, fields and segments") {
    CHECK(code("struct.new $s struct.get $s $y struct.set 2 0") ==
          ByteVector{0xFB, 0, 2, 0xFB, 2, 2, 1, 0xFB, 5, 2, 0});
    CHECK(
        code(
            "array.new_fixed $a 200 array.copy $a 3 array.new_data $a $d1 array.init_elem 3 $e1") ==
        ByteVector{0xFB, 8, 3, 0xC8, 1, 0xFB, 17, 3, 3, 0xFB, 9, 3, 1, 0xFB, 19, 3, 1});
}

TEST_CASE("Clauses of try_table count labels from outside") {
    CHECK(code("(block $h (try_table $h (result i32) (catch $e $h) (catch_ref 0 1) (catch_all 0) "
               "(catch_all_ref $h) (catch $e 0) (i32.const 1) (br $h)) drop)") ==
          ByteVector{0x02, 0x40, 0x1F, 0x7F, 5, 0,    0, 0,    1, 0,    1,    2,   0,
                     3,    0,    0,    0,    0, 0x41, 1, 0x0C, 0, 0x0B, 0x1A, 0x0B});
    CHECK(code("throw $e throw_ref try_table end") ==
          ByteVector{0x08, 0, 0x0A, 0x1F, 0x40, 0, 0x0B});
}

TEST_CASE("Locals of one type that are neighbours are one group") {
    const ByteVector bytes =
        parse_text("(func (param i32) (local i32 i32) (local) (local $x i32) (local f32 i32))");
    const ByteVector expected = assemble::function_module(
        {1, 0x7F, 0}, assemble::sized({3, 3, 0x7F, 1, 0x7D, 1, 0x7F, 0x0B}));
    CHECK(ByteVector(bytes.begin(), bytes.begin() + i64(expected.size())) == expected);
}

TEST_CASE("Instructions may be nested deeply, and labels be many") {
    constexpr size_t depth = 100'000;
    std::string text = "(func ";
    for (size_t i = 0; i < depth; i++) text += i % 2 == 0 ? "(block $l " : "(drop ";
    text += "(i32.const 0)" + std::string(depth, ')') + ")";
    CHECK(parse_module(text).has_value());
    CHECK(refusal_of("(func " + std::string(depth, '(')).find("unexpected token") !=
          std::string::npos);
    std::string flat = "(func ";
    for (size_t i = 0; i < depth; i++) flat += "block $l ";
    for (size_t i = 0; i < depth; i++) flat += "br $l end ";
    CHECK(parse_module(flat + ")").has_value());
}

}  // namespace
}  // namespace icvm::vm
