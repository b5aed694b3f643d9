#include "vm/validate/module_validator.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/binary/module_limits.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

/// Empty when the module is valid.
std::string invalid(std::initializer_list<ByteVector> sections) {
    auto module = decode_module(vm::assemble::module(sections));
    INFO((module ? "" : module.error().reason));
    REQUIRE(module);
    const auto result = validate_module(*module);
    return result ? "" : result.error().reason;
}

const ByteVector type_section = section(1, {{0x60, 0x00, 0x00}, {0x60, 0x01, 0x7F, 0x00}});
const ByteVector functions = section(3, {{0x00}, {0x01}});
const ByteVector bodies = section(10, {body({}), body({})});
const ByteVector funcref_table = section(4, {{0x70, 0x00, 0x01}});
const ByteVector zero = {0x41, 0x00, 0x0B};

ByteVector global(const ByteVector& expression, u8 type = 0x7F) {
    return section(6, {join({{type, 0x00}, expression, {0x0B}})});
}

}  // namespace

TEST_CASE("type indices must be known") {
    CHECK(invalid({type_section, section(3, {{0x02}}), section(10, {body({})})}) ==
          "unknown type 2");
    CHECK(invalid({section(2, {join({name("m"), name("f"), {0x00, 0x00}})})}) == "unknown type 0");
}

TEST_CASE("types see those before them and those of their group") {
    const auto types = [](std::initializer_list<ByteVector> list) {
        return invalid({section(1, list)});
    };
    CHECK(types({{0x5F, 0x01, 0x63, 0x00, 0x01}}).empty());
    CHECK(types({{0x5F, 0x01, 0x63, 0x01, 0x01}, {0x60, 0x00, 0x00}}) == "unknown type 1");
    CHECK(
        types({{0x4E, 0x02, 0x5F, 0x01, 0x63, 0x01, 0x01, 0x60, 0x01, 0x64, 0x00, 0x00}}).empty());
    CHECK(types({{0x60, 0x01, 0x64, 0x02, 0x00}}) == "unknown type 2");
    CHECK(types({{0x4E, 0x00}, {0x5E, 0x7B, 0x00}}).empty());
}

TEST_CASE("a subtype matches its supertype, which is open and comes before it") {
    const ByteVector open_struct = {0x50, 0x00, 0x5F, 0x01, 0x7F, 0x00};
    const auto sub = [](const ByteVector& super, const ByteVector& composite) {
        return invalid({section(1, {super, join({{0x50, 0x01, 0x00}, composite})})});
    };
    CHECK(sub(open_struct, {0x5F, 0x01, 0x7F, 0x00}).empty());
    CHECK(sub(open_struct, {0x5F, 0x02, 0x7F, 0x00, 0x7E, 0x01}).empty());
    CHECK(sub(open_struct, {0x5F, 0x00}) == "sub type 1 does not match super type 0");
    CHECK(sub(open_struct, {0x5F, 0x01, 0x7E, 0x00}) == "sub type 1 does not match super type 0");
    CHECK(sub(open_struct, {0x5F, 0x01, 0x7F, 0x01}) == "sub type 1 does not match super type 0");
    CHECK(sub(open_struct, {0x5E, 0x7F, 0x00}) == "sub type 1 does not match super type 0");
    CHECK(sub({0x5F, 0x01, 0x7F, 0x00}, {0x5F, 0x01, 0x7F, 0x00}) ==
          "sub type 1 has final super type 0");
    // A field that is constant may be of a subtype, one that is not may not.
    CHECK(sub({0x50, 0x00, 0x5E, 0x6E, 0x00}, {0x5E, 0x6D, 0x00}).empty());
    CHECK(sub({0x50, 0x00, 0x5E, 0x6E, 0x01}, {0x5E, 0x6D, 0x01}) ==
          "sub type 1 does not match super type 0");
    // Parameters go against the direction, results along it.
    const ByteVector function = {0x50, 0x00, 0x60, 0x01, 0x6D, 0x01, 0x6D};
    CHECK(sub(function, {0x60, 0x01, 0x6E, 0x01, 0x6C}).empty());
    CHECK(sub(function, {0x60, 0x01, 0x6C, 0x01, 0x6D}) ==
          "sub type 1 does not match super type 0");
    CHECK(sub(function, {0x60, 0x01, 0x6D, 0x01, 0x6E}) ==
          "sub type 1 does not match super type 0");
    CHECK(sub(function, {0x60, 0x00, 0x01, 0x6D}) == "sub type 1 does not match super type 0");
    CHECK(invalid({section(1, {{0x50, 0x01, 0x00, 0x5F, 0x00}})}) ==
          "forward use of type 0 in sub type definition");
    CHECK(invalid({section(1, {{0x50, 0x01, 0x07, 0x5F, 0x00}})}) == "unknown type 7");
}

TEST_CASE("hierarchies end at a depth, whatever a group claims") {
    const auto chain = [](u8 length) {
        ByteVector group = {0x4E, length, 0x50, 0x00, 0x5F, 0x00};
        for (u8 i = 1; i < length; i++)
            group.insert(group.end(), {0x50, 0x01, u8(i - 1), 0x5F, 0x00});
        return invalid({section(1, {group})});
    };
    CHECK(chain(subtype_depth_max + 1).empty());
    CHECK(chain(subtype_depth_max + 2) == "sub type 64 is nested too deeply");
}

TEST_CASE("functions and tags are of function types, tags without results") {
    const ByteVector types = section(1, {{0x5F, 0x00}, {0x60, 0x00, 0x01, 0x7F}});
    CHECK(invalid({types, section(3, {{0x00}}), section(10, {body({})})}) == "non-function type 0");
    CHECK(invalid({types, section(2, {join({name("m"), name("f"), {0x00, 0x00}})})}) ==
          "non-function type 0");
    CHECK(invalid({type_section, section(13, {{0x00, 0x01}})}).empty());
    CHECK(invalid({types, section(13, {{0x00, 0x00}})}) == "non-function type 0");
    CHECK(invalid({types, section(13, {{0x00, 0x01}})}) == "non-empty tag result type");
    CHECK(invalid({types, section(2, {join({name("m"), name("t"), {0x04, 0x00, 0x01}})})}) ==
          "non-empty tag result type");
    CHECK(invalid({section(13, {{0x00, 0x00}})}) == "unknown type 0");
    CHECK(invalid({section(7, {join({name("t"), {0x04, 0x00}})})}) == "unknown tag 0");
}

TEST_CASE("a type that does not exist is unknown to globals, tables and segments") {
    CHECK(invalid({section(6, {{0x63, 0x05, 0x00, 0xD0, 0x70, 0x0B}})}) == "unknown type 5");
    CHECK(invalid({section(4, {{0x63, 0x05, 0x00, 0x00}})}) == "unknown type 5");
    CHECK(invalid({section(9, {{0x05, 0x63, 0x05, 0x00}})}) == "unknown type 5");
    CHECK(invalid({section(2, {join({name("m"), name("g"), {0x03, 0x63, 0x05, 0x00}})})}) ==
          "unknown type 5");
    CHECK(invalid({section(2, {join({name("m"), name("t"), {0x01, 0x63, 0x05, 0x00, 0x00}})})}) ==
          "unknown type 5");
}

TEST_CASE("pages have 64 KiB or one byte") {
    const auto memory = [](const ByteVector& type) { return invalid({section(5, {type})}); };
    CHECK(memory({0x08, 0x01, 0x00}).empty());
    CHECK(memory({0x08, 0x01, 0x10}).empty());
    CHECK(memory({0x08, 0x01, 0x01}) == "invalid custom page size");
    CHECK(memory({0x08, 0x01, 0x11}) == "invalid custom page size");
    CHECK(memory({0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00}).empty());
    CHECK(memory({0x08, 0x80, 0x80, 0x80, 0x80, 0x10, 0x00}) ==
          "memory size must be at most 2^32-1 bytes");
}

TEST_CASE("limits are in order and in the range of the address type") {
    const auto memory = [](const ByteVector& type) { return invalid({section(5, {type})}); };
    CHECK(memory({0x00, 0x80, 0x80, 0x04}).empty());
    CHECK(memory({0x00, 0x81, 0x80, 0x04}) == "memory size must be at most 65536 pages (4 GiB)");
    CHECK(memory({0x01, 0x02, 0x01}) == "size minimum must not be greater than maximum");
    CHECK(memory({0x04, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40}).empty());
    CHECK(memory({0x04, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40}) ==
          "memory size must be at most 2^48 pages");
    const auto table = [](const ByteVector& limits) {
        return invalid({section(4, {join({{0x70}, limits})})});
    };
    CHECK(table({0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}).empty());
    CHECK(table({0x00, 0x80, 0x80, 0x80, 0x80, 0x10}) == "table size must be at most 2^32-1");
    CHECK(table({0x05, 0x80, 0x80, 0x80, 0x80, 0x10, 0x80, 0x80, 0x80, 0x80, 0x10}).empty());
    CHECK(table({0x01, 0x02, 0x01}) == "size minimum must not be greater than maximum");
}

TEST_CASE("several memories are valid") { CHECK(invalid({section(5, {{0, 1}, {0, 1}})}).empty()); }

TEST_CASE("constant expressions are constant, and of the type asked for") {
    CHECK(invalid({global({0x41, 0x01})}).empty());
    CHECK(invalid({global({0x42, 0x01})}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
    CHECK(invalid({global({})}) == "type mismatch: instruction requires [i32] but stack has []");
    CHECK(invalid({global({0x41, 0x01, 0x41, 0x01})}) ==
          "type mismatch: values remain on the stack at the end of the block");
    CHECK(invalid({global({0x41, 0x01, 0x41, 0x02, 0x6A})}).empty());
    CHECK(invalid({global({0x42, 0x01, 0x42, 0x02, 0x7E}, 0x7E)}).empty());
    CHECK(invalid({global({0x41, 0x01, 0x6A})}) ==
          "type mismatch: instruction requires [i32] but stack has []");
    CHECK(invalid({global({0x01, 0x41, 0x01})}) == "constant expression required");
    CHECK(invalid({global({0x23, 0x00})}) == "unknown global 0");
    CHECK(invalid({global({0xD2, 0x00}, 0x70)}) == "unknown function 0");
    CHECK(invalid({global({0xD0, 0x6F}, 0x6F)}).empty());
    CHECK(invalid({global(join({{0xFD, 0x0C}, ByteVector(16, 1)}), 0x7B)}).empty());
    CHECK(invalid({global({0x41, 0x01, 0x41, 0x02, 0x6D})}) == "constant expression required");
}

TEST_CASE("constant expressions make structures, arrays and i31") {
    const ByteVector types = section(1, {{0x5F, 0x01, 0x7F, 0x01}, {0x5E, 0x78, 0x01}});
    const auto any = [&](const ByteVector& expression) {
        return invalid({types, global(expression, 0x6E)});
    };
    CHECK(any({0x41, 0x01, 0xFB, 0x00, 0x00}).empty());
    CHECK(any({0xFB, 0x01, 0x00}).empty());
    CHECK(any({0x41, 0x01, 0x41, 0x02, 0xFB, 0x06, 0x01}).empty());
    CHECK(any({0x41, 0x02, 0xFB, 0x07, 0x01}).empty());
    CHECK(any({0x41, 0x02, 0xFB, 0x08, 0x01, 0x01}).empty());
    CHECK(any({0x41, 0x02, 0xFB, 0x1C}).empty());
    CHECK(any({0xD0, 0x6F, 0xFB, 0x1A}).empty());
    CHECK(any({0x41, 0x02, 0xFB, 0x1C, 0xFB, 0x1B}) ==
          "type mismatch: instruction requires [anyref] but stack has [(ref extern)]");
    CHECK(any({0xFB, 0x00, 0x00}) == "type mismatch: instruction requires [i32] but stack has []");
    CHECK(any({0xD0, 0x00, 0xFB, 0x02, 0x00, 0x00}) == "constant expression required");
    CHECK(any({0xD0, 0x00, 0xD4}) == "constant expression required");
}

TEST_CASE("an initializer sees the constants before it") {
    const ByteVector first = {0x7F, 0x00, 0x41, 0x01, 0x0B}, get_0 = {0x7F, 0x00, 0x23, 0x00, 0x0B};
    CHECK(invalid({section(6, {first, get_0})}).empty());
    CHECK(invalid({section(6, {get_0, first})}) == "unknown global 0");
    CHECK(invalid({section(6, {{0x7F, 0x01, 0x41, 0x01, 0x0B}, get_0})}) ==
          "constant expression required");
}

TEST_CASE("exports exist and have names of their own") {
    const auto exports = [](std::initializer_list<ByteVector> list) {
        return invalid({type_section, functions, section(7, list), bodies});
    };
    CHECK(exports({join({name("a"), {0x00, 0x00}}), join({name("b"), {0x00, 0x00}})}).empty());
    CHECK(exports({join({name("a"), {0x00, 0x00}}), join({name("a"), {0x00, 0x01}})}) ==
          "duplicate export name \"a\"");
    CHECK(exports({join({name("a"), {0x00, 0x02}})}) == "unknown function 2");
    CHECK(exports({join({name("a"), {0x01, 0x00}})}) == "unknown table 0");
    CHECK(exports({join({name("a"), {0x02, 0x00}})}) == "unknown memory 0");
    CHECK(exports({join({name("a"), {0x03, 0x00}})}) == "unknown global 0");
}

TEST_CASE("the start function takes and gives nothing") {
    const auto start = [](u8 index) {
        return invalid({type_section, functions, section(8, ByteVector{index}), bodies});
    };
    CHECK(start(0).empty());
    CHECK(start(1) == "start function must take and give nothing, but is of type (i32) -> ()");
    CHECK(start(2) == "unknown function 2");
}

TEST_CASE("element segments fit their tables") {
    const auto elements = [](const ByteVector& segment, const ByteVector& tables = funcref_table) {
        return invalid({type_section, functions, tables, section(9, {segment}), bodies});
    };
    CHECK(elements(join({{0x00}, zero, {0x01, 0x01}})).empty());
    CHECK(elements(join({{0x00}, zero, {0x01, 0x02}})) == "unknown function 2");
    CHECK(elements(join({{0x02, 0x01}, zero, {0x00, 0x00}})) == "unknown table 1");
    CHECK(elements(join({{0x06, 0x00}, zero, {0x6F, 0x00}})) ==
          "type mismatch: the segment's elements do not fit the table");
    CHECK(elements(join({{0x00}, zero, {0x00}}), section(4, {{0x70, 0x04, 0x01}})) ==
          "type mismatch: instruction requires [i64] but stack has [i32]");
    CHECK(elements({0x05, 0x70, 0x01, 0xD0, 0x6F, 0x0B}) ==
          "type mismatch: instruction requires [funcref] but stack has [externref]");
    CHECK(elements({0x05, 0x70, 0x01, 0xD2, 0x02, 0x0B}) == "unknown function 2");
}

TEST_CASE("data segments fit their memories") {
    const ByteVector memory = section(5, {{0x04, 0x01}});
    const ByteVector zero64 = {0x42, 0x00, 0x0B};
    CHECK(invalid({memory, section(11, {join({{0x00}, zero64, {0x00}})})}).empty());
    CHECK(invalid({memory, section(11, {join({{0x00}, zero, {0x00}})})}) ==
          "type mismatch: instruction requires [i64] but stack has [i32]");
    CHECK(invalid({section(11, {join({{0x00}, zero, {0x00}})})}) == "unknown memory 0");
    CHECK(invalid({section(11, {{0x01, 0x00}})}).empty());
}

TEST_CASE("a table's initializer is of its element type") {
    CHECK(invalid({section(4, {{0x40, 0x00, 0x70, 0x00, 0x02, 0xD0, 0x70, 0x0B}})}).empty());
    CHECK(invalid({section(4, {{0x40, 0x00, 0x70, 0x00, 0x02, 0xD0, 0x6F, 0x0B}})}) ==
          "type mismatch: instruction requires [funcref] but stack has [externref]");
    CHECK(invalid({section(4, {{0x64, 0x6E, 0x00, 0x02}})}) ==
          "type mismatch: a table of (ref any) needs an initializer");
    CHECK(
        invalid({section(4, {{0x40, 0x00, 0x64, 0x6E, 0x00, 0x02, 0x41, 0x00, 0xFB, 0x1C, 0x0B}})})
            .empty());
}

TEST_CASE("an error says where: at the section, when its entry has no place of its own") {
    const auto module = decode_module(vm::assemble::module({section(5, {{0x01, 0x02, 0x01}})}));
    REQUIRE(module);
    const auto result = validate_module(*module);
    REQUIRE_FALSE(result);
    CHECK(result.error().offset == 10);
}
