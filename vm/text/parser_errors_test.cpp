#include <catch2/catch.hpp>

#include "vm/text/test_parse.hpp"

/// What is refused, where, and in which words. The official suite compares the beginnings.

namespace icvm::vm {
namespace {

TEST_CASE("An unknown word is told, and a near one proposed") {
    CHECK(refusal_of("(module\n  (func\n    (i32.ad)))") ==
          "3:6 unknown operator i32.ad; did you mean i32.add?");
    CHECK(refusal_of("(func (get_local 0))") ==
          "1:8 unknown operator get_local; did you mean local.get?");
    CHECK(refusal_of("(func br 0drop)") == "1:10 unknown operator 0drop; did you mean drop?");
    CHECK(refusal_of("(modul)") == "1:2 unknown operator modul; did you mean module?");
    CHECK(refusal_of("(func " + std::string(1000, 'x') + ")") ==
          "1:7 unknown operator " + std::string(40, 'x') + "…; expected an instruction");
}

TEST_CASE("A token that cannot stand there is told, and what could") {
    CHECK(refusal_of("(func") == "1:6 unexpected token: the text ends; expected an instruction");
    CHECK(refusal_of("(module))") == "1:9 unexpected token )");
    CHECK(refusal_of("x") == "1:1 unknown operator x; expected \"(\"");
    CHECK(refusal_of("(func (result i32) (param i32))") ==
          "1:21 unexpected token param; parameters stand before results");
    CHECK(refusal_of("(func (nop) (local i32))") ==
          "1:14 unexpected token local; expected an instruction");
    CHECK(refusal_of("(func block)") == "1:12 unexpected token ); expected end");
    CHECK(refusal_of("(func end)") == "1:7 unexpected token end; expected an instruction or \")\"");
    CHECK(refusal_of("(func (drop nop))") == "1:13 unexpected token nop; expected \"(\" or \")\"");
    CHECK(refusal_of("(func (if (nop)))") == "1:16 unexpected token ); expected (then …)");
    CHECK(refusal_of("(func (if (i32.const 0) (then) (then)))") ==
          "1:32 unexpected token (then; expected (else …) or \")\"");
    CHECK(refusal_of("(func i32.const 1.5)") == "1:17 unexpected token 1.5; expected an integer");
    CHECK(refusal_of("(func call_indirect (param $x i32))") ==
          "1:28 unexpected token $x; parameters have no names here");
    CHECK(refusal_of("(type (func (param i99)))").starts_with("1:20 unknown operator i99"));
    CHECK(refusal_of("(elem 0)") == "1:7 unexpected token 0; expected func or a reference type");
}

TEST_CASE("A parenthesis that is missing is missed where the next thing cannot stand") {
    CHECK(refusal_of("(func (call $g)\n(func $g)") ==
          "2:2 unexpected token func; expected an instruction");
    CHECK(refusal_of("(module (type $t (func (param i32))\n(func (type $t) (param i32)))") ==
          "2:1 unexpected token (func; expected \")\"");
    CHECK(refusal_of("(module (func)") == "1:15 unexpected token: the text ends; expected \")\"");
    CHECK(refusal_of("(module (rec (type $t (func)") ==
          "1:29 unexpected token: the text ends; expected \")\"");
}

TEST_CASE("Names must be there, once") {
    CHECK(refusal_of("(func (br $l))") == "1:11 unknown label $l");
    CHECK(refusal_of("(func (block $l) (br $l))") == "1:22 unknown label $l");
    CHECK(refusal_of("(func (local.get $x))") == "1:18 unknown local $x");
    CHECK(refusal_of("(func (param $amount i32) local.get $ammount)") ==
          "1:37 unknown local $ammount; did you mean $amount?");
    CHECK(refusal_of("(func call $x)") == "1:12 unknown function $x");
    CHECK(refusal_of("(func (type $x))") == "1:13 unknown type $x");
    CHECK(refusal_of("(type $s (struct)) (func struct.get $s $x)") == "1:40 unknown field $x");
    CHECK(refusal_of("(func $f)\n(func $f)") == "2:7 duplicate function $f");
    CHECK(refusal_of("(func (param $x i32) (local $x i32))") == "1:29 duplicate local $x");
    CHECK(refusal_of("(type (struct (field $x i32) (field $x i32)))") == "1:37 duplicate field $x");
    CHECK(refusal_of("(func block $a end $l)") == "1:20 mismatching label $l");
    CHECK(refusal_of("(func block end $\"\")") == "1:17 empty identifier");
}

TEST_CASE("Fields have an order, and some stand once") {
    CHECK(refusal_of("(func) (import \"\" \"\" (func))") == "1:16 import after function");
    CHECK(refusal_of("(memory 1) (global (import \"\" \"\") i32)") == "1:20 import after memory");
    CHECK(refusal_of("(func) (start 0) (start 0)") == "1:18 multiple start sections");
    CHECK(refusal_of("(type (func)) (func (type 0) (result i32))") ==
          "1:21 inline function type () -> (i32) is not that of type 0");
    CHECK(refusal_of("(func (block (type 1) (param i32)))") == "1:14 unknown type 1");
}

TEST_CASE("Numbers have a range") {
    CHECK(refusal_of("(func i32.const 4294967296)") == "1:17 constant out of range: 4294967296");
    CHECK(refusal_of("(func f32.const 1e39)") == "1:17 constant out of range: 1e39");
    CHECK(refusal_of("(func f32.const nan:0x800000)") ==
          "1:17 constant out of range: nan:0x800000");
    CHECK(refusal_of("(func br 4294967296)") == "1:10 i32 constant out of range: 4294967296");
    CHECK(refusal_of("(memory 18446744073709551616)") ==
          "1:9 i64 constant out of range: 18446744073709551616");
    CHECK(refusal_of("(memory 1 (pagesize 3))") ==
          "1:21 invalid custom page size: it must be a power of two");
    CHECK(refusal_of("(func i32.load align=3)") == "1:16 alignment must be a power of two");
    CHECK(refusal_of("(func i32.load align=0)") == "1:16 alignment must be a power of two");
    CHECK(refusal_of("(func i32.load offset=-1)").starts_with("1:16 unknown operator offset=-1"));
    CHECK(refusal_of("(func v128.const i32x4 1 2 3)") ==
          "1:24 wrong number of lane literals: 3 instead of 4");
    CHECK(refusal_of("(func v128.const i32x4 1 2 3 nan:1)")
              .starts_with("1:30 unknown operator nan:1"));
    CHECK(refusal_of("(func v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)") ==
          "1:24 constant out of range: 256");
    CHECK(refusal_of("(func i8x16.shuffle 1)") == "1:21 invalid lane length: 1 instead of 16");
    CHECK(refusal_of("(func i8x16.extract_lane_s 256)") == "1:28 i8 constant out of range: 256");
}

TEST_CASE("Annotations that mean something stand where they may, and say what they should") {
    CHECK(refusal_of("(@custom)") == "1:9 @custom annotation: missing section name");
    CHECK(refusal_of("(@custom \"\\df\")") == "1:10 @custom annotation: malformed UTF-8 encoding");
    CHECK(refusal_of("(@custom \"a\" here)") == "1:14 @custom annotation: unexpected token here");
    CHECK(refusal_of("(@custom \"a\" (after x))") ==
          "1:21 @custom annotation: malformed section kind");
    CHECK(refusal_of("(func (@custom \"a\"))") == "1:7 misplaced @custom annotation");
    CHECK(refusal_of("(func (drop (@custom \"a\")))") == "1:13 misplaced @custom annotation");
    CHECK(refusal_of("(type (@custom \"a\") $t (func))") == "1:7 misplaced @custom annotation");
    CHECK(refusal_of("(module (func) (@name \"M\"))") == "1:16 misplaced @name annotation");
    CHECK(refusal_of("(@name \"M\") (@name \"M\")") ==
          "1:13 @name annotation: multiple module names");
    CHECK(refusal_of("(func (@metadata.code.branch_hint \"\\01\") nop)") ==
          "1:7 @metadata.code.branch_hint annotation: invalid target");
    CHECK(refusal_of("(func nop (@metadata.code.branch_hint \"\\01\"))") ==
          "1:11 @metadata.code.branch_hint annotation: invalid target");
    CHECK(refusal_of("(@metadata.code.branch_hint \"\\01\")") ==
          "1:1 @metadata.code.branch_hint annotation: not in a function");
    CHECK(refusal_of("(func (@metadata.code.branch_hint \"\\02\") nop)") ==
          "1:7 @metadata.code.branch_hint annotation: invalid hint; expected 0 or 1");
    CHECK(refusal_of("(func (@unknown 0x ,) nop)").empty());
}

TEST_CASE("Names that go into the module are UTF-8") {
    CHECK(refusal_of("(import \"\\ff\" \"\" (func))") == "1:9 malformed UTF-8 encoding");
    CHECK(refusal_of("(func (export \"\\ff\"))") == "1:15 malformed UTF-8 encoding");
    CHECK(refusal_of("(func (@name \"\\ff\"))") ==
          "1:14 @name annotation: malformed UTF-8 encoding");
}

TEST_CASE("The caret stands below the token that is meant") {
    const std::string_view text = "(module\n  (func (drop (i32.ad (i32.const 1)))))";
    CHECK(quote_line(text, parse_module(text).error().position) ==
          "  (func (drop (i32.ad (i32.const 1)))))\n               ^\n");
}

}  // namespace
}  // namespace icvm::vm
