#include <fmt/format.h>

#include "vm/base/check.hpp"
#include "vm/validate/function_typing.hpp"
#include "vm/validate/signature.hpp"

namespace icvm::vm {

bool FunctionTyping::check_memory(u32 index) {
    return index < module_.memory_types.size() || unknown("memory", index);
}

bool FunctionTyping::check_table(u32 index) {
    return index < module_.table_types.size() || unknown("table", index);
}

bool FunctionTyping::check_element(u32 index) {
    return index < module_.elements.size() || unknown("elem segment", index);
}

bool FunctionTyping::check_data(u32 index) {
    return index < module_.data.size() || unknown("data segment", index);
}

bool FunctionTyping::check_memory_argument(const Instruction& instruction, unsigned natural) {
    if (!check_memory(instruction.memory)) return false;
    if (instruction.alignment > natural) return fail("alignment must not be larger than natural");
    if (instruction.bits > ~u32(0) && memory_address(instruction.memory) == types::i32)
        return fail("offset out of range");
    return true;
}

bool FunctionTyping::check_lane(const Instruction& instruction, const Signature& signature) {
    return instruction.lane < signature.lanes ||
           fail(fmt::format("invalid lane index {}", instruction.lane));
}

/// Each of the lanes names one of the 32 of both operands.
bool FunctionTyping::check_shuffle(const Instruction& instruction) {
    constexpr u64 above_31 = 0xE0E0'E0E0'E0E0'E0E0;
    return ((instruction.bits | instruction.bits_high) & above_31) == 0 ||
           fail("invalid lane index of a shuffle");
}

bool FunctionTyping::apply_memory(const Instruction& instruction) {
    const u32 index = instruction.index;
    switch (instruction.opcode) {
        case Opcode::memory_init: return apply_memory_init(instruction);
        case Opcode::memory_copy: return apply_memory_copy(instruction);
        case Opcode::data_drop: return check_data(index);
        default: break;
    }
    if (!check_memory(index)) return false;
    const ValueType address = memory_address(index);
    if (instruction.opcode == Opcode::memory_fill)
        return pop(address) && pop(types::i32) && pop(address);
    if (instruction.opcode == Opcode::memory_grow && !pop(address)) return false;
    operands_.push(address);
    return true;
}

bool FunctionTyping::apply_memory_init(const Instruction& instruction) {
    return check_memory(instruction.index2) && check_data(instruction.index) && pop(types::i32) &&
           pop(types::i32) && pop(memory_address(instruction.index2));
}

/// The length has 64 bits when both address types have (Wasm 3.4.8).
bool FunctionTyping::apply_memory_copy(const Instruction& instruction) {
    if (!check_memory(instruction.index) || !check_memory(instruction.index2)) return false;
    const ValueType destination = memory_address(instruction.index);
    const ValueType source = memory_address(instruction.index2);
    return pop(destination == types::i64 ? source : destination) && pop(source) && pop(destination);
}

bool FunctionTyping::apply_table(const Instruction& instruction) {
    const u32 index = instruction.index;
    switch (instruction.opcode) {
        case Opcode::table_init: return apply_table_init(instruction);
        case Opcode::table_copy: return apply_table_copy(instruction);
        case Opcode::elem_drop: return check_element(index);
        default: break;
    }
    if (!check_table(index)) return false;
    const ValueType element = module_.table_types[index].element;
    const ValueType address = table_address(index);
    switch (instruction.opcode) {
        case Opcode::table_set: return pop(element) && pop(address);
        case Opcode::table_fill: return pop(address) && pop(element) && pop(address);
        case Opcode::table_get:
            if (!pop(address)) return false;
            operands_.push(element);
            return true;
        case Opcode::table_grow:
            if (!pop(address) || !pop(element)) return false;
            break;
        default: CHECK(instruction.opcode == Opcode::table_size);
    }
    operands_.push(address);
    return true;
}

bool FunctionTyping::apply_table_init(const Instruction& instruction) {
    if (!check_table(instruction.index2) || !check_element(instruction.index)) return false;
    if (!match(module_.elements[instruction.index].type,
               module_.table_types[instruction.index2].element))
        return false;
    return pop(types::i32) && pop(types::i32) && pop(table_address(instruction.index2));
}

bool FunctionTyping::apply_table_copy(const Instruction& instruction) {
    if (!check_table(instruction.index) || !check_table(instruction.index2)) return false;
    if (!match(module_.table_types[instruction.index2].element,
               module_.table_types[instruction.index].element))
        return false;
    const ValueType destination = table_address(instruction.index);
    const ValueType source = table_address(instruction.index2);
    return pop(destination == types::i64 ? source : destination) && pop(source) && pop(destination);
}

}  // namespace icvm::vm
