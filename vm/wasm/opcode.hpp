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

/// What follows an opcode in the binary format (Wasm 5.4), and which fields of an Instruction hold
/// it.
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
    memory_argument_lane_0,
    memory_argument_lane_1,
    memory_argument_lane_2,
    memory_argument_lane_3,
    lane_2,
    lane_4,
    lane_8,
    lane_16,
    shuffle,
    i32,
    i64,
    f32,
    f64,
    v128,
    tag,
    catches,       ///< of try_table: a block type, then the clauses
    cast,          ///< of br_on_cast: flags, a label, two heap types
    type,          ///< a type index
    type_field,    ///< and the index of a field
    type_count,    ///< and a number of operands
    type_data,     ///< and a data segment
    type_element,  ///< and an element segment
    type_type,     ///< two type indices: destination, source
};

/// A dense number of an opcode, for tables: the opcode itself, 0x100 + n for 0xFBnn, 0x120 + n for
/// 0xFCnn, 0x140 + n for the vector instruction n.
inline constexpr size_t opcode_places = 0x140 + 0x114;
constexpr size_t place_of(Opcode opcode) {
    const u16 code = u16(opcode);
    if (code < 0x100) return code;
    if (code >= 0xFD00) return 0x140 + (code - 0xFD00);
    return (code >= 0xFC00 ? 0x120 : 0x100) + (code & 0x1F);
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
