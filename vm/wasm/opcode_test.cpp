#include "vm/wasm/opcode.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "vm/wasm/module.hpp"
#include "vm/wasm/types.hpp"

using namespace icvm;
using namespace icvm::vm;

TEST_CASE("each opcode finds its own row") {
#define WASM(code, id, text_, ...)                    \
    {                                                 \
        const OpcodeRow* row = find_opcode_row(code); \
        REQUIRE(row != nullptr);                      \
        CHECK(row->opcode == Opcode::id);             \
        CHECK(row->text == text_);                    \
    }
#include "vm/wasm/opcode.def"
}

TEST_CASE("codes that are no instruction have no row") {
    size_t known = 0;
    for (u32 code = 0; code < 0x10000; code++) known += find_opcode_row(u16(code)) != nullptr;
    size_t rows = 0;
#define WASM(...) rows++;
#include "vm/wasm/opcode.def"
    CHECK(known == rows);
    for (const u16 code : {0x06, 0xFB, 0xFC, 0xFE, 0xFF, 0x100, 0x20B, 0xFAFF, 0xFB1F, 0xFB20,
                           0xFC12, 0xFC17, 0xFCFF, 0xFD9A, 0xFE14, 0xFFFF})
        CHECK(find_opcode_row(code) == nullptr);
}

TEST_CASE("no two opcodes share a place") {
    std::set<size_t> places;
    size_t rows = 0;
#define WASM(code, id, ...)              \
    places.insert(place_of(Opcode::id)); \
    rows++;
#include "vm/wasm/opcode.def"
    CHECK(places.size() == rows);
    CHECK(*places.rbegin() < opcode_places);
}

TEST_CASE("types print as in the text format") {
    CHECK(to_string(types::i32) == "i32");
    CHECK(to_string(types::v128) == "v128");
    CHECK(to_string(types::i8) == "i8");
    CHECK(to_string(types::i16) == "i16");
    CHECK(to_string(types::unknown) == "unknown");
    CHECK(to_string(types::externref) == "externref");
    CHECK(to_string(types::exnref) == "exnref");
    CHECK(to_string(ValueType::reference(heap_types::none, true)) == "nullref");
    CHECK(to_string(ValueType::reference(heap_types::structure, true)) == "structref");
    CHECK(to_string(ValueType::reference(heap_types::no_exception, true)) == "nullexnref");
    CHECK(to_string(ValueType::reference(heap_types::i31, false)) == "(ref i31)");
    CHECK(to_string(ValueType::reference(heap_types::bottom, false)) == "(ref bot)");
    CHECK(to_string(ValueType::reference(HeapType::of_index(3), true)) == "(ref null 3)");
    CHECK(to_string(ValueType::reference(HeapType::of_index(0), false)) == "(ref 0)");
    CHECK(to_string(FunctionType{{types::i32, types::f64}, {types::i64}}) == "(i32, f64) -> (i64)");
    CHECK(to_string(FunctionType{}) == "() -> ()");
}

TEST_CASE("a vector takes two slots, everything else one") {
    CHECK(slots_of({}) == 0);
    CHECK(slots_of({types::i32, types::v128, types::funcref, types::v128}) == 6);
}

TEST_CASE("an export is found by name and kind") {
    Module module;
    module.exports = {{"a", ExternKind::memory, 1}, {"b", ExternKind::function, 2}};
    CHECK(module.find_export("b", ExternKind::function)->index == 2);
    CHECK(module.find_export("a", ExternKind::function) == nullptr);
    CHECK(module.find_export("c", ExternKind::memory) == nullptr);
}

TEST_CASE("the first custom section of a name is found") {
    Module module;
    module.custom_sections = {{"x", {1, 1}}, {"y", {2, 1}}, {"x", {3, 1}}};
    CHECK(module.find_custom_section("x")->content.offset == 1);
    CHECK(module.find_custom_section("z") == nullptr);
}
