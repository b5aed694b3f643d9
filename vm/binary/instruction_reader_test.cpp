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
    CHECK(read({0x02, 0x7B}).block_type.value == types::v128);
    CHECK(to_string(read({0x02, 0x63, 0x03}).block_type.value) == "(ref null 3)");
    CHECK(to_string(read({0x02, 0x71}).block_type.value) == "nullref");
    CHECK(malformed({0x02, 0x78}).reason == "malformed block type 78");
    CHECK(malformed({0x02, 0x41}).reason == "malformed block type 41");
    CHECK(malformed({0x02, 0xFF, 0x7F}).reason == "malformed block type 7f");
}

TEST_CASE("vector instructions have opcodes of up to two bytes, lanes and constants") {
    ByteVector constant = {0xFD, 0x0C};
    for (u8 i = 0; i < 16; i++) constant.push_back(i);
    CHECK(read(constant).opcode == Opcode::v128_const);
    CHECK(read(constant).bits == 0x0706'0504'0302'0100);
    CHECK(read(constant).bits_high == 0x0F0E'0D0C'0B0A'0908);
    constant[1] = 0x0D;
    CHECK(read(constant).opcode == Opcode::i8x16_shuffle);
    CHECK(read(constant).bits_high == 0x0F0E'0D0C'0B0A'0908);
    CHECK(read({0xFD, 0x15, 0x0F}).lane == 15);
    CHECK(read({0xFD, 0x93, 0x02}).opcode == Opcode::i32x4_relaxed_dot_i8x16_i7x16_add_s);
    CHECK(read({0xFD, 0xFF, 0x01}).opcode == Opcode(0xFDFF));
    const Instruction lane = read({0xFD, 0x54, 0x40, 0x01, 0x07, 0x0A});
    CHECK(lane.opcode == Opcode::v128_load8_lane);
    CHECK(lane.alignment == 0);
    CHECK(lane.memory == 1);
    CHECK(lane.bits == 7);
    CHECK(lane.lane == 10);
    CHECK(read({0xFD, 0x00, 0x04, 0x10}).bits == 16);
    CHECK(malformed({0xFD, 0x94, 0x02}).reason == "illegal opcode fd 114");
    CHECK(malformed({0xFD, 0x9A, 0x01}).reason == "illegal opcode fd 9a");
    CHECK(malformed({0xFE, 0x00}).reason == "illegal opcode fe");
}

TEST_CASE("instructions of references and aggregates name types") {
    CHECK(to_string(read({0xFB, 0x14, 0x6D}).type) == "(ref eq)");
    CHECK(to_string(read({0xFB, 0x15, 0x6D}).type) == "eqref");
    CHECK(to_string(read({0xFB, 0x16, 0x05}).type) == "(ref 5)");
    CHECK(to_string(read({0xFB, 0x17, 0x71}).type) == "nullref");
    CHECK(to_string(read({0xD0, 0x85, 0x00}).type) == "(ref null 5)");
    for (const u8 code : {0x02, 0x08, 0x09, 0x0A, 0x11, 0x12, 0x13}) {
        const Instruction two = read({0xFB, code, 0x04, 0x85, 0x00});
        CHECK(two.opcode == Opcode(0xFB00 + code));
        CHECK(two.index == 4);
        CHECK(two.index2 == 5);
    }
    CHECK(read({0x14, 0x03}).index == 3);
    const Instruction cast = read({0xFB, 0x18, 0x02, 0x07, 0x6E, 0x6C});
    CHECK(cast.index == 7);
    CHECK(to_string(cast.type) == "(ref any)");
    CHECK(to_string(cast.type2) == "i31ref");
    CHECK(malformed({0xFB, 0x19, 0x04, 0x00, 0x6E, 0x6E}).reason ==
          "malformed br_on_cast flags 04");
    CHECK(malformed({0xFB, 0x1F}).reason == "illegal opcode fb 1f");
    CHECK(malformed({0xD0, 0x40}).reason == "malformed heap type 40");
}

TEST_CASE("try_table has clauses") {
    const Instruction instruction =
        read({0x1F, 0x7F, 0x04, 0x00, 0x01, 0x02, 0x01, 0x03, 0x04, 0x02, 0x05, 0x03, 0x06});
    CHECK(instruction.block_type.value == types::i32);
    REQUIRE(malformed({0x1F, 0x40, 0x01, 0x04, 0x00}).reason == "malformed catch clause 04");
    Module module;
    module.bytes = {0x1F, 0x7F, 0x04, 0x00, 0x01, 0x02, 0x01, 0x03, 0x04, 0x02, 0x05, 0x03, 0x06};
    InstructionReader reader(module, {0, u32(module.bytes.size())});
    Instruction again{};
    REQUIRE(reader.next(again));
    REQUIRE(again.catches.size() == 4);
    CHECK(again.catches[0].kind == CatchClause::Kind::tag);
    CHECK(again.catches[0].tag == 1);
    CHECK(again.catches[0].label == 2);
    CHECK(again.catches[1].kind == CatchClause::Kind::tag_ref);
    CHECK(again.catches[2].kind == CatchClause::Kind::all);
    CHECK(again.catches[2].label == 5);
    CHECK(again.catches[3].label == 6);
}

TEST_CASE("an instruction that is cut off is malformed") {
    for (const ByteVector& bytes :
         {ByteVector{}, ByteVector{0x41}, ByteVector{0x41, 0x80}, ByteVector{0x43, 0, 0, 0},
          ByteVector{0x44, 0, 0, 0, 0, 0, 0, 0}, ByteVector{0x28, 0x02},
          ByteVector{0x0E, 0x01, 0x00}, ByteVector{0xFC}, ByteVector{0x11, 0x00},
          ByteVector{0x1C, 0x01}, ByteVector{0xD0}, ByteVector{0xFD, 0x0C, 0},
          ByteVector{0xFD, 0x80}, ByteVector{0x1F, 0x40}, ByteVector{0xFB, 0x18, 0x00, 0x00, 0x6E}})
        CHECK(malformed(bytes).reason == "unexpected end of section or function");
}

TEST_CASE("an error stands where the wrong byte is") {
    CHECK(malformed({0xFF}).offset == 0);
    CHECK(malformed({0x41, 0x80, 0x80, 0x80, 0x80, 0x10}).offset == 5);
    CHECK(malformed({0xD0, 0x60}).offset == 1);
    CHECK(malformed({0xFC, 0xFF, 0x01}).reason == "illegal opcode fc ff");
}
