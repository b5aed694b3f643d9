#include "vm/binary/decoder.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/binary/module_limits.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

Module decoded(const ByteVector& bytes) {
    auto module = decode_module(bytes);
    INFO((module ? "" : module.error().reason));
    REQUIRE(module);
    return std::move(*module);
}

std::string malformed(const ByteVector& bytes) {
    const auto module = decode_module(bytes);
    return module ? "" : module.error().reason;
}

const ByteVector type_section = section(1, {{0x60, 0x00, 0x00}});
const ByteVector one_function = section(3, {{0x00}});
const ByteVector one_body = section(10, {body({})});

}  // namespace

TEST_CASE("a module of every section is decoded") {
    const Module module = decoded(vm::assemble::module(
        {section(1, {{0x60, 0x02, 0x7F, 0x7E, 0x01, 0x7D}, {0x60, 0x00, 0x00}}),
         section(2, {join({name("m"), name("f"), {0x00, 0x01}}),
                     join({name("m"), name("t"), {0x01, 0x6F, 0x05, 0x01, 0x02}}),
                     join({name("m"), name("m"), {0x02, 0x04, 0x01}}),
                     join({name("m"), name("g"), {0x03, 0x7C, 0x01}})}),
         section(3, {{0x00}}), section(4, {{0x70, 0x00, 0x0A}}), section(5, {{0x01, 0x01, 0x02}}),
         section(6, {{0x7F, 0x00, 0x41, 0x2A, 0x0B}}),
         section(7, {join({name("run"), {0x00, 0x01}}), join({name("mem"), {0x02, 0x00}})}),
         section(8, {0x00}), section(9, {{0x00, 0x41, 0x00, 0x0B, 0x01, 0x01}}),
         section(12, {0x01}), section(10, {body({0x00})}),
         section(11, {join({{0x01}, name("data")})})}));
    CHECK(to_string(module.types[0].function) == "(i32, i64) -> (f32)");
    REQUIRE(module.imports.size() == 4);
    CHECK(module.imports[1].table.element == types::externref);
    CHECK(module.imports[1].table.limits.address_type == AddressType::i64);
    CHECK(module.imports[1].table.limits.maximum == 2);
    CHECK(module.imports[2].memory.limits.address_type == AddressType::i64);
    CHECK_FALSE(module.imports[2].memory.limits.has_maximum);
    CHECK(module.imports[3].global.is_mutable);
    CHECK(module.function_types == std::vector<u32>{1, 0});
    CHECK(module.table_types.size() == 2);
    CHECK(module.memory_types[1].limits.maximum == 2);
    CHECK(module.global_types[1].value == types::i32);
    CHECK(module.content(module.globals[0].initializer).size() == 3);
    CHECK(module.exports[1].name == "mem");
    CHECK(module.start == 0);
    CHECK(module.elements[0].functions == std::vector<u32>{1});
    CHECK(module.declared_functions == std::vector<bool>{false, true});
    CHECK(module.data_count == 1);
    CHECK(text_of(module.content(module.data[0].content)) == "data");
    CHECK(module.content(module.functions[0].body).size() == 3);
    CHECK(module.code_section.size == 5);
}

TEST_CASE("types are structures, arrays and functions, in recursive groups") {
    const Module module = decoded(vm::assemble::module({section(
        1, {{0x5F, 0x02, 0x78, 0x00, 0x63, 0x01, 0x01},
            {0x4E, 0x00},
            {0x4E, 0x02, 0x50, 0x00, 0x5E, 0x77, 0x01, 0x4F, 0x01, 0x01, 0x60, 0x00, 0x01, 0x6D},
            {0x60, 0x02, 0x64, 0x6B, 0x74, 0x00}})}));
    REQUIRE(module.types.size() == 4);
    const DefinedType& structure = module.types[0];
    CHECK(structure.kind == CompositeKind::structure);
    CHECK(structure.is_final);
    REQUIRE(structure.fields.size() == 2);
    CHECK(structure.fields[0] == FieldType{types::i8, false});
    CHECK(structure.fields[1] ==
          FieldType{ValueType::reference(HeapType::of_index(1), true), true});
    const DefinedType& array = module.types[1];
    CHECK(array.kind == CompositeKind::array);
    CHECK_FALSE(array.is_final);
    CHECK_FALSE(array.supertype);
    CHECK(array.fields == std::vector<FieldType>{{types::i16, true}});
    CHECK(array.group_first == 1);
    CHECK(array.group_size == 2);
    CHECK(module.types[2].supertype == 1);
    CHECK(module.types[2].is_final);
    CHECK(module.types[2].group_first == 1);
    CHECK(to_string(module.types[2].function) == "() -> (eqref)");
    CHECK(module.types[3].group_first == 3);
    CHECK(module.types[3].group_size == 1);
    CHECK(to_string(module.types[3].function) == "((ref struct), nullexnref) -> ()");
}

TEST_CASE("tags are imported, defined and exported") {
    const Module module = decoded(vm::assemble::module(
        {type_section, section(2, {join({name("m"), name("t"), {0x04, 0x00, 0x05}})}),
         section(13, {{0x00, 0x07}}), section(7, {join({name("t"), {0x04, 0x01}})})}));
    CHECK(module.imported_tags == 1);
    CHECK(module.tags.size() == 1);
    CHECK(module.tag_types == std::vector<u32>{5, 7});
    CHECK(module.exports[0].kind == ExternKind::tag);
}

TEST_CASE("pages of memories have a size") {
    const Module module = decoded(vm::assemble::module(
        {section(5, {{0x08, 0x01, 0x00}, {0x0D, 0x01, 0x02, 0x10}, {0x00, 0x01}})}));
    CHECK(module.memories[0].page_bytes_log2 == 0);
    CHECK(module.memories[1].page_bytes_log2 == 16);
    CHECK(module.memories[1].limits.maximum == 2);
    CHECK(module.memories[1].limits.address_type == AddressType::i64);
    CHECK(module.memories[2].page_bytes_log2 == 16);
}

TEST_CASE("the header must be that of WebAssembly 1") {
    CHECK(malformed({}) == "unexpected end of section or function");
    CHECK(malformed({0x00, 0x61, 0x73}) == "unexpected end of section or function");
    CHECK(malformed({'#', '!', '/', 'b', 'i', 'n'}) == "magic header not detected");
    CHECK(malformed({0x00, 0x61, 0x73, 0x6D, 0x01}) == "unexpected end of section or function");
    CHECK(malformed({0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00}) == "unknown binary version");
}

TEST_CASE("every truncation of a module is malformed or a shorter module, never a crash") {
    const ByteVector whole = module({type_section, one_function, section(5, {{0x00, 0x01}}),
                                     section(7, {join({name("f"), {0x00, 0x00}})}), one_body,
                                     section(11, {join({{0x00, 0x41, 0x00, 0x0B}, name("x")})})});
    REQUIRE(malformed(whole).empty());
    size_t accepted = 0;
    for (size_t size = 0; size < whole.size(); size++)
        accepted += malformed(ByteVector(whole.begin(), whole.begin() + i64(size))).empty();
    CHECK(accepted == 3);  // the header alone, with the types, and all but the data
}

TEST_CASE("an error tells where it is") {
    const auto module = decode_module(vm::assemble::module({section(1, {{0x61}})}));
    REQUIRE_FALSE(module);
    CHECK(module.error().offset == 11);
    CHECK(module.error().reason == "malformed definition type 61");
}

TEST_CASE("sections come once, in order, and end where they say") {
    CHECK(malformed(module({type_section, type_section})) ==
          "unexpected content after last section");
    CHECK(malformed(module({one_function, type_section})) ==
          "unexpected content after last section");
    CHECK(malformed(module({section(12, {0x00}), section(9, ByteVector{0x00})})) ==
          "unexpected content after last section");
    CHECK(malformed(module({{0x0E, 0x00}})) == "malformed section id 0e");
    CHECK(malformed(module({section(6, ByteVector{0x00}), section(13, ByteVector{0x00})})) ==
          "unexpected content after last section");
    CHECK(malformed(module({section(13, ByteVector{0x00}), section(5, ByteVector{0x00})})) ==
          "unexpected content after last section");
    CHECK(malformed(module({{0x01, 0x05, 0x01, 0x60, 0x00, 0x00, 0x00}})) ==
          "section size mismatch");
    CHECK(malformed(module({{0x01, 0x02, 0x01, 0x60, 0x00, 0x00, 0x00}})) ==
          "section size mismatch");
    CHECK(malformed(module({{0x01, 0x7F}})) == "length out of bounds");
}

TEST_CASE("functions and bodies, data and data count must agree") {
    CHECK(malformed(module({type_section, one_function})) ==
          "function and code section have inconsistent lengths");
    CHECK(malformed(module({one_body})) == "function and code section have inconsistent lengths");
    CHECK(malformed(module({section(12, {0x01})})) ==
          "data count and data section have inconsistent lengths");
    CHECK(malformed(module({section(12, {0x02}), section(11, {{0x01, 0x00}})})) ==
          "data count and data section have inconsistent lengths");
}

TEST_CASE("counts beyond the bytes that remain are refused before anything is allocated") {
    const ByteVector huge = {0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00};
    for (const u8 id : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13}) {
        const std::string reason = malformed(module({section(id, huge)}));
        CHECK((reason == "too many entries" || reason == "length out of bounds"));
    }
    CHECK(malformed(module({section(1, ByteVector{0x60, 0x60})})) == "length out of bounds");
    CHECK(malformed(module({section(1, {join({{0x60}, huge})})})) == "too many entries");
    CHECK(malformed(module({section(9, {join({{0x01, 0x00}, huge})})})) == "length out of bounds");
    CHECK(malformed(module({section(11, {join({{0x01}, huge})})})) ==
          "unexpected end of section or function");
}

TEST_CASE("more entries than our limits allow are refused") {
    CHECK(malformed(module({section(5, join({{memories_max + 1}, ByteVector(400, 0)}))})) ==
          "too many entries");
    ByteVector parameters;
    write_unsigned_leb128(parameters, parameters_max + 1);
    parameters.resize(parameters.size() + parameters_max + 2, 0x7F);
    CHECK(malformed(module({section(1, {join({{0x60}, parameters})})})) == "too many entries");
}

TEST_CASE("integers are neither too long nor too large") {
    CHECK(malformed(module({{0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}})) ==
          "integer representation too long");
    CHECK(malformed(module({{0x01, 0x80, 0x80, 0x80, 0x80, 0x10}})) == "integer too large");
    CHECK(
        malformed(module({section(6, {{0x7F, 0x00, 0x41, 0x80, 0x80, 0x80, 0x80, 0x70, 0x0B}})})) ==
        "integer too large");
    CHECK(malformed(module({section(6, {{0x7F, 0x00, 0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x0B}})}))
              .empty());
}

TEST_CASE("an error in a body comes before the errors that follow from it") {
    // The constant is longer than the body and its section say.
    const ByteVector cut = {0x0A, 0x08, 0x01, 0x06, 0x00, 0x41, 0x80,
                            0x80, 0x80, 0x80, 0x80, 0x00, 0x0B};
    CHECK(malformed(module({type_section, one_function, cut})) ==
          "integer representation too long");
}

TEST_CASE("names are UTF-8 and end within the module") {
    CHECK(malformed(module({section(0, {0x01, 0xFF})})) == "malformed UTF-8 encoding");
    CHECK(malformed(module({section(0, {0x05, 'a'})})) == "length out of bounds");
    CHECK(malformed(module({{0x00, 0x00, 0x00}})) == "unexpected end of section or function");
    CHECK(malformed(module({section(2, {join({name("m"), {0x02, 0xC0, 0x80}, {0x00, 0x00}})})})) ==
          "malformed UTF-8 encoding");
}

TEST_CASE("kinds, flags and types that mean nothing are refused by name") {
    CHECK(malformed(module({section(2, {{0x00, 0x00, 0x05, 0x00}})})) ==
          "malformed import kind 05");
    CHECK(malformed(module({section(2, {{0x00, 0x00, 0x04, 0x01, 0x00}})})) ==
          "zero byte expected");
    CHECK(malformed(module({section(13, {{0x01, 0x00}})})) == "zero byte expected");
    CHECK(malformed(module({section(7, {{0x00, 0x09, 0x00}})})) == "malformed export kind 09");
    CHECK(malformed(module({section(5, {{0x10, 0x00}})})) == "malformed limits flags 10");
    CHECK(malformed(module({section(4, {{0x70, 0x08, 0x00}})})) == "malformed limits flags 08");
    CHECK(malformed(module({section(5, {{0x03, 0x00, 0x01}})})) ==
          "malformed limits flags 03 (shared memories are not supported)");
    CHECK(malformed(module({section(5, {{0x08, 0x00, 0x40}})})) == "invalid custom page size");
    CHECK(malformed(module({section(6, {{0x7F, 0x02, 0x41, 0x00, 0x0B}})})) ==
          "malformed mutability");
    CHECK(malformed(module({section(6, {{0x7A, 0x00, 0x41, 0x00, 0x0B}})})) ==
          "malformed value type 7a");
    CHECK(malformed(module({section(6, {{0x78, 0x00, 0x41, 0x00, 0x0B}})})) ==
          "malformed value type 78");
    CHECK(malformed(module({section(6, {{0x63, 0x75, 0x00, 0x0B}})})) == "malformed heap type 75");
    CHECK(malformed(module({section(4, {{0x7F, 0x00, 0x00}})})) == "malformed reference type 7f");
    CHECK(malformed(module({section(9, {{0x08, 0x00}})})) == "malformed elements segment kind");
    CHECK(malformed(module({section(9, {{0x01, 0x01, 0x00}})})) == "malformed element kind");
    CHECK(malformed(module({section(11, {{0x03, 0x00}})})) == "malformed data segment kind");
    CHECK(malformed(module({section(1, {{0x5D, 0x00}})})) == "malformed definition type 5d");
    CHECK(malformed(module({section(1, {{0x5E, 0x76, 0x00}})})) == "malformed storage type 76");
    CHECK(malformed(module({section(1, {{0x5E, 0x7F, 0x02}})})) == "malformed mutability");
    CHECK(malformed(module({section(1, {{0x50, 0x02, 0x00, 0x00, 0x60, 0x00, 0x00}})})) ==
          "too many supertypes");
}

TEST_CASE("all eight forms of element segments are decoded") {
    const ByteVector zero = {0x41, 0x00, 0x0B}, function = {0xD2, 0x00, 0x0B};
    const Module module = decoded(vm::assemble::module(
        {type_section, one_function, section(4, {{0x70, 0x00, 0x01}, {0x70, 0x00, 0x01}}),
         section(9, {join({{0x00}, zero, {0x01, 0x00}}),
                     {0x01, 0x00, 0x01, 0x00},
                     join({{0x02, 0x01}, zero, {0x00, 0x01, 0x00}}),
                     {0x03, 0x00, 0x01, 0x00},
                     join({{0x04}, zero, {0x01}, function}),
                     join({{0x05, 0x6F, 0x00}}),
                     join({{0x06, 0x01}, zero, {0x70, 0x01}, function}),
                     join({{0x07, 0x70, 0x01}, function})}),
         one_body}));
    using enum SegmentMode;
    const SegmentMode modes[] = {active, passive, active, declarative,
                                 active, passive, active, declarative};
    REQUIRE(module.elements.size() == 8);
    for (size_t i = 0; i < 8; i++) {
        CHECK(module.elements[i].mode == modes[i]);
        CHECK(module.elements[i].size() == (i == 5 ? 0 : 1));
        CHECK(module.elements[i].expressions.empty() == (i < 4 || i == 5));
        CHECK(module.elements[i].has_expressions == (i >= 4));
        CHECK(module.elements[i].table_index == (i == 2 || i == 6 ? 1 : 0));
    }
    CHECK(to_string(module.elements[0].type) == "(ref func)");
    CHECK(to_string(module.elements[4].type) == "funcref");
    CHECK(module.elements[5].type == types::externref);
    CHECK(module.declared_functions == std::vector<bool>{true});
}

TEST_CASE("constant expressions run to their own end") {
    const Module module = decoded(vm::assemble::module(
        {section(6, {{0x7F, 0x00, 0x02, 0x40, 0x0B, 0x41, 0x01, 0x41, 0x02, 0x6A, 0x0B}})}));
    CHECK(module.globals[0].initializer.size == 9);
    CHECK(malformed(vm::assemble::module({section(6, {{0x7F, 0x00, 0x41, 0x00}})})) ==
          "unexpected end of section or function");
    CHECK(malformed(vm::assemble::module({section(6, {{0x7F, 0x00, 0xF3, 0x0B}})})) ==
          "illegal opcode f3");
}

TEST_CASE("a table may have an initializer") {
    const Module module = decoded(vm::assemble::module({section(
        4, {{0x40, 0x00, 0x70, 0x00, 0x02, 0xD0, 0x70, 0x0B}, {0x64, 0x05, 0x00, 0x02}})}));
    REQUIRE(module.tables[0].initializer);
    CHECK(module.tables[0].initializer->size == 3);
    CHECK(to_string(module.tables[1].type.element) == "(ref 5)");
}

TEST_CASE("names come from the name section") {
    const ByteVector names =
        join({name("name"), section(0, name("counter")),
              section(1, {join({{0x00}, name("inc")}), join({{0x07}, name("out of range")})})});
    const Module module =
        decoded(vm::assemble::module({type_section, one_function, one_body, section(0, names)}));
    CHECK(module.module_name == "counter");
    CHECK(module.function_names == std::vector<std::string_view>{"inc"});
    CHECK(module.custom_sections[0].name == "name");
}

TEST_CASE("a broken name section is ignored") {
    for (const ByteVector& broken : {ByteVector{0x01}, ByteVector{0x01, 0x7F, 0x01},
                                     ByteVector{0x01, 0x04, 0x01, 0x00, 0x01, 0xFF},
                                     ByteVector{0x01, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}}) {
        const Module module = decoded(vm::assemble::module(
            {type_section, one_function, one_body, section(0, join({name("name"), broken}))}));
        CHECK(module.function_names.empty());
    }
}
