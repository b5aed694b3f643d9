#pragma once

#include <span>

#include "vm/wasm/opcode.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// A block type: nothing, one value, or the type with that index (Wasm 2.4.8).
struct BlockType {
    enum class Kind : u8 { empty, value, type_index } kind = Kind::empty;
    ValueType value{};
    u32 type_index = 0;
};

/// A clause of try_table (Wasm 2.4.9).
struct CatchClause {
    enum class Kind : u8 { tag = 0, tag_ref = 1, all = 2, all_ref = 3 } kind = Kind::tag;
    u32 tag = 0;
    u32 label = 0;  ///< counted from outside the try_table
};

/// One instruction with its immediates. Which fields mean something follows from the opcode's
/// Immediate.
struct Instruction {
    Opcode opcode;
    u32 offset = 0;  ///< of its opcode in the module
    u32 index = 0;   ///< label, function, local, global, type, table, tag, segment, memory
                     ///< (destination); typed select: the number of types
    u32 index2 = 0;  ///< second index: table of call_indirect and of table.init, source of a copy,
                     ///< field, segment or number of operands after a type index
    u32 memory = 0;  ///< memory argument: memory index
    u32 alignment = 0;  ///< memory argument: log2
    u64 bits = 0;       ///< constant, or the offset of a memory argument; v128: its low half
    u64 bits_high = 0;  ///< v128: its high half. A shuffle's 16 lanes lie as in a v128 constant
    u8 lane = 0;        ///< of a vector instruction
    BlockType block_type{};
    ValueType type{};  ///< ref.null: type of the reference; ref.test, ref.cast: the type asked for;
                       ///< typed select: the one type; br_on_cast: the type of the operand
    ValueType type2{};                       ///< br_on_cast: the type that it is cast to
    std::span<const u32> labels{};           ///< br_table without its default, which is in `index`
    std::span<const CatchClause> catches{};  ///< try_table
};

}  // namespace icvm::vm
