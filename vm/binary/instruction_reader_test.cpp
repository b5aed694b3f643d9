#include "vm/binary/instruction_reader.hpp"

#include <catch2/catch.hpp>

using namespace icvm;
using namespace icvm::vm;

namespace {

/// Reads one instruction that takes all of `bytes`.
Instruction read(ByteVector bytes) {
    Module module;
    module.bytes = std::move(bytes);
    InstructionReader reader(module, {0, u32(module.bytes.size())});
    Instruction instruction{};
    const auto result = reader.next(instruction);
    INFO((result ? "" : to_malformed(result.error()).reason));
    REQUIRE(result);
    CHECK(reader.at_end());
    return instruction;
}

Malformed malformed(ByteVector bytes) {
    Module module;
    module.bytes = std::move(bytes);
    InstructionReader reader(module, {0, u32(module.bytes.size())});
    Instruction instruction{};
    const auto result = reader.next(instruction);
    REQUIRE_FALSE(result);
    return to_malformed(result.error());
}

}  // namespace

TEST_CASE("constants of every length keep their sign") {
    CHECK(read({0x41, 0x7F}).bits == 0xFFFF'FFFF);
    CHECK(read({0x41, 0x3F}).bits == 63);
    CHECK(read({0x41, 0x40}).bits == 0xFFFF'FFC0);
    CHECK(read({0x41, 0xFF, 0x00}).bits == 127);
    CHECK(read({0x41, 0x80, 0x80, 0x80, 0x80, 0x78}).bits == 0x8000'0000);
    CHECK(read({0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x07}).bits == 0x7FFF'FFFF);
    CHECK(read({0x42, 0x7F}).bits == ~u64(0));
    CHECK(read({0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F}).bits ==
          u64(1) << 63);
    CHECK(read({0x43, 0x00, 0x00, 0x80, 0x3F}).bits == 0x3F80'0000);
    CHECK(read({0x44, 1, 2, 3, 4, 5, 6, 7, 0x3F}).bits == 0x3F07'0605'0403'0201);
}

TEST_CASE("immediates land in their fields") {
    CHECK(read({0x20, 0xE5, 0x8E, 0x26}).index == 624485);
    const Instruction call = read({0x11, 0x05, 0x02});
    CHECK(call.index == 5);
    CHECK(call.index2 == 2);
    const Instruction table = read({0x0E, 0x02, 0x07, 0x08, 0x09});
    CHECK(table.index == 9);
    CHECK(table.labels.size() == 2);
    const Instruction load = read({0x28, 0x42, 0x03, 0x80, 0x01});
    CHECK(load.alignment == 2);
    CHECK(load.memory == 3);
    CHECK(load.bits == 128);
    CHECK(read({0x28, 0x02, 0x00}).memory == 0);
    const Instruction copy = read({0xFC, 0x0A, 0x01, 0x02});
    CHECK(copy.opcode == Opcode::memory_copy);
    CHECK(copy.index == 1);
    CHECK(copy.index2 == 2);
    CHECK(read({0xFC, 0x80, 0x00}).opcode == Opcode::i32_trunc_sat_f32_s);
    CHECK(read({0xD0, 0x6F}).type == types::externref);
    CHECK(read({0x1C, 0x01, 0x7C}).type == types::f64);
}

TEST_CASE("block types are nothing, a value or an index") {
    CHECK(read({0x02, 0x40}).block_type.kind == BlockType::Kind::empty);
    CHECK(read({0x03, 0x7E}).block_type.value == types::i64);
    const BlockType indexed = read({0x04, 0xC0, 0x00}).block_type;
    CHECK(indexed.kind == BlockType::Kind::type_index);
    CHECK(indexed.type_index == 64);
    CHECK(malformed({0x02, 0x41}).reason == "malformed block type 41");
    CHECK(malformed({0x02, 0xFF, 0x7F}).reason == "malformed block type 7f");
}

TEST_CASE("an instruction that is cut off is malformed") {
    for (const ByteVector& bytes :
         {ByteVector{}, ByteVector{0x41}, ByteVector{0x41, 0x80}, ByteVector{0x43, 0, 0, 0},
          ByteVector{0x44, 0, 0, 0, 0, 0, 0, 0}, ByteVector{0x28, 0x02},
          ByteVector{0x0E, 0x01, 0x00}, ByteVector{0xFC}, ByteVector{0x11, 0x00},
          ByteVector{0x1C, 0x01}, ByteVector{0xD0}})
        CHECK(malformed(bytes).reason == "unexpected end of section or function");
}

TEST_CASE("an error stands where the wrong byte is") {
    CHECK(malformed({0xFF}).offset == 0);
    CHECK(malformed({0x41, 0x80, 0x80, 0x80, 0x80, 0x10}).offset == 5);
    CHECK(malformed({0xD0, 0x05}).offset == 1);
    CHECK(malformed({0xFC, 0xFF, 0x01}).reason == "illegal opcode fc ff");
}
