#include "vm/wasm/opcode.hpp"

#include <array>

namespace icvm::vm {
namespace {

constexpr OpcodeRow rows[] = {
#define WASM(code, id, text, immediate, signature, cost) \
    {Opcode::id, text, Immediate::immediate, signature, cost},
#include "vm/wasm/opcode.def"
};

/// Position in `rows` plus one, by place.
constexpr std::array<u16, opcode_places> index = [] {
    std::array<u16, opcode_places> result{};
    for (size_t i = 0; i < std::size(rows); i++) result[place_of(rows[i].opcode)] = u16(i + 1);
    return result;
}();

}  // namespace

const OpcodeRow* find_opcode_row(u16 opcode) {
    if (opcode >= 0x100 && opcode < 0xFB00) return nullptr;
    if (opcode >= 0xFB00 && opcode < 0xFD00 && (opcode & 0xFF) >= 0x20) return nullptr;
    if (opcode >= 0xFD00 + 0x114) return nullptr;
    const u16 position = index[place_of(Opcode(opcode))];
    return position == 0 ? nullptr : &rows[position - 1];
}

}  // namespace icvm::vm
