#include "vm/binary/encoder.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {
namespace {

using namespace assemble;

TEST_CASE("Sections come in the order of the binary format, whatever came first") {
    ModuleEncoder encoder;
    encoder.begin_entry(SectionPlace::memory, 30);
    ByteVector& memories = encoder.begin_entry(SectionPlace::memory, 31).bytes;
    memories.insert(memories.end(), {0, 1});
    encoder.begin_entry(SectionPlace::type, 10).bytes = {0x60, 0, 0};
    encoder.begin_entry(SectionPlace::data_count, 20).bytes = {0};
    encoder.add_custom_section(2 * size_t(SectionPlace::type) + 1, "b", {}, 50);
    encoder.add_custom_section(0, "a", {}, 40);
    const MarkedBytes encoded = encoder.finish();
    CHECK(encoded.bytes ==
          module({section(0, name("a")), section(1, {{0x60, 0, 0}}), section(0, name("b")),
                  section(5, {{}, {0, 1}}), section(12, ByteVector{0})}));
    CHECK(encoded.marks.front().source == 40);
    CHECK(encoded.marks.front().offset == 10);
    for (size_t i = 1; i < encoded.marks.size(); i++)
        CHECK(encoded.marks[i - 1].offset <= encoded.marks[i].offset);
}

TEST_CASE("An opcode behind 0xFD is a number of up to 32 bits") {
    ByteVector out;
    for (const Opcode opcode :
         {Opcode::nop, Opcode::memory_copy, Opcode::struct_get, Opcode::v128_load,
          Opcode::i16x8_abs, Opcode::i8x16_relaxed_swizzle})
        encode_opcode(out, u16(opcode));
    CHECK(out == ByteVector{0x01, 0xFC, 10, 0xFB, 2, 0xFD, 0, 0xFD, 0x80, 1, 0xFD, 0x80, 2});
}

}  // namespace
}  // namespace icvm::vm
