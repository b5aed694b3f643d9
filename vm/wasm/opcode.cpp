#include "vm/wasm/opcode.hpp"

#include <array>

namespace icvm::vm {
namespace {

constexpr OpcodeRow rows[] = {
#define WASM(code, id, text, immediate, signature, cost) \
    {Opcode::id, text, Immediate::immediate, signature, cost},
#include "vm/wasm/opcode.def"
};

/// Place in `rows` plus one, by one-byte opcode and, from 256, by the byte behind the prefix 0xFC.
constexpr size_t places = 512;

constexpr size_t place(u16 opcode) {
    if (opcode < 0x100) return opcode;
    return (opcode >> 8) == 0xFC ? 0x100 + (opcode & 0xFF) : places;
}

constexpr std::array<u16, places> index = [] {
    std::array<u16, places> result{};
    for (size_t i = 0; i < std::size(rows); i++) result[place(u16(rows[i].opcode))] = u16(i + 1);
    return result;
}();

}  // namespace

const OpcodeRow* find_opcode_row(u16 opcode) {
    const size_t at = place(opcode);
    if (at >= places || index[at] == 0) return nullptr;
    return &rows[index[at] - 1];
}

}  // namespace icvm::vm
