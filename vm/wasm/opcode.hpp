#pragma once

#include <cstddef>
#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// The instructions of WebAssembly, by their code in the binary format (prefix byte above).
enum class Opcode : u16 {
#define WASM(code, id, ...) id = code,
#include "vm/wasm/opcode.def"
};

/// What follows an opcode in the binary format.
enum class Immediate : u8 {
    none,
    block_type,
    label,
    label_table,
    function,
    type_table,
    select_types,
    local,
    global,
    table,
    table_table,
    element,
    element_table,
    heap_type,
    memory,
    memory_memory,
    data,
    data_memory,
    memory_argument_0,
    memory_argument_1,
    memory_argument_2,
    memory_argument_3,
    memory_argument_4,
    i32,
    i64,
    f32,
    f64,
};

/// A dense number of an opcode, for tables: the opcode itself, or 0x100 + n for 0xFCnn.
inline constexpr size_t opcode_places = 0x200;
constexpr size_t place_of(Opcode opcode) {
    const u16 code = u16(opcode);
    return code < 0x100 ? code : 0x100 + (code & 0xFF);
}

struct OpcodeRow {
    Opcode opcode;
    std::string_view text;  ///< "i32.add"
    Immediate immediate;
    std::string_view signature;  ///< "ii:i", or "*"
    u16 cost;
};

/// The row of `opcode`; nullptr when it is no instruction that we know.
const OpcodeRow* find_opcode_row(u16 opcode);

}  // namespace icvm::vm
