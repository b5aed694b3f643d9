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

/// One instruction with its immediates. Which fields mean something follows from the opcode's
/// Immediate.
struct Instruction {
    Opcode opcode;
    u32 offset = 0;  ///< of its opcode in the module
    u32 index = 0;  ///< label, function, local, global, type, table, segment, memory (destination);
                    ///< typed select: the number of types
    u32 index2 = 0;  ///< second index: table of call_indirect and of table.init, source of a copy
    u32 memory = 0;  ///< memory argument: memory index
    u32 alignment = 0;  ///< memory argument: log2
    u64 bits = 0;       ///< constant, or the offset of a memory argument
    BlockType block_type{};
    ValueType type{};               ///< ref.null: type of the reference; typed select: the one type
    std::span<const u32> labels{};  ///< br_table without its default, which is in `index`
};

}  // namespace icvm::vm
