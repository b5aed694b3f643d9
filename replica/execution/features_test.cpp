#include "replica/execution/features.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "replica/execution/canister_module.hpp"

namespace icvm::replica {

namespace {

/// Why no canister can be made of the module; empty when one can.
std::string refusal(std::string_view text) {
    const auto parsed = vm::parse_module(text);
    INFO(text);
    INFO((parsed ? "" : parsed.error().reason));
    REQUIRE(parsed);
    const auto made = make_canister_module(parsed->bytes, {.guard = false, .track = true});
    if (made) return "";
    CHECK(made.error().code == ErrorCode::canister_invalid_wasm);
    return made.error().text;
}

/// In the body of a function.
std::string body(std::string_view instructions) {
    return "(module (func " + std::string(instructions) + "))";
}

struct Examples {
    Feature feature;
    std::vector<std::string> modules;  ///< each needs it, and no other that is off
};

const Examples table[] = {
    {Feature::basic,
     {"(module)", body("(drop (i32.trunc_sat_f32_s (f32.const 1)))"),
      body("(drop (i64.extend32_s (i64.const 1)))"),
      "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) "
      "(i32.const 0))))",
      "(module (func (result i32 i64) (i32.const 1) (i64.const 2)))",
      "(module (func (i32.const 1) (block (param i32) (result i64) drop "
      "(i64.const 1)) drop))"}},
    {Feature::reference_types,
     {"(module (table 1 externref) (table 1 funcref))",
      body("(local externref) (drop (ref.is_null (local.get 0)))"),
      body("(drop (select (result funcref) (ref.null func) (ref.null func) "
           "(i32.const 1)))"),
      "(module (func $f) (elem declare func $f) (func (drop (ref.func $f))))",
      "(module (func $f (param funcref) (result externref) (ref.null extern)))",
      "(module (table 1 funcref) (elem (i32.const 0) funcref (ref.null func)))"}},
    {Feature::vectors,
     {body("(drop (v128.const i64x2 1 2))"), body("(local v128)"),
      "(module (memory 1) (func (drop (v128.load8_lane 3 (i32.const 0) "
      "(v128.const i64x2 0 0)))))",
      body("(drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 "
           "(v128.const i64x2 0 0) (v128.const i64x2 0 0)))"),
      body("(drop (f64x2.extract_lane 1 (f64x2.add (v128.const i64x2 0 0) "
           "(v128.const i64x2 0 0))))"),
      body("(drop (block (result v128) (v128.const i64x2 0 0)))"), "(module (func (param v128)))",
      "(module (type (func (result v128))))"}},
    {Feature::memory64,
     {"(module (memory i64 1))", "(module (memory i64 1) (func (drop (i32.load (i64.const 0)))))",
      "(module (table i64 1 funcref))"}},
    {Feature::tail_calls,
     {"(module (func $f (return_call $f)))",
      "(module (table 1 funcref) (func (return_call_indirect (i32.const 0))))"}},
    {Feature::relaxed_vectors,
     {body("(drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) "
           "(v128.const i64x2 0 0)))")}},
    {Feature::multiple_memories,
     {"(module (memory 1) (memory 1))",
      "(module (import \"env\" \"memory\" (memory 1)) (memory 1))"}},
    {Feature::shared_memories, {}},  // the decoder knows none
    {Feature::extended_constants,
     {"(module (global i32 (i32.add (i32.const 1) (i32.const 2))))",
      "(module (table 9 funcref) (elem (i32.sub (i32.const 1) (i32.const 1))))",
      "(module (memory 1) (data (i32.mul (i32.const 1) (i32.const 1)) \"x\"))"}},
    {Feature::local_constants,
     {"(module (global i32 (i32.const 1)) (global i32 (global.get 0)))",
      "(module (global i32 (i32.const 1)) (memory 1) (data (global.get 0) \"x\"))"}},
    {Feature::function_references,
     {"(module (type $t (func)) (func (param (ref null $t))))",
      "(module (type $t (func)) (func (param (ref func))))",
      "(module (type $t (func)) (func (local (ref null $t))))",
      "(module (type $t (func)) (func (call_ref $t (ref.null $t))))",
      "(module (type $t (func)) (table 1 (ref null $t)))",
      "(module (type $t (func)) (elem (ref null $t)))",
      "(module (type $t (func)) (global (ref null $t) (ref.null $t)))",
      "(module (func $f (param externref) (drop (ref.as_non_null (local.get 0)))))",
      "(module (func $f (param externref) (drop (br_on_null 0 (local.get 0)))))",
      "(module (type $t (func)) (func unreachable (block (result (ref $t)) "
      "unreachable) drop))"}},
    {Feature::table_initializers, {"(module (table 1 funcref (ref.null func)))"}},
    {Feature::garbage_collection,
     {"(module (type (struct)))", "(module (type (array i8)))", "(module (type (sub (func))))",
      "(module (rec (type (func)) (type (func))))", "(module (rec))",
      "(module (func (param anyref)))", "(module (func (local i31ref)))",
      "(module (table 1 eqref))", "(module (global nullfuncref (ref.null nofunc)))",
      body("(drop (ref.i31 (i32.const 1)))"), body("(drop (ref.null any))"),
      "(module (func (param externref) (drop (any.convert_extern (local.get 0)))))",
      "(module (func unreachable (block (result structref) unreachable) drop))",
      "(module (elem anyref (ref.i31 (i32.const 1))))"}},
    {Feature::exceptions,
     {"(module (tag))", "(module (import \"m\" \"t\" (tag)))", body("(throw_ref (ref.null exn))"),
      body("(try_table)"), "(module (func (param exnref)))", body("(local nullexnref)")}},
    {Feature::custom_page_sizes, {"(module (memory 1 (pagesize 1)))"}},
    {Feature::wide_arithmetic,
     {"(module (func (result i64 i64) (i64.mul_wide_u (i64.const 1) "
      "(i64.const 2))))"}},
};

const std::vector<std::string>& examples(Feature feature) {
    const auto found = std::ranges::find(table, feature, &Examples::feature);
    REQUIRE(found != std::end(table));
    return found->modules;
}

constexpr Feature all[] = {
#define FEATURE(id, ...) Feature::id,
#include "replica/execution/features.def"
};

}  // namespace

TEST_CASE("a canister has the features of mainnet, and no others") {
    for (const Feature feature : all) {
        for (const std::string& text : examples(feature)) {
            INFO(text);
            const std::string found = refusal(text);
            if (is_on(feature)) {
                CHECK(found.empty());
            } else {
                CHECK(found.starts_with(
                    "Canister's Wasm module is not valid: Wasmtime failed to validate wasm "
                    "module wasmtime::Module::validate() failed with " +
                    std::string(text_of(feature)) + " (in "));
            }
        }
        CHECK(examples(feature).empty() == (feature == Feature::shared_memories));
        CHECK(text_of(feature).empty() == is_on(feature));
    }
}

TEST_CASE("a refusal tells where the feature is needed") {
    const auto place = [](std::string_view text) {
        const std::string found = refusal(text);
        return found.substr(std::min(found.find(" (in "), found.size()));
    };
    CHECK(place("(module (func) (func $risky nop (throw_ref (unreachable))))") ==
          " (in function 1 \"risky\", at offset 0x1d)");
    CHECK(place("(module (func (export \"f\") (local exnref)))") ==
          " (in function 0 \"f\", at offset 0x1d)");
    CHECK(place("(module (type (func)) (type (struct)))") ==
          " (in the type section, at offset 0xb)");
    CHECK(place("(module (import \"m\" \"t\" (tag)))") ==
          " (in the import section, at offset 0x11)");
    CHECK(place("(module (tag))") == " (in the tag section, at offset 0x11)");
    CHECK(place("(module (memory 1) (memory 1))") == " (in the memory section, at offset 0xb)");
    CHECK(place("(module (memory 1) (data (i32.sub (i32.const 1) (i32.const 0)) \"\"))") ==
          " (in the data section, at offset 0x11)");
}

TEST_CASE("plain modules have every feature") {
    for (const Feature feature : all)
        for (const std::string& text : examples(feature)) {
            INFO(text);
            const auto compiled = vm::load_module(vm::parse_module(text)->bytes, {.guard = false});
            INFO((compiled ? "" : to_string(compiled.error())));
            CHECK(compiled);
        }
}

TEST_CASE("shared memories are no memories of ours") {
    const ByteVector shared = {0, 'a', 's', 'm', 1, 0, 0, 0, 5, 4, 1, 3, 1, 1};
    const auto made = make_canister_module(shared, {.guard = false});
    REQUIRE_FALSE(made);
    CHECK(made.error().text.find("shared memories are not supported") != std::string::npos);
}

TEST_CASE("groups of one type, and open types without supertypes, are known by their form") {
    const auto with_type = [](const ByteVector& entry) {
        ByteVector module = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, u8(entry.size() + 1), 1};
        module.insert(module.end(), entry.begin(), entry.end());
        const auto made = make_canister_module(module, {.guard = false});
        return made ? "" : made.error().text;
    };
    CHECK(with_type({0x60, 0x00, 0x00}).empty());
    for (const ByteVector& entry :
         {ByteVector{0x4E, 0x01, 0x60, 0x00, 0x00}, ByteVector{0x4E, 0x00},
          ByteVector{0x4F, 0x00, 0x60, 0x00, 0x00}})
        CHECK(with_type(entry).find("garbage collection") != std::string::npos);
}

}  // namespace icvm::replica
