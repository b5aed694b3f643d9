#include "vm/text/printer.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/text/parser.hpp"
#include "vm/wasm/opcode.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

std::string print(const ByteVector& module) {
    const auto text = print_module(module);
    INFO((text ? "" : text.error().reason));
    REQUIRE(text.has_value());
    return *text;
}

ByteVector parse(std::string_view text) {
    const auto parsed = parse_module(text);
    INFO(text << (parsed ? ""
                         : "\n" + parsed.error().reason + "\n" +
                               quote_line(text, parsed.error().position)));
    REQUIRE(parsed.has_value());
    return parsed->bytes;
}

/// The text, which parses to the same bytes.
std::string round_trip(const ByteVector& module) {
    std::string text = print(module);
    INFO(text);
    CHECK(parse(text) == module);
    return text;
}

/// A text, parsed and printed.
std::string reprint(std::string_view text) { return round_trip(parse(text)); }

bool contains(const std::string& text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

/// Plausible bytes of an immediate.
ByteVector immediate_bytes(Immediate kind) {
    const u32 argument = u32(kind) - u32(Immediate::memory_argument_0);
    const u32 lane_argument = u32(kind) - u32(Immediate::memory_argument_lane_0);
    if (argument <= 4) return {u8(argument), 0x10};
    if (lane_argument <= 3) return {u8(lane_argument), 0x00, 0x01};
    switch (kind) {
        case Immediate::none: return {};
        case Immediate::block_type: return {0x7F};
        case Immediate::label_table: return {0x02, 0x00, 0x01, 0x00};
        case Immediate::select_types: return {0x01, 0x7E};
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::data_memory:
        case Immediate::memory_memory:
        case Immediate::type_field:
        case Immediate::type_count:
        case Immediate::type_data:
        case Immediate::type_element:
        case Immediate::type_type: return {0x00, 0x00};
        case Immediate::heap_type: return {0x70};
        case Immediate::f32: return {0, 0, 0xC0, 0x7F};
        case Immediate::f64: return {0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F};
        case Immediate::shuffle:
        case Immediate::v128: return {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31};
        case Immediate::catches:
            return {0x40, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x02, 0x00, 0x03, 0x01};
        case Immediate::cast: return {0x01, 0x00, 0x6E, 0x6B};
        default: return {0x00};
    }
}

ByteVector instruction_bytes(const OpcodeRow& row) {
    const u32 code = u32(row.opcode);
    ByteVector bytes;
    if (code >= 0x100) {
        const u32 prefix = code >= 0xFD00 ? 0xFD : code >> 8;
        bytes.push_back(u8(prefix));
        write_unsigned_leb128(bytes, code - (prefix << 8));
    } else {
        bytes.push_back(u8(code));
    }
    return join({bytes, immediate_bytes(row.immediate)});
}

/// A module in which index 0 of everything exists; `instructions` are its one body.
ByteVector around(const ByteVector& instructions, std::initializer_list<ByteVector> behind = {}) {
    return module({section(1, {{0x60, 0x00, 0x00}}), section(3, {{0x00}}),
                   section(12, ByteVector{0x01}), section(10, {body(instructions)}),
                   section(11, {{0x01, 0x00}}), join(behind)});
}

ByteVector custom(std::string_view title, const ByteVector& content) {
    return section(0, join({name(title), content}));
}

constexpr OpcodeRow rows[] = {
#define WASM(code, id, text, immediate, signature, cost) \
    {Opcode::id, text, Immediate::immediate, signature, cost},
#include "vm/wasm/opcode.def"
};

}  // namespace

TEST_CASE("every instruction prints so that it parses to its bytes") {
    for (const OpcodeRow& row : rows) {
        if (row.opcode == Opcode::else_ || row.opcode == Opcode::end) continue;
        const bool opens =
            row.immediate == Immediate::block_type || row.immediate == Immediate::catches;
        ByteVector bytes = instruction_bytes(row);
        if (opens) bytes.push_back(0x0B);
        INFO(row.text);
        CHECK(contains(round_trip(around(bytes)), row.text));
    }
}

TEST_CASE("constants print as the shortest numbers that have all their bits") {
    const auto constant = [](std::string_view text) {
        return reprint("(module (func " + std::string(text) + "))");
    };
    CHECK(contains(constant("f32.const 0.1 nop"), "f32.const 0.1\n"));
    CHECK(contains(constant("f32.const 0x1.8p+1 nop"), "f32.const 3\n"));
    CHECK(contains(constant("f64.const -0 nop"), "f64.const -0\n"));
    CHECK(contains(constant("f64.const 0x1p-1074 nop"), "f64.const 5e-324\n"));
    CHECK(contains(constant("f32.const -inf nop"), "f32.const -inf\n"));
    CHECK(contains(constant("f32.const nan:0x200000 nop"), "f32.const nan:0x200000\n"));
    CHECK(contains(constant("f64.const -nan nop"), "f64.const -nan\n"));
    CHECK(
        contains(constant("i64.const 0x8000000000000000 nop"), "i64.const -9223372036854775808\n"));
    CHECK(contains(constant("v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 nop"),
                   "v128.const i32x4 0x04030201 0x08070605 0x0c0b0a09 0x100f0e0d\n"));
}

TEST_CASE("names are identifiers again; a name that is taken gets a number") {
    const std::string text = reprint(
        "(module $m (global $g i32 (i32.const 1)) (func $f (param $x i32) (local $y i64)"
        " local.get $x drop global.get $g drop call $f))");
    CHECK(contains(text, "(module $m"));
    CHECK(contains(text, "(param $x i32)"));
    CHECK(contains(text, "(local $y i64)"));
    CHECK(contains(text, "global.get $g"));
    CHECK_FALSE(contains(text, "@custom"));
    // Two functions of one name, one that is no plain identifier, one without a name.
    const ByteVector names =
        custom("name", join({{0x01},
                             sized(entries({join({{0x00}, name("f")}), join({{0x01}, name("f")}),
                                            join({{0x02}, name("a b")})}))}));
    const ByteVector empty = body({});
    const ByteVector four =
        module({section(1, {{0x60, 0x00, 0x00}}), section(3, {{0x00}, {0x00}, {0x00}, {0x00}}),
                section(10, {empty, empty, body({0x10, 0x01}), empty}), names});
    const std::string doubled = round_trip(four);
    CHECK(contains(doubled, "(func $f "));
    CHECK(contains(doubled, "(func $f.1 (@name \"f\")"));
    CHECK(contains(doubled, "(func $\"a b\""));
    CHECK(contains(doubled, "call $f.1"));
}

TEST_CASE("names of things that are not there define nothing") {
    const ByteVector names = custom(
        "name", join({{0x01},
                      sized(entries({join({{0x07}, name("nowhere")})})),
                      {0x02},
                      sized(entries({join({{0x00}, entries({join({{0x09}, name("x")})})})}))}));
    // call 7, local.get 9
    const std::string text = round_trip(around({0x10, 0x07, 0x20, 0x09}, {names}));
    CHECK(contains(text, "call 7"));
    CHECK(contains(text, "local.get 9"));
}

TEST_CASE("a broken or unusual name section is kept as it is") {
    round_trip(around({}, {custom("name", {0x01, 0x05, 0x01})}));
    round_trip(around({}, {custom("name", {})}));
    round_trip(around({}, {custom("name", {0x02, 0x01, 0x00, 0x01, 0x01, 0x00})}));
    round_trip(around({}, {custom("name", {0x63, 0x02, 0xAA, 0xBB})}));
    const ByteVector names =
        custom("name", join({{0x01}, sized(entries({join({{0x00}, name("f")})}))}));
    round_trip(around({}, {names, names}));
    round_trip(around({}, {custom("x", {1}), names, custom("y", {2})}));
    round_trip(join({module({names}), section(1, {{0x60, 0x00, 0x00}})}));
}

TEST_CASE("the name section stands where it stood, without its bytes in the text") {
    const ByteVector names =
        custom("name", join({{0x01}, sized(entries({join({{0x00}, name("f")})}))}));
    for (const auto& customs : {join({names, custom("x", {1})}), join({custom("x", {1}), names}),
                                join({custom("x", {1}), names, custom("y", {2})})}) {
        const std::string text = round_trip(around({}, {customs}));
        CHECK(contains(text, "(func $f"));
        CHECK_FALSE(contains(text, "(@custom \"name\""));
    }
}

TEST_CASE("custom sections stay between the sections") {
    const std::string text = round_trip(module(
        {custom("a", {0xFF, 0x22}), section(1, {{0x60, 0x00, 0x00}}), custom("b", {}),
         custom("c", {0x41}), section(3, {{0x00}}), section(10, {body({})}), custom("d", {0x5C})}));
    CHECK(contains(text, "(@custom \"a\" (before first) \"\\ff\\\"\")"));
    CHECK(contains(text, "(@custom \"c\" (after type) \"A\")"));
    CHECK(contains(text, "(@custom \"d\" \"\\\\\")"));
    // Also between sections without entries.
    round_trip(module({custom("a", {1}), section(1, ByteVector{0}), custom("b", {2}),
                       custom("name", {}), section(2, ByteVector{0}), custom("c", {3})}));
}

TEST_CASE("what the text cannot say is in the annotation") {
    const ByteVector type = section(1, {{0x60, 0x00, 0x00}});
    // A section size and a call index in five bytes, locals in two groups, an empty section.
    const ByteVector padded =
        module({{0x01, 0x84, 0x80, 0x80, 0x80, 0x00, 0x01, 0x60, 0x00, 0x00},
                section(3, {{0x00}}),
                section(4, ByteVector{0x00}),
                section(10, {sized({0x02, 0x01, 0x7F, 0x02, 0x7F, 0x10, 0x80, 0x80, 0x80, 0x80,
                                    0x00, 0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x1A, 0x0B})})});
    const std::string text = round_trip(padded);
    CHECK(contains(text, "(@encoding"));
    CHECK(contains(text, "z4"));
    CHECK(contains(text, "o4"));
    // The long form of funcref, an explicit index of memory 0, flags of element segments.
    round_trip(module({type, section(4, {{0x63, 0x70, 0x00, 0x01}})}));
    round_trip(module({type, section(3, {{0x00}}), section(5, {{0x00, 0x01}}),
                       section(10, {body({0x41, 0x00, 0x28, 0x42, 0x00, 0x00, 0x1A})})}));
    for (const ByteVector& segment :
         {ByteVector{0x00, 0x41, 0x00, 0x0B, 0x01, 0x00}, ByteVector{0x01, 0x00, 0x01, 0x00},
          ByteVector{0x02, 0x00, 0x41, 0x00, 0x0B, 0x00, 0x01, 0x00},
          ByteVector{0x03, 0x00, 0x01, 0x00},
          ByteVector{0x04, 0x41, 0x00, 0x0B, 0x01, 0xD2, 0x00, 0x0B},
          ByteVector{0x05, 0x70, 0x01, 0xD0, 0x70, 0x0B},
          ByteVector{0x06, 0x00, 0x41, 0x00, 0x0B, 0x6F, 0x00}, ByteVector{0x07, 0x70, 0x00}})
        round_trip(module({type, section(3, {{0x00}}), section(4, {{0x70, 0x00, 0x01}}),
                           section(9, {segment}), section(10, {body({})})}));
    // Groups of types: of none, of one, of two; explicit `sub final`.
    round_trip(
        module({section(1, {{0x4E, 0x00},
                            {0x4E, 0x01, 0x5E, 0x78, 0x01},
                            {0x4E, 0x02, 0x5F, 0x00, 0x50, 0x00, 0x5F, 0x01, 0x63, 0x01, 0x00},
                            {0x4F, 0x00, 0x60, 0x00, 0x00}})}));
}

TEST_CASE("an annotation that no longer fits is ignored, and cannot change the meaning") {
    const ByteVector calls =
        module({section(1, {{0x60, 0x00, 0x00}}), section(3, {{0x00}}),
                section(10, {body({0x41, 0x85, 0x00, 0x1A, 0x10, 0x80, 0x00})})});
    std::string text = round_trip(calls);
    const size_t place = text.find("i32.const 5");
    REQUIRE(place != std::string::npos);
    // Another constant of the same size keeps the padding; a longer module loses it.
    text.replace(place, 11, "i32.const 6");
    ByteVector changed = calls;
    changed[changed.size() - 6 - 1] = 0x86;
    CHECK(parse(text) == changed);
    text.replace(place, 11, "nop i32.const 6");
    CHECK(parse(text).size() == calls.size() - 1);
    // Hidden code.
    const std::string plain = "(module (func nop nop))";
    const ByteVector bytes = parse(plain);
    const size_t nop = bytes.size() - 3;
    for (const std::string& edit :
         {std::to_string(nop) + "-1+00", std::to_string(nop) + "z1", std::string("8-0+0001"),
          std::string("99-1+00"), std::string("0-1"), std::string("5"), std::string("x"),
          std::string("name@"), std::string("4294967295z1"), std::string("1z10"),
          std::string("8-0+00020178")})
        CHECK(parse("(module (func nop nop) (@encoding \"" + edit + "\"))") == bytes);
}

TEST_CASE("the parts of a module print in the order of its sections") {
    const std::string text = reprint(
        "(module (type $t (func (param i32) (result i32)))"
        " (import \"m\" \"é\\n\" (func $f (type $t)))"
        " (table $tab 1 2 funcref) (table i64 3 (ref null $t)) (memory $mem i64 1 2)"
        " (tag $e (param i32)) (global $g (mut f32) (f32.const 1.5))"
        " (export \"f\" (func $f)) (start $s) (func $s)"
        " (elem $el (i32.const 0) func $f $s) (elem declare func $f)"
        " (elem (table 1) (i64.const 0) (ref null $t) (ref.null $t) (ref.func $f))"
        " (data $d (i64.const 16) \"a\\00\\22\"))");
    CHECK(contains(text,
                   "(import \"m\" \"é\\0a\" (func $f (;0;) (type $t) (param i32) (result i32)))"));
    CHECK(contains(text, "(table (;1;) i64 3 (ref null $t))"));
    CHECK(contains(text, "(global $g (;0;) (mut f32) (f32.const 1.5))"));
    CHECK(contains(text, "(elem $el (;0;) (i32.const 0) func $f $s)"));
    CHECK(contains(
        text, "(elem (;2;) (table 1) (i64.const 0) (ref null $t) (ref.null $t) (ref.func $f))"));
    CHECK(contains(text, "(data $d (;0;) (i64.const 16) \"a\\00\\\"\")"));
    CHECK(text.find("(table") < text.find("(memory"));
    CHECK(text.find("(export") < text.find("(start"));
}

TEST_CASE("labels are numbers, with the number of the block behind them") {
    const std::string text = reprint(
        "(module (tag) (func block loop br 0 br 1 end end"
        " (block (try_table (catch 0 0) (catch_all 1)))"
        " i32.const 0 if nop else i32.const 0 br_table 0 1 1 end))");
    CHECK(contains(text,
                   "    block (;@0;)\n      loop (;@1;)\n        br 0 (;@1;)\n"
                   "        br 1 (;@0;)\n      end\n    end\n"));
    CHECK(contains(text, "try_table (;@3;) (catch 0 0 (;@2;)) (catch_all 1)\n"));
    CHECK(contains(text, "    if (;@4;)\n      nop\n    else\n"));
}

TEST_CASE("types that do not exist, and types of too many parameters, are named alone") {
    CHECK(contains(round_trip(around({0x11, 0x63, 0x00, 0x01})), "call_indirect (type 99)\n"));
    std::string parameters;
    for (int i = 0; i < 60; i++) parameters += " (param $p" + std::to_string(i) + " f64)";
    const std::string text = reprint("(module (func $f" + parameters + " local.get $p59 drop))");
    CHECK(contains(text, "(func $f (;0;) (type 0)\n"));
    CHECK(contains(text, "local.get 59\n"));
}

TEST_CASE("malformed bodies are not printed") {
    const auto malformed = [](const ByteVector& instructions) {
        const auto text = print_module(around(instructions));
        return text ? "none" : text.error().reason;
    };
    CHECK(malformed({0x05}) == "END opcode expected");
    CHECK(malformed({0x04, 0x40, 0x05, 0x05, 0x0B}) == "END opcode expected");
    CHECK(malformed({0x0B, 0x01}) == "section size mismatch");
    CHECK(malformed({0x02, 0x40}).starts_with("unexpected end"));
    CHECK(malformed({0xFF}).starts_with("illegal opcode"));
    CHECK(print_module(ByteVector{}).error().reason.starts_with("unexpected end"));
    // 2^32 - 1 locals in eight bytes.
    const auto many = print_module(
        function_module({0x00, 0x00}, sized({0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x0B})));
    CHECK(many.error().reason == "too many locals");
}

TEST_CASE("deep nesting does not make the text grow faster than the module") {
    constexpr size_t depth = 20'000;
    ByteVector instructions;
    for (size_t i = 0; i < depth; i++) instructions.insert(instructions.end(), {0x02, 0x40});
    instructions.insert(instructions.end(), depth, 0x0B);
    CHECK(print(around(instructions)).size() < 300 * depth);
}
