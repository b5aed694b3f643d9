#include "vm/script/expectation.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace icvm;
using namespace icvm::vm;

namespace {

Value reference_of(HeapType heap, u64 bits) { return {ValueType::reference(heap, true), bits}; }
const Value seven{types::i32, 7};
const Value canonical{types::f32, 0xFFC0'0000};
const Value arithmetic{types::f32, 0x7FC0'0001};
const Value signalling{types::f32, 0x7F80'0001};
const Value three_i31 = reference_of(heap_types::any, references::i31(3));
const Value host_external = reference_of(heap_types::external, references::host(5));

/// The results that are expected, as a script says them.
std::vector<Expected> expected(const std::string& text) {
    const auto script = parse_script("(assert_return (invoke \"f\") " + text + ")");
    REQUIRE(script);
    return (*script)[0].results;
}

bool fits(const Value& result, const std::string& text) {
    return difference_of(std::vector{result}, expected(text)).empty();
}

}  // namespace

TEST_CASE("a number must have the type and every bit that are expected") {
    CHECK(fits(seven, "(i32.const 7)"));
    CHECK(!fits(seven, "(i32.const 8)"));
    CHECK(!fits(seven, "(i64.const 7)"));
    CHECK(fits({types::f64, u64(1) << 63}, "(f64.const -0)"));
    CHECK(!fits({types::f64, u64(1) << 63}, "(f64.const 0)"));
    CHECK(!fits(canonical, "(f32.const nan)"));
}

TEST_CASE("NaNs are told apart by their kinds, whatever their sign") {
    CHECK(fits(canonical, "(f32.const nan:canonical)"));
    CHECK(fits(canonical, "(f32.const nan:arithmetic)"));
    CHECK(!fits(arithmetic, "(f32.const nan:canonical)"));
    CHECK(fits(arithmetic, "(f32.const nan:arithmetic)"));
    CHECK(!fits(signalling, "(f32.const nan:arithmetic)"));
    CHECK(!fits(signalling, "(f32.const nan:canonical)"));
    CHECK(!fits({types::f32, 0x7F80'0000}, "(f32.const nan:arithmetic)"));
    CHECK(!fits(canonical, "(f64.const nan:canonical)"));
    CHECK(fits({types::f64, 0xFFF8'0000'0000'0000}, "(f64.const nan:canonical)"));
    CHECK(!fits({types::f64, 0xFFF8'0000'0000'0001}, "(f64.const nan:canonical)"));
}

TEST_CASE("every lane of a vector counts") {
    const Value vector{types::v128, 0x7FC0'0000'3F80'0000, 0x4000'0000'FFC0'0001};
    CHECK(fits(vector, "(v128.const i32x4 0x3F800000 0x7FC00000 0xFFC00001 0x40000000)"));
    CHECK(!fits(vector, "(v128.const i32x4 0x3F800001 0x7FC00000 0xFFC00001 0x40000000)"));
    CHECK(!fits(vector, "(v128.const i32x4 0x3F800000 0x7FC00000 0xFFC00001 0x40000001)"));
    CHECK(fits(vector, "(v128.const f32x4 1 nan:canonical nan:arithmetic 2)"));
    CHECK(!fits(vector, "(v128.const f32x4 1 nan:canonical nan:canonical 2)"));
    CHECK(!fits(vector, "(v128.const f32x4 2 nan:canonical nan:arithmetic 2)"));
    CHECK(!fits(vector, "(v128.const f32x4 1 nan:canonical nan:arithmetic 1)"));
    CHECK(!fits(vector, "(v128.const f64x2 nan:canonical 2)"));
    CHECK(fits({types::v128, 0xFFF8'0000'0000'0000, 0}, "(v128.const f64x2 nan:canonical 0)"));
    CHECK(!fits(seven, "(v128.const f32x4 1 nan:canonical nan:arithmetic 2)"));
}

TEST_CASE("a null is a null of its own hierarchy") {
    const Value null = reference_of(heap_types::i31, 0);
    CHECK(fits(null, "(ref.null)"));
    CHECK(fits(null, "(ref.null any)"));
    CHECK(fits(null, "(ref.null none)"));
    CHECK(!fits(null, "(ref.null func)"));
    CHECK(!fits(null, "(ref.i31)"));
    CHECK(!fits(three_i31, "(ref.null)"));
    CHECK(!fits(three_i31, "(ref.null any)"));
    CHECK(!fits({types::i32, 0}, "(ref.null)"));
}

TEST_CASE("references are of their kind, and those of the host have a number") {
    CHECK(fits(three_i31, "(ref.i31)"));
    CHECK(fits(three_i31, "(ref.eq)"));
    CHECK(fits(three_i31, "(ref.any)"));
    CHECK(!fits(three_i31, "(ref.struct)"));
    CHECK(!fits(three_i31, "(ref.array)"));
    CHECK(!fits(three_i31, "(ref.func)"));
    CHECK(!fits(three_i31, "(ref.extern)"));
    CHECK(fits(host_external, "(ref.extern 5)"));
    CHECK(fits(host_external, "(ref.extern)"));
    CHECK(!fits(host_external, "(ref.extern 6)"));
    CHECK(!fits(host_external, "(ref.host 5)"));
    CHECK(fits(reference_of(heap_types::any, references::host(5)), "(ref.host 5)"));
    CHECK(!fits(seven, "(ref.any)"));
}

TEST_CASE("one of several is enough, and none is not") {
    CHECK(fits(seven, "(either (i32.const 6) (i32.const 7))"));
    CHECK(!fits(seven, "(either (i32.const 6) (i32.const 8))"));
    CHECK(!fits(seven, "(either)"));
}

TEST_CASE("as many results as are expected") {
    CHECK(!difference_of({}, expected("(i32.const 7)")).empty());
    CHECK(!difference_of(std::vector{seven}, expected("")).empty());
    CHECK(!difference_of(std::vector{seven, seven}, expected("(i32.const 7)")).empty());
    CHECK(difference_of({}, expected("")).empty());
}

TEST_CASE("a difference tells both sides") {
    CHECK(difference_of(std::vector{seven}, expected("(i32.const -1) (ref.extern 2)")) ==
          "expected i32 -1, host 2, found i32 7");
    CHECK(difference_of(std::vector{three_i31}, expected("(ref.null)")) ==
          "expected any null, found i31 3");
    CHECK(difference_of({}, expected("(f32.const nan:canonical)")) ==
          "expected f32 nan:canonical, found nothing");
    CHECK(difference_of(std::vector{Value{types::v128, 1, 2}}, expected("(f32.const 0.5)")) ==
          "expected f32 0.5 (0x3f000000), found v128 0x00000000000000020000000000000001");
}
