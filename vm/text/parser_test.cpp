#include "vm/text/parser.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/text/test_parse.hpp"

/// The fields of a module, to the byte.

namespace icvm::vm {
namespace {

using namespace assemble;

const ByteVector empty_function_type = {0x60, 0, 0};

/// The module without its name section.
ByteVector parse_unnamed(std::string_view text) {
    ByteVector bytes = parse_text(text);
    const auto module = decode_module(bytes);
    REQUIRE(module.has_value());
    if (const CustomSection* names = module->find_custom_section("name"))
        bytes.resize(names->content.offset - (names->content.size + 5 < 0x80 ? 7 : 8));
    return bytes;
}

TEST_CASE("A module is in parentheses, or its fields alone") {
    CHECK(parse_text("(module)") == module({}));
    CHECK(parse_text("") == module({}));
    CHECK(parse_text(";; nothing\n(module (; x ;) (@a))") == module({}));
    CHECK(parse_text("(type (func))") == module({section(1, {empty_function_type})}));
}

TEST_CASE("Types of all kinds, groups and supertypes have their shortest form") {
    CHECK(parse_unnamed("(type $f (func (param i32 i64) (param $x f32) (result f64 v128)))") ==
          module({section(1, {{0x60, 3, 0x7F, 0x7E, 0x7D, 2, 0x7C, 0x7B}})}));
    CHECK(parse_unnamed("(type (struct (field i8 (mut i16)) (field $x (mut (ref null 0)))))") ==
          module({section(1, {{0x5F, 3, 0x78, 0, 0x77, 1, 0x63, 0, 1}})}));
    CHECK(parse_text("(type (array (mut anyref)))") == module({section(1, {{0x5E, 0x6E, 1}})}));
    CHECK(parse_unnamed(
              "(rec (type $a (sub (func))) (type (sub final $a (func (param (ref $a))))))") ==
          module({section(1, {{0x4E, 2, 0x50, 0, 0x60, 0, 0, 0x4F, 1, 0, 0x60, 1, 0x64, 0, 0}})}));
    CHECK(parse_text("(rec (type (sub final (func)))) (rec)") ==
          module({section(1, {empty_function_type, {0x4E, 0}})}));
}

TEST_CASE("A nullable reference to an abstract type is one byte") {
    CHECK(
        parse_text("(type (func (param (ref null func) (ref func) (ref null extern) nullref)))") ==
        module({section(1, {{0x60, 4, 0x70, 0x64, 0x70, 0x6F, 0x71, 0}})}));
    CHECK(parse_text("(type (func (param exnref (ref null noexn) eqref i31ref structref arrayref "
                     "nullfuncref nullexternref)))") ==
          module({section(1, {{0x60, 8, 0x69, 0x74, 0x6D, 0x6C, 0x6B, 0x6A, 0x73, 0x72, 0}})}));
}

TEST_CASE("An inline type is the first equal one, or a new one at the end") {
    const ByteVector two = module({section(1, {{0x60, 1, 0x7F, 0}, empty_function_type}),
                                   section(3, {{1}, {0}}), section(10, {body({}), body({})})});
    CHECK(parse_text("(func) (func (type 0)) (type (func (param i32)))") == two);
    CHECK(parse_text("(func) (func (param i32)) (type (func (param i32)))") == two);
    // One that is open, or in a group, is no inline type.
    CHECK(parse_text(
              "(type (sub (func))) (rec (type (func)) (type (func))) (import \"\" \"\" (func))") ==
          module({section(1, {{0x50, 0, 0x60, 0, 0},
                              {0x4E, 2, 0x60, 0, 0, 0x60, 0, 0},
                              empty_function_type}),
                  section(2, {{0, 0, 0, 3}})}));
}

TEST_CASE("Imports of all kinds, as fields and inline") {
    const ByteVector imports =
        module({section(1, {empty_function_type}), section(2, {{1, 'm', 1, 'f', 0, 0},
                                                               {1, 'm', 1, 't', 1, 0x70, 1, 1, 2},
                                                               {1, 'm', 1, 'm', 2, 4, 1},
                                                               {1, 'm', 1, 'g', 3, 0x7F, 1},
                                                               {1, 'm', 1, 'e', 4, 0, 0}})});
    CHECK(parse_unnamed(R"((import "m" "f" (func $f)) (import "m" "t" (table $t 1 2 funcref))
        (import "m" "m" (memory $m i64 1)) (import "m" "g" (global $g (mut i32)))
        (import "m" "e" (tag $e)))") == imports);
    CHECK(parse_unnamed(R"((func $f (import "m" "f")) (table (import "m" "t") 1 2 funcref)
        (memory (import "m" "m") i64 1) (global (import "m" "g") (mut i32))
        (tag (import "m" "e")))") == imports);
}

TEST_CASE("Exports, as fields and inline") {
    const ByteVector exports = section(7, {{1, 'a', 0, 0}, {1, 'b', 0, 0}, {1, 'm', 2, 0}});
    const ByteVector expected = module({section(1, {empty_function_type}), section(3, {{0}}),
                                        section(5, {{0, 1}}), exports, section(10, {body({})})});
    CHECK(parse_text(R"((func (export "a") (export "b")) (memory (export "m") 1))") == expected);
    CHECK(parse_unnamed(R"((export "a" (func $f)) (export "b" (func 0)) (export "m" (memory $m))
        (func $f) (memory $m 1))") == expected);
}

TEST_CASE("Tables have limits and an initializer, or the elements within") {
    CHECK(parse_text("(table 1 externref)") == module({section(4, {{0x6F, 0, 1}})}));
    CHECK(parse_text("(table i64 1 2 (ref null 0))") == module({section(4, {{0x63, 0, 5, 1, 2}})}));
    CHECK(parse_text("(table 1 funcref (ref.null func))") ==
          module({section(4, {{0x40, 0, 0x70, 0, 1, 0xD0, 0x70, 0x0B}})}));
    CHECK(
        parse_text("(func) (table funcref (elem 0 0))") ==
        module({section(1, {empty_function_type}), section(3, {{0}}), section(4, {{0x70, 1, 2, 2}}),
                section(9, {{0, 0x41, 0, 0x0B, 2, 0, 0}}), section(10, {body({})})}));
    CHECK(parse_text("(table 0 funcref) (table i64 anyref (elem (ref.null any)))") ==
          module({section(4, {{0x70, 0, 0}, {0x6E, 5, 1, 1}}),
                  section(9, {{6, 1, 0x42, 0, 0x0B, 0x6E, 1, 0xD0, 0x6E, 0x0B}})}));
}

TEST_CASE("Memories have limits, a page size, or the data within") {
    CHECK(parse_text("(memory i64 1 0x10)") == module({section(5, {{5, 1, 16}})}));
    CHECK(parse_text("(memory 5 (pagesize 1))") == module({section(5, {{8, 5, 0}})}));
    CHECK(parse_text(R"((memory (data "a" "\00b")))") ==
          module({section(5, {{1, 1, 1}}), section(11, {{0, 0x41, 0, 0x0B, 3, 'a', 0, 'b'}})}));
    CHECK(parse_text(R"((memory (pagesize 1) (data "ab")))") ==
          module({section(5, {{9, 2, 2, 0}}), section(11, {{0, 0x41, 0, 0x0B, 2, 'a', 'b'}})}));
    CHECK(parse_text(R"((memory 0) (memory i64 (data)))") ==
          module({section(5, {{0, 0}, {5, 0, 0}}), section(11, {{2, 1, 0x42, 0, 0x0B, 0}})}));
}

TEST_CASE("Element segments have the shortest of their forms") {
    const auto element = [](std::string_view text) {
        const auto parsed = decode_module(
            parse_text("(func) (table 1 funcref) (table 1 funcref) " + std::string(text)));
        REQUIRE(parsed.has_value());
        const u32 begin = parsed->section_offsets[9] + 1;
        const u32 end = parsed->section_offsets[10] - 2;
        return ByteVector(parsed->bytes.begin() + begin, parsed->bytes.begin() + end);
    };
    CHECK(element("(elem (i32.const 0) 0)") == ByteVector{0, 0x41, 0, 0x0B, 1, 0});
    CHECK(element("(elem (table 0) (offset i32.const 0) func 0)") ==
          ByteVector{0, 0x41, 0, 0x0B, 1, 0});
    CHECK(element("(elem func 0)") == ByteVector{1, 0, 1, 0});
    CHECK(element("(elem (table 1) (i32.const 0) func)") == ByteVector{2, 1, 0x41, 0, 0x0B, 0, 0});
    CHECK(element("(elem declare func 0)") == ByteVector{3, 0, 1, 0});
    CHECK(element("(elem (i32.const 0) funcref (ref.func 0))") ==
          ByteVector{4, 0x41, 0, 0x0B, 1, 0xD2, 0, 0x0B});
    CHECK(element("(elem funcref (item ref.func 0) (item (ref.null func)))") ==
          ByteVector{5, 0x70, 2, 0xD2, 0, 0x0B, 0xD0, 0x70, 0x0B});
    CHECK(element("(elem (i32.const 0) (ref func) (ref.func 0))") ==
          ByteVector{6, 0, 0x41, 0, 0x0B, 0x64, 0x70, 1, 0xD2, 0, 0x0B});
    CHECK(element("(elem declare externref)") == ByteVector{7, 0x6F, 0});
}

TEST_CASE("Data, tags, globals and the start function") {
    CHECK(
        parse_unnamed(R"((memory 1) (memory $m 1) (data "x") (data (memory $m) (i32.const 1) "y")
        (data (offset (i32.const 0))))") ==
        module({section(5, {{0, 1}, {0, 1}}),
                section(11, {{1, 1, 'x'}, {2, 1, 0x41, 1, 0x0B, 1, 'y'}, {0, 0x41, 0, 0x0B, 0}})}));
    CHECK(parse_unnamed(
              "(tag $t (param i32)) (global $g (mut i64) (i64.const -1)) (start $f) (func $f)") ==
          module({section(1, {{0x60, 1, 0x7F, 0}, empty_function_type}), section(3, {{1}}),
                  section(13, {{0, 0}}), section(6, {{0x7E, 1, 0x42, 0x7F, 0x0B}}), section(8, {0}),
                  section(10, {body({})})}));
}

TEST_CASE("Identifiers and annotations make a name section") {
    const ByteVector names = join({name("name"),
                                   {0, 2, 1, 'M'},
                                   {1, 4, 1, 0, 1, 'f'},
                                   {2, 9, 1, 0, 2, 0, 1, 'a', 2, 1, 'b'},
                                   {4, 4, 1, 1, 1, 's'},
                                   {7, 4, 1, 0, 1, 'g'},
                                   {10, 6, 1, 1, 1, 1, 1, 'y'}});
    CHECK(parse_text(R"((module $M (type (func (param i32 i32)))
        (type $s (struct (field i32) (field $y i32)))
        (global $wrong (@name "g") i32 (i32.const 0))
        (func $f (param $a i32) (param i32) (local $b i32))))") ==
          module({section(1, {{0x60, 2, 0x7F, 0x7F, 0}, {0x5F, 2, 0x7F, 0, 0x7F, 0}}),
                  section(3, {{0}}), section(6, {{0x7F, 0, 0x41, 0, 0x0B}}),
                  section(10, {sized({1, 1, 0x7F, 0x0B})}), section(0, names)}));
    CHECK(parse_text("(@name \"\")") == module({section(0, join({name("name"), {0, 1, 0}}))}));
}

TEST_CASE("Custom sections stand where they say, and one called name replaces ours") {
    CHECK(parse_text(R"((@custom "a" "x" "y") (type (func)) (@custom "b" (before type))
        (@custom "c" (after first_is_no_place)))")
              .empty());
    CHECK(parse_text(R"((@custom "a" "x" "y") (type (func)) (@custom "b" (before type))
        (@custom "c" (after type)) (@custom "d" (before first)) (memory 0) (func $f))") ==
          module({section(0, name("b")), section(0, name("d")), section(1, {empty_function_type}),
                  section(0, name("c")), section(3, {{0}}), section(5, {{0, 0}}),
                  section(10, {body({})}), section(0, join({name("name"), {1, 4, 1, 0, 1, 'f'}})),
                  section(0, join({name("a"), {'x', 'y'}}))}));
    CHECK(parse_text(R"((type $t (func)) (@custom "name" (before type) "\00"))") ==
          module({section(0, join({name("name"), {0}})), section(1, {empty_function_type})}));
}

TEST_CASE("Branch hints make a section before the code") {
    CHECK(
        parse_text(R"((func (local i32) (@metadata.code.branch_hint "\01") (if (i32.const 1) (then))
        i32.const 0 (@metadata.code.branch_hint "\00") br_if 0))") ==
        module({section(1, {empty_function_type}), section(3, {{0}}),
                section(0, join({name("metadata.code.branch_hint"), {1, 0, 2, 5, 1, 1, 10, 1, 0}})),
                section(10, {sized({1, 1, 0x7F, 0x41, 1, 0x04, 0x40, 0x0B, 0x41, 0, 0x0D, 0,
                                    0x0B})})}));
}

TEST_CASE("An offset in the bytes leads back to the text") {
    const std::string_view text =
        "(module\n  (type (func))\n  (func\n    (drop (i32.const 1))\n    nop))";
    const auto parsed = parse_module(text);
    REQUIRE(parsed.has_value());
    const auto line_and_column = [&](u32 offset) {
        const Position position = position_of(*parsed, offset);
        return std::to_string(position.line) + ":" + std::to_string(position.column);
    };
    const u32 code = decode_module(parsed->bytes)->functions[0].body.offset;
    CHECK(line_and_column(11) == "2:3");
    CHECK(line_and_column(code + 1) == "4:12");  // i32.const
    CHECK(line_and_column(code + 2) == "4:12");
    CHECK(line_and_column(code + 3) == "4:6");  // drop
    CHECK(line_and_column(code + 4) == "5:5");  // nop
    CHECK(line_and_column(code + 5) == "5:8");  // end
    CHECK(std::ranges::is_sorted(parsed->origins, {}, &ParsedModule::Origin::offset));
}

}  // namespace
}  // namespace icvm::vm
