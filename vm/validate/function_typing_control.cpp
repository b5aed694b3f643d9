#include <fmt/format.h>

#include "vm/validate/function_typing.hpp"

namespace icvm::vm {

std::span<const ValueType> FunctionTyping::parameters(const BlockType& type) const {
    if (type.kind != BlockType::Kind::type_index) return {};
    return module_.types[type.type_index].function.parameters;
}

/// Valid as long as `type`.
std::span<const ValueType> FunctionTyping::results(const BlockType& type) const {
    if (type.kind == BlockType::Kind::empty) return {};
    if (type.kind == BlockType::Kind::value) return {&type.value, 1};
    return module_.types[type.type_index].function.results;
}

std::span<const ValueType> FunctionTyping::label_types(u32 label) const {
    const Frame& frame = frames_[frames_.size() - 1 - label];
    return frame.opcode == Opcode::loop ? parameters(frame.type) : results(frame.type);
}

void FunctionTyping::open_frame(Opcode opcode, const BlockType& type) {
    const bool dead = !frames_.empty() && frames_.back().dead;
    frames_.push_back({opcode, type, operands_.size(), u32(set_locals_.size()), false, dead});
}

/// The operands of the block must be its results; they are taken away. Locals that were set in it
/// are no longer known to be.
bool FunctionTyping::close_frame() {
    const Frame& frame = frames_.back();
    if (!pop_all(results(frame.type))) return false;
    if (operands_.size() != frame.height)
        return fail("type mismatch: values remain on the stack at the end of the block");
    for (; set_locals_.size() > frame.set_locals; set_locals_.pop_back())
        unset_[set_locals_.back()] = true;
    return true;
}

bool FunctionTyping::set_unreachable() {
    Frame& frame = frames_.back();
    operands_.shrink(frame.height);
    frame.unreachable = true;
    frame.dead = true;
    return true;
}

bool FunctionTyping::apply_block(const Instruction& instruction) {
    const BlockType& type = instruction.block_type;
    if (type.kind == BlockType::Kind::type_index && find_function_type(type.type_index) == nullptr)
        return false;
    if (type.kind == BlockType::Kind::value && !check_type(type.value)) return false;
    if (instruction.opcode == Opcode::if_ && !pop(types::i32)) return false;
    if (!pop_all(parameters(type))) return false;
    if (instruction.opcode == Opcode::try_table && !check_catches(instruction.catches))
        return false;
    open_frame(instruction.opcode, type);
    operands_.push(parameters(type));
    return true;
}

bool FunctionTyping::apply_else() {
    Frame& frame = frames_.back();
    if (frame.opcode != Opcode::if_) return fail("else without if");
    if (!close_frame()) return false;
    frame.opcode = Opcode::else_;
    frame.unreachable = false;
    frame.dead = frames_[frames_.size() - 2].dead;
    operands_.push(parameters(frame.type));
    return true;
}

bool FunctionTyping::apply_end() {
    const Frame frame = frames_.back();
    if (frame.opcode == Opcode::if_ && !match_all(parameters(frame.type), results(frame.type)))
        return fail("type mismatch: an if without else must have its parameters as results");
    if (!close_frame()) return false;
    frames_.pop_back();
    operands_.push(results(frame.type));
    return true;
}

bool FunctionTyping::check_label(u32 label) {
    return label < frames_.size() || unknown("label", label);
}

/// nullptr: it is none, and why is in the reason.
const FunctionType* FunctionTyping::find_function_type(u32 index) {
    if (!check_type_index(index)) return nullptr;
    const DefinedType& type = module_.types[index];
    if (type.kind == CompositeKind::function) return &type.function;
    fail(fmt::format("non-function type {}", index));
    return nullptr;
}

bool FunctionTyping::apply_br(const Instruction& instruction) {
    return check_label(instruction.index) && check_top(label_types(instruction.index)) &&
           set_unreachable();
}

bool FunctionTyping::apply_br_if(const Instruction& instruction) {
    if (!check_label(instruction.index) || !pop(types::i32)) return false;
    const auto types = label_types(instruction.index);
    if (!pop_all(types)) return false;
    operands_.push(types);
    return true;
}

bool FunctionTyping::apply_br_table(const Instruction& instruction) {
    if (!pop(types::i32) || !check_label(instruction.index)) return false;
    const auto default_types = label_types(instruction.index);
    if (!check_top(default_types)) return false;
    u32 last = instruction.index;
    for (const u32 label : instruction.labels) {
        if (label == last) continue;
        last = label;
        if (!check_label(label)) return false;
        const auto types = label_types(label);
        if (types.size() != default_types.size())
            return fail("type mismatch: labels of br_table take different numbers of values");
        if (!check_top(types)) return false;
    }
    return set_unreachable();
}

bool FunctionTyping::apply_return() { return check_top(results_) && set_unreachable(); }

bool FunctionTyping::apply_call(const FunctionType& type, bool tail) {
    if (!pop_all(type.parameters)) return false;
    if (!tail) {
        operands_.push(type.results);
        return true;
    }
    if (!match_all(type.results, results_))
        return fail("type mismatch: a tail call's results must be those of the function");
    return set_unreachable();
}

bool FunctionTyping::apply_call_function(const Instruction& instruction, bool tail) {
    if (instruction.index >= module_.function_types.size())
        return unknown("function", instruction.index);
    return apply_call(module_.function_type(instruction.index), tail);
}

bool FunctionTyping::apply_call_indirect(const Instruction& instruction, bool tail) {
    if (!check_table(instruction.index2)) return false;
    const FunctionType* type = find_function_type(instruction.index);
    if (type == nullptr) return false;
    const ValueType element = module_.table_types[instruction.index2].element;
    if (!match(element, types::funcref)) return false;
    return pop(table_address(instruction.index2)) && apply_call(*type, tail);
}

}  // namespace icvm::vm
