#include "vm/validate/function_typing.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/binary/module_limits.hpp"
#include "vm/validate/function_validator.hpp"
#include "vm/validate/module_validator.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

// The types of the module below, by index.
constexpr u8 nothing = 0, base = 1, derived = 2, numbers = 3, bytes = 4, increment = 5, codes = 6,
             full = 7, thrown = 8;

/// A module whose only body has these locals and instructions.
ByteVector module_with(const ByteVector& locals, const ByteVector& instructions) {
    return vm::assemble::module({
        section(1, {{0x60, 0x00, 0x00},                                // nothing
                    {0x50, 0x00, 0x5F, 0x02, 0x78, 0x00, 0x7F, 0x01},  // base: i8, mut i32
                    {0x50, 0x01, base, 0x5F, 0x03, 0x78, 0x00, 0x7F, 0x01, 0x7E, 0x00},  // derived
                    {0x5E, 0x7F, 0x01},              // numbers: mut i32
                    {0x5E, 0x78, 0x00},              // bytes: i8
                    {0x60, 0x01, 0x7F, 0x01, 0x7F},  // increment: (i32) -> (i32)
                    {0x5E, 0x70, 0x01},              // codes: mut funcref
                    {0x5F, 0x01, 0x64, 0x6E, 0x01},  // full: mut (ref any)
                    {0x60, 0x01, 0x7F, 0x00}}),      // thrown: (i32) -> ()
        section(3, {{nothing}, {increment}}),
        section(4, {{0x70, 0x00, 0x01}, {0x6F, 0x00, 0x01}, {0x63, increment, 0x00, 0x01}}),
        section(5, {{0x00, 0x01}}),
        section(13, {{0x00, thrown}}),
        section(9, {{0x03, 0x00, 0x01, 0x01}, {0x05, 0x6F, 0x00}}),
        section(12, ByteVector{0x01}),
        section(10, {sized(join({locals, instructions, {0x0B}})), body({0x20, 0x00})}),
        section(11, {{0x01, 0x00}}),
    });
}

/// Why the body is no good; empty when it is.
std::string reason(const ByteVector& instructions, const ByteVector& locals = {0x00}) {
    const auto module = decode_module(module_with(locals, instructions));
    INFO((module ? "" : module.error().reason));
    REQUIRE(module);
    const auto types = validate_module(*module);
    INFO((types ? "" : types.error().reason));
    REQUIRE(types);
    NullListener listener;
    const auto result = validate_function(*module, *types, 0, listener);
    if (result) return "";
    CHECK_FALSE(result.error().malformed);
    return result.error().reason;
}

ByteVector gc(u8 code, const ByteVector& immediates = {}) {
    return join({{0xFB, code}, immediates});
}
ByteVector simd(u8 code, const ByteVector& immediates = {}) {
    return join({{0xFD, code}, immediates});
}

constexpr u8 drop = 0x1A, unreachable = 0x00;
const ByteVector one = {0x41, 0x01};
const ByteVector null_base = {0xD0, base}, null_derived = {0xD0, derived}, null_any = {0xD0, 0x6E},
                 null_function = {0xD0, 0x70}, null_external = {0xD0, 0x6F};
const ByteVector vector = join({{0xFD, 0x0C}, ByteVector(16, 0)});

}  // namespace

TEST_CASE("a subtype stands for its supertype, not the other way round") {
    // local 0: (ref null base), local 1: (ref null derived)
    const ByteVector locals = {0x02, 0x01, 0x63, base, 0x01, 0x63, derived};
    CHECK(reason({0x20, 0x01, 0x21, 0x00}, locals).empty());
    CHECK(reason({0x20, 0x00, 0x21, 0x01}, locals) ==
          "type mismatch: instruction requires [(ref null 2)] but stack has [(ref null 1)]");
    CHECK(reason({0xD0, 0x71, 0x21, 0x01}, locals).empty());
    CHECK(reason({0xD0, 0x73, 0x21, 0x01}, locals) ==
          "type mismatch: instruction requires [(ref null 2)] but stack has [nullfuncref]");
    CHECK(reason({unreachable, 0x21, 0x01}, locals).empty());
    CHECK(reason({unreachable, 0xD4, 0x21, 0x01}, locals).empty());
    CHECK(reason({unreachable, 0xD4, 0x6A}, locals) ==
          "type mismatch: instruction requires [i32] but stack has [(ref bot)]");
}

TEST_CASE("types that are none are unknown wherever they stand") {
    CHECK(reason({}, {0x01, 0x01, 0x63, 0x09}) == "unknown type 9");
    CHECK(reason({0xD0, 0x09, drop}) == "unknown type 9");
    CHECK(reason({unreachable, 0x02, 0x63, 0x09, 0x0B, drop}) == "unknown type 9");
    CHECK(reason({unreachable, 0x1C, 0x01, 0x63, 0x09, drop}) == "unknown type 9");
    CHECK(reason(join({{unreachable}, gc(0x16, {0x09}), {drop}})) == "unknown type 9");
    CHECK(reason(join({{unreachable}, gc(0x00, {0x09}), {drop}})) == "unknown type 9");
    CHECK(reason(join({{unreachable}, gc(0x0B, {0x09}), {drop}})) == "unknown type 9");
    CHECK(reason({unreachable, 0x14, 0x09}) == "unknown type 9");
    CHECK(reason({unreachable, 0xD0, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, drop})
              .starts_with("unknown type"));
}

TEST_CASE("a local without a default is set before it is read") {
    const ByteVector locals = {0x02, 0x01, 0x7F, 0x01, 0x64, 0x6E};
    const ByteVector some = join({one, gc(0x1C)});
    CHECK(reason({0x20, 0x01, drop}, locals) == "uninitialized local 1");
    CHECK(reason(join({some, {0x21, 0x01, 0x20, 0x01, drop}}), locals).empty());
    CHECK(reason(join({some, {0x22, 0x01, drop, 0x20, 0x01, drop}}), locals).empty());
    // What a block sets holds to its end.
    CHECK(reason(join({{0x02, 0x40}, some, {0x21, 0x01, 0x20, 0x01, drop, 0x0B}}), locals).empty());
    CHECK(reason(join({{0x02, 0x40}, some, {0x21, 0x01, 0x0B, 0x20, 0x01, drop}}), locals) ==
          "uninitialized local 1");
    CHECK(reason(join({one, {0x04, 0x40}, some, {0x21, 0x01, 0x05, 0x20, 0x01, drop, 0x0B}}),
                 locals) == "uninitialized local 1");
    CHECK(reason(join({some, {0x21, 0x01, 0x02, 0x40, 0x20, 0x01, drop, 0x0B}}), locals).empty());
    CHECK(reason({0x20, 0x00, drop}, locals).empty());
}

TEST_CASE("references are tested, cast and made within their hierarchy") {
    CHECK(reason(join({null_any, gc(0x14, {base}), {drop}})).empty());
    CHECK(reason(join({null_any, gc(0x16, {derived}), gc(0x02, {base, 0x01}), {drop}})) == "");
    CHECK(reason(join({null_function, gc(0x16, {base}), {drop}})) ==
          "type mismatch: instruction requires [anyref] but stack has [funcref]");
    CHECK(reason(join({null_function, gc(0x16, {increment}), {drop}})).empty());
    CHECK(reason(join({one, gc(0x14, {base}), {drop}})) ==
          "type mismatch: instruction requires a reference but stack has [i32]");
    CHECK(reason(join({null_external, gc(0x1A), gc(0x1B), {0x21, 0x00}}), {0x01, 0x01, 0x6F})
              .empty());
    CHECK(reason(join({null_any, gc(0x1A), {drop}})) ==
          "type mismatch: instruction requires [externref] but stack has [anyref]");
    CHECK(reason(join({one, gc(0x1C), gc(0x1D), {drop}})).empty());
    CHECK(reason(join({null_any, gc(0x1D), {drop}})) ==
          "type mismatch: instruction requires [i31ref] but stack has [anyref]");
    CHECK(reason(join({null_base, null_derived, {0xD3, drop}})).empty());
    CHECK(reason(join({null_base, null_any, {0xD3, drop}})) ==
          "type mismatch: instruction requires [eqref] but stack has [anyref]");
    CHECK(reason({0xD2, 0x01, 0x21, 0x00}, {0x01, 0x01, 0x63, increment}).empty());
    CHECK(reason({0xD2, 0x01, 0x21, 0x00}, {0x01, 0x01, 0x63, nothing}) ==
          "type mismatch: instruction requires [(ref null 0)] but stack has [(ref 5)]");
}

TEST_CASE("branches on null hand on what is left") {
    CHECK(reason(join({null_base, {0xD5, 0x00, 0x21, 0x00}}), {0x01, 0x01, 0x64, base}).empty());
    CHECK(reason(join({one, {0xD5, 0x00, drop}})) ==
          "type mismatch: instruction requires a reference but stack has [i32]");
    CHECK(reason(join({{0x02, 0x64, base}, null_base, {0xD6, 0x00, unreachable, 0x0B, drop}}))
              .empty());
    CHECK(reason(join({{0x02, 0x40}, null_base, {0xD6, 0x00, 0x0B}})) ==
          "type mismatch: the last value of the label must be a reference");
    CHECK(reason(join({{0x02, 0x7F}, null_base, {0xD6, 0x00, unreachable, 0x0B, drop}})) ==
          "type mismatch: the last value of the label must be a reference");
}

TEST_CASE("branches on a cast split a type in two") {
    // A block that gives (ref base), around br_on_cast from anyref to (ref derived).
    const auto on_cast = [](u8 code, const ByteVector& result, u8 flags, u8 from, u8 to) {
        return reason(join({{0x02},
                            result,
                            null_any,
                            gc(code, {flags, 0x00, from, to}),
                            {drop},
                            {unreachable, 0x0B, drop}}));
    };
    const ByteVector gives_base = {0x64, base}, gives_any = {0x6E};
    CHECK(on_cast(0x18, gives_base, 1, 0x6E, derived).empty());
    CHECK(on_cast(0x18, gives_base, 3, 0x6E, derived) ==
          "type mismatch: the last value of the label must take (ref null 2)");
    CHECK(on_cast(0x18, gives_base, 1, derived, base) ==
          "type mismatch: (ref 1) is no subtype of (ref null 2)");
    CHECK(on_cast(0x18, gives_base, 0, 0x6E, derived) ==
          "type mismatch: instruction requires [(ref any)] but stack has [anyref]");
    CHECK(on_cast(0x19, gives_any, 3, 0x6E, derived).empty());
    CHECK(on_cast(0x19, {0x64, 0x6E}, 3, 0x6E, derived).empty());
    CHECK(on_cast(0x19, {0x64, 0x6E}, 1, 0x6E, derived) ==
          "type mismatch: the last value of the label must take anyref");
    CHECK(on_cast(0x18, {0x40}, 1, 0x6E, derived) ==
          "type mismatch: the last value of the label must take (ref 2)");
}

TEST_CASE("functions are called by typed references and through tables of them") {
    CHECK(reason(join({one, {0xD2, 0x01, 0x14, increment, drop}})).empty());
    CHECK(reason(join({one, null_function, {0x14, increment, drop}})) ==
          "type mismatch: instruction requires [(ref null 5)] but stack has [funcref]");
    CHECK(reason(join({one, {0xD2, 0x01, 0x14, base, drop}})) == "non-function type 1");
    CHECK(reason({0xD0, nothing, 0x15, nothing}).empty());
    CHECK(reason(join({one, {0xD0, increment, 0x15, increment}})) ==
          "type mismatch: a tail call's results must be those of the function");
    CHECK(reason(join({one, one, {0x11, increment, 0x02, drop}})).empty());
    CHECK(reason(join({one, one, {0x11, increment, 0x01, drop}})) ==
          "type mismatch: externref is no subtype of funcref");
    CHECK(reason({0x02, base, 0x0B}) == "non-function type 1");
}

TEST_CASE("structures are made, read and written by field") {
    const auto make = join({one, one, gc(0x00, {base})});
    CHECK(reason(join({make, gc(0x02, {base, 0x01}), {drop}})).empty());
    CHECK(reason(join({make, gc(0x03, {base, 0x00}), {drop}})).empty());
    CHECK(reason(join({make, gc(0x02, {base, 0x00}), {drop}})) == "field is packed");
    CHECK(reason(join({make, gc(0x04, {base, 0x01}), {drop}})) == "field is unpacked");
    CHECK(reason(join({make, gc(0x02, {base, 0x02}), {drop}})) == "unknown field 2");
    CHECK(reason(join({make, one, gc(0x05, {base, 0x01})})).empty());
    CHECK(reason(join({make, one, gc(0x05, {base, 0x00})})) == "immutable field");
    CHECK(reason(join({one, gc(0x00, {base}), {drop}})) ==
          "type mismatch: instruction requires [i32] but stack has []");
    CHECK(reason(join({gc(0x01, {derived}), gc(0x02, {base, 0x01}), {drop}})).empty());
    CHECK(reason(join({gc(0x01, {base}), gc(0x02, {derived, 0x02}), {drop}})) ==
          "type mismatch: instruction requires [(ref null 2)] but stack has [(ref 1)]");
    CHECK(reason(join({gc(0x01, {full}), {drop}})) == "field type is not defaultable: (ref any)");
    CHECK(reason(join({gc(0x01, {numbers}), {drop}})) == "non-structure type 3");
}

TEST_CASE("arrays are made, read, written, filled and copied") {
    const ByteVector null_numbers = {0xD0, numbers}, null_bytes = {0xD0, bytes};
    CHECK(reason(join({one, one, gc(0x06, {numbers}), gc(0x0F), {drop}})).empty());
    CHECK(reason(join({one, gc(0x07, {bytes}), one, gc(0x0C, {bytes}), {drop}})).empty());
    CHECK(reason(join({one, one, gc(0x08, {numbers, 0x02}), {drop}})).empty());
    CHECK(reason(join({one, gc(0x08, {numbers, 0x02}), {drop}})) ==
          "type mismatch: instruction requires [i32] but stack has []");
    CHECK(reason(join({{unreachable}, gc(0x08, {numbers, 0x90, 0x4E}), {drop}})).empty());
    CHECK(reason(join({{unreachable}, gc(0x08, {numbers, 0x91, 0x4E}), {drop}})) ==
          "too many operands");
    CHECK(reason(join({null_bytes, one, gc(0x0B, {bytes}), {drop}})) == "array is packed");
    CHECK(reason(join({null_numbers, one, gc(0x0D, {numbers}), {drop}})) == "array is unpacked");
    CHECK(reason(join({null_numbers, one, one, gc(0x0E, {numbers})})).empty());
    CHECK(reason(join({null_bytes, one, one, gc(0x0E, {bytes})})) == "immutable array");
    CHECK(reason(join({null_numbers, one, one, one, gc(0x10, {numbers})})).empty());
    CHECK(reason(join({null_numbers, one, null_numbers, one, one, gc(0x11, {numbers, numbers})}))
              .empty());
    CHECK(reason(join({null_numbers, one, null_bytes, one, one, gc(0x11, {numbers, bytes})})) ==
          "array types do not match");
    CHECK(reason(join({gc(0x07, {base}), {drop}})) == "non-array type 1");
}

TEST_CASE("arrays take numbers from data and references from elements") {
    const ByteVector data = {0x00}, functions = {0x00}, externals = {0x01};
    const auto made = [](u8 code, u8 type, u8 segment) {
        return reason(join({one, one, gc(code, {type, segment}), {drop}}));
    };
    CHECK(made(0x09, numbers, 0).empty());
    CHECK(made(0x09, bytes, 0).empty());
    CHECK(made(0x09, numbers, 1) == "unknown data segment 1");
    CHECK(made(0x09, codes, 0) == "array type is not numeric or vector");
    CHECK(made(0x0A, codes, 0).empty());
    CHECK(made(0x0A, codes, 1) == "type mismatch: externref is no subtype of funcref");
    CHECK(made(0x0A, numbers, 0) == "type mismatch: (ref func) is no subtype of i32");
    CHECK(made(0x0A, codes, 2) == "unknown elem segment 2");
    const auto initialized = [](u8 code, u8 type) {
        return reason(join({{0xD0, type}, one, one, one, gc(code, {type, 0x00})}));
    };
    CHECK(initialized(0x12, numbers).empty());
    CHECK(initialized(0x12, bytes) == "immutable array");
    CHECK(initialized(0x13, codes).empty());
}

TEST_CASE("what is thrown and caught is of the tag's type") {
    CHECK(reason(join({one, {0x08, 0x00}})).empty());
    CHECK(reason({0x08, 0x00}) == "type mismatch: instruction requires [i32] but stack has []");
    CHECK(reason({0x08, 0x01}) == "unknown tag 1");
    CHECK(reason({0xD0, 0x69, 0x0A}).empty());
    CHECK(reason(join({null_any, {0x0A}})) ==
          "type mismatch: instruction requires [exnref] but stack has [anyref]");
    // A block around a try_table with one clause.
    const auto caught = [](const ByteVector& result, const ByteVector& clause) {
        return reason(join(
            {{0x02}, result, {0x1F, 0x40, 0x01}, clause, {0x0B, unreachable, 0x0B, unreachable}}));
    };
    CHECK(caught({0x7F}, {0x00, 0x00, 0x00}).empty());
    CHECK(caught({0x40}, {0x00, 0x00, 0x00}) == "type mismatch: expected 0 values, found 1");
    CHECK(caught({0x7E}, {0x00, 0x00, 0x00}) == "type mismatch: i32 is no subtype of i64");
    CHECK(caught({0x7F}, {0x00, 0x01, 0x00}) == "unknown tag 1");
    CHECK(caught({0x7F}, {0x00, 0x00, 0x05}) == "unknown label 5");
    CHECK(caught({0x40}, {0x02, 0x00}).empty());
    CHECK(caught({0x69}, {0x03, 0x00}).empty());
    CHECK(caught({0x64, 0x69}, {0x03, 0x00}).empty());
    CHECK(caught({0x7F}, {0x03, 0x00}) == "type mismatch: (ref exn) is no subtype of i32");
    CHECK(caught({0x7F}, {0x01, 0x00, 0x00}) == "type mismatch: expected 1 values, found 2");
    // Labels of clauses do not count the try_table itself.
    CHECK(reason({0x1F, 0x40, 0x01, 0x02, 0x00, 0x0B}).empty());
    CHECK(reason({0x1F, 0x40, 0x01, 0x02, 0x01, 0x0B}) == "unknown label 1");
}

TEST_CASE("lanes are those that a vector has") {
    CHECK(reason(join({vector, simd(0x15, {0x0F}), {drop}})).empty());
    CHECK(reason(join({vector, simd(0x15, {0x10}), {drop}})) == "invalid lane index 16");
    CHECK(reason(join({vector, simd(0x1D, {0x02}), {drop}})) == "invalid lane index 2");
    CHECK(reason(join({vector, one, simd(0x1C, {0x03}), {drop}})).empty());
    CHECK(reason(join({one, vector, simd(0x54, {0x00, 0x00, 0x0F}), {drop}})).empty());
    CHECK(reason(join({one, vector, simd(0x57, {0x00, 0x00, 0x02}), {drop}})) ==
          "invalid lane index 2");
    CHECK(reason(join({one, vector, simd(0x54, {0x01, 0x00, 0x00}), {drop}})) ==
          "alignment must not be larger than natural");
    const auto shuffle = [](u8 lane) {
        return reason(join({vector, vector, simd(0x0D, ByteVector(15, 0)), {lane, drop}}));
    };
    CHECK(shuffle(31).empty());
    CHECK(shuffle(32) == "invalid lane index of a shuffle");
}

TEST_CASE("wide arithmetic takes up to four operands and gives two") {
    const ByteVector i64_one = {0x42, 0x01};
    CHECK(reason(join({i64_one, i64_one, i64_one, i64_one, {0xFC, 0x13, drop, drop}})).empty());
    CHECK(reason(join({i64_one, i64_one, i64_one, {0xFC, 0x14, drop, drop}})) ==
          "type mismatch: instruction requires [i64] but stack has []");
    CHECK(reason(join({i64_one, i64_one, {0xFC, 0x15, drop}})) ==
          "type mismatch: values remain on the stack at the end of the block");
}

TEST_CASE("tables take elements of subtypes") {
    // table.copy from table 2 to table 0, and the other way round
    const ByteVector three = join({one, one, one});
    CHECK(reason(join({three, {0xFC, 0x0E, 0x00, 0x02}})).empty());
    CHECK(reason(join({three, {0xFC, 0x0E, 0x02, 0x00}})) ==
          "type mismatch: funcref is no subtype of (ref null 5)");
    CHECK(reason(join({three, {0xFC, 0x0C, 0x00, 0x00}})).empty());
    CHECK(reason(join({three, {0xFC, 0x0C, 0x01, 0x00}})) ==
          "type mismatch: externref is no subtype of funcref");
    CHECK(reason(join({one, {0xD2, 0x01, 0x26, 0x02}})).empty());
}
