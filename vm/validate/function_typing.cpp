#include "vm/validate/function_typing.hpp"

#include <fmt/format.h>

#include "vm/validate/signature.hpp"

namespace icvm::vm {

FunctionTyping::FunctionTyping(const Module& module, const ClosedTypes& types, u32 function)
    : module_(module),
      types_(types),
      type_(module.function_type(function)),
      locals_(type_.parameters) {
    open_frame(Opcode::block, {BlockType::Kind::type_index, {}, module.function_types[function]});
}

bool FunctionTyping::apply(const Instruction& instruction) {
    const Signature& signature = signatures[place_of(instruction.opcode)];
    if (signature.rule == Signature::Rule::special) return apply_special(instruction);
    if (signature.rule == Signature::Rule::access) return apply_access(instruction, signature);
    for (u32 i = signature.operands; i-- > 0;)
        if (!pop(ValueType{signature.operand[i]})) return false;
    operands_.push(ValueType{signature.result});
    return true;
}

bool FunctionTyping::apply_access(const Instruction& instruction, const Signature& signature) {
    if (!check_memory_argument(instruction, signature.alignment)) return false;
    if (signature.operands == 2 && !pop(ValueType{signature.operand[1]})) return false;
    if (!pop(memory_address(instruction.memory))) return false;
    if (signature.results != 0) operands_.push(ValueType{signature.result});
    return true;
}

bool FunctionTyping::apply_special(const Instruction& instruction) {
    switch (instruction.opcode) {
        case Opcode::local_get:
        case Opcode::local_set:
        case Opcode::local_tee: return apply_local(instruction);
        case Opcode::global_get:
        case Opcode::global_set: return apply_global(instruction);
        case Opcode::nop: return true;
        case Opcode::unreachable: return set_unreachable();
        case Opcode::block:
        case Opcode::loop:
        case Opcode::if_: return apply_block(instruction);
        case Opcode::else_: return apply_else();
        case Opcode::end: return apply_end();
        case Opcode::br: return apply_br(instruction);
        case Opcode::br_if: return apply_br_if(instruction);
        case Opcode::br_table: return apply_br_table(instruction);
        case Opcode::return_: return apply_return();
        case Opcode::call: return apply_call_function(instruction, false);
        case Opcode::return_call: return apply_call_function(instruction, true);
        case Opcode::call_indirect: return apply_call_indirect(instruction, false);
        case Opcode::return_call_indirect: return apply_call_indirect(instruction, true);
        case Opcode::drop: return pop_any(operand_);
        case Opcode::select: return apply_select();
        case Opcode::select_typed: return apply_select_typed(instruction);
        case Opcode::ref_null: operands_.push(instruction.type); return true;
        case Opcode::ref_is_null: return apply_ref_is_null();
        case Opcode::ref_func: return apply_ref_func(instruction.index);
        case Opcode::memory_size:
        case Opcode::memory_grow:
        case Opcode::memory_init:
        case Opcode::data_drop:
        case Opcode::memory_copy:
        case Opcode::memory_fill: return apply_memory(instruction);
        default: return apply_table(instruction);
    }
}

bool FunctionTyping::apply_local(const Instruction& instruction) {
    if (instruction.index >= locals_.size()) return unknown("local", instruction.index);
    const ValueType type = locals_[instruction.index];
    if (instruction.opcode != Opcode::local_get && !pop(type)) return false;
    if (instruction.opcode != Opcode::local_set) operands_.push(type);
    return true;
}

bool FunctionTyping::apply_global(const Instruction& instruction) {
    if (instruction.index >= module_.global_types.size())
        return unknown("global", instruction.index);
    const GlobalType& type = module_.global_types[instruction.index];
    if (instruction.opcode == Opcode::global_get) {
        operands_.push(type.value);
        return true;
    }
    if (!type.is_mutable) return fail(fmt::format("immutable global {}", instruction.index));
    return pop(type.value);
}

/// Without a type, select takes numbers and vectors only (Wasm 3.4.4).
bool FunctionTyping::apply_select() {
    ValueType second{}, first{};
    if (!pop(types::i32) || !pop_any(second) || !pop_any(first)) return false;
    if (first.is_reference() || second.is_reference())
        return fail("type mismatch: select without a type takes no references");
    if (first != second && first != types::unknown && second != types::unknown)
        return mismatch(first, second);
    operand_ = first == types::unknown ? second : first;
    operands_.push(operand_);
    return true;
}

bool FunctionTyping::apply_select_typed(const Instruction& instruction) {
    if (instruction.index != 1) return fail("invalid result arity");
    operand_ = instruction.type;
    if (!pop(types::i32) || !pop(operand_) || !pop(operand_)) return false;
    operands_.push(operand_);
    return true;
}

bool FunctionTyping::apply_ref_is_null() {
    if (!pop_any(operand_)) return false;
    if (operand_ != types::unknown && !operand_.is_reference())
        return fail("type mismatch: expected a reference, found " + to_string(operand_));
    operands_.push(types::i32);
    return true;
}

bool FunctionTyping::apply_ref_func(u32 function) {
    if (function >= module_.function_types.size()) return unknown("function", function);
    if (function >= module_.declared_functions.size() || !module_.declared_functions[function])
        return fail(fmt::format("undeclared function reference {}", function));
    operands_.push(types::funcref);
    return true;
}

bool FunctionTyping::pop_slow(ValueType expected) {
    ValueType found{};
    if (!pop_any(found)) return mismatch(expected, types::unknown);
    return found == expected || found == types::unknown || mismatch(expected, found);
}

bool FunctionTyping::pop_any(ValueType& found) {
    const Frame& frame = frames_.back();
    if (operands_.size() > frame.height) {
        found = operands_.top();
        operands_.pop();
        return true;
    }
    found = types::unknown;
    return frame.unreachable || fail("type mismatch: expected an operand, found nothing");
}

bool FunctionTyping::pop_all(std::span<const ValueType> types) {
    for (size_t i = types.size(); i-- > 0;)
        if (!pop(types[i])) return false;
    return true;
}

/// Like pop_all, but leaves the operands.
bool FunctionTyping::check_top(std::span<const ValueType> types) {
    const Frame& frame = frames_.back();
    for (size_t i = 0; i < types.size(); i++) {
        const ValueType expected = types[types.size() - 1 - i];
        if (operands_.size() - frame.height <= i)
            return frame.unreachable || mismatch(expected, types::unknown);
        const ValueType found = operands_[u32(operands_.size() - 1 - i)];
        if (found != expected && found != types::unknown) return mismatch(expected, found);
    }
    return true;
}

bool FunctionTyping::fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
}

bool FunctionTyping::unknown(const char* what, u32 index) {
    return fail(fmt::format("unknown {} {}", what, index));
}

bool FunctionTyping::mismatch(ValueType expected, ValueType found) {
    return fail(fmt::format("type mismatch: expected {}, found {}", to_string(expected),
                            found == types::unknown ? "nothing" : to_string(found)));
}

}  // namespace icvm::vm
