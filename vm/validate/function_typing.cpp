#include "vm/validate/function_typing.hpp"

#include <fmt/format.h>

#include "vm/base/check.hpp"
#include "vm/validate/signature.hpp"

namespace icvm::vm {

FunctionTyping::FunctionTyping(const Module& module, const ClosedTypes& types)
    : module_(module), types_(types) {}

void FunctionTyping::start(u32 function) {
    const FunctionType& type = module_.function_type(function);
    results_ = type.results;
    locals_ = type.parameters;
    unset_.clear();
    set_locals_.clear();
    frames_.clear();
    operands_.clear();
    open_frame(Opcode::block, {BlockType::Kind::type_index, {}, module_.function_types[function]});
}

FunctionTyping::FunctionTyping(const Module& module, const ClosedTypes& types, ValueType result)
    : module_(module), types_(types) {
    open_frame(Opcode::block, {BlockType::Kind::value, result, 0});
}

bool FunctionTyping::add_locals(u32 count, ValueType type) {
    if (!check_type(type)) return false;
    locals_.insert(locals_.end(), count, type);
    if (type.is_defaultable()) return true;
    unset_.resize(locals_.size() - count);
    unset_.resize(locals_.size(), true);
    return true;
}

bool FunctionTyping::apply(const Instruction& instruction) {
    using enum Signature::Rule;
    const Signature& signature = signatures[place_of(instruction.opcode)];
    switch (signature.rule) {
        case plain: return apply_plain(signature);
        case control: return apply_control(instruction);
        case access: return apply_access(instruction, signature);
        case lane_access:
            return apply_access(instruction, signature) && check_lane(instruction, signature);
        case lane: return check_lane(instruction, signature) && apply_plain(signature);
        case shuffle: return check_shuffle(instruction) && apply_plain(signature);
        case memory: return apply_memory(instruction);
        case table: return apply_table(instruction);
        case reference: return apply_reference(instruction);
        case aggregate: return apply_aggregate(instruction);
    }
    return false;
}

bool FunctionTyping::apply_plain(const Signature& signature) {
    for (u32 i = signature.operands; i-- > 0;)
        if (!pop(ValueType{signature.operand[i]})) return false;
    operands_.push(ValueType{signature.result[0]});
    if (signature.results == 2) [[unlikely]]
        operands_.push(ValueType{signature.result[1]});
    return true;
}

bool FunctionTyping::apply_access(const Instruction& instruction, const Signature& signature) {
    if (!check_memory_argument(instruction, signature.alignment)) return false;
    if (signature.operands == 2 && !pop(ValueType{signature.operand[1]})) return false;
    if (!pop(memory_address(instruction.memory))) return false;
    if (signature.results != 0) operands_.push(ValueType{signature.result[0]});
    return true;
}

bool FunctionTyping::apply_control(const Instruction& instruction) {
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
        case Opcode::if_:
        case Opcode::try_table: return apply_block(instruction);
        case Opcode::else_: return apply_else();
        case Opcode::end: return apply_end();
        case Opcode::br: return apply_br(instruction);
        case Opcode::br_if: return apply_br_if(instruction);
        case Opcode::br_table: return apply_br_table(instruction);
        case Opcode::br_on_null: return apply_br_on_null(instruction.index);
        case Opcode::br_on_non_null: return apply_br_on_non_null(instruction.index);
        case Opcode::br_on_cast:
        case Opcode::br_on_cast_fail: return apply_br_on_cast(instruction);
        case Opcode::return_: return apply_return();
        case Opcode::call: return apply_call_function(instruction, false);
        case Opcode::return_call: return apply_call_function(instruction, true);
        case Opcode::call_indirect: return apply_call_indirect(instruction, false);
        case Opcode::return_call_indirect: return apply_call_indirect(instruction, true);
        case Opcode::call_ref: return apply_call_ref(instruction, false);
        case Opcode::return_call_ref: return apply_call_ref(instruction, true);
        case Opcode::throw_: return apply_throw(instruction);
        case Opcode::throw_ref: return apply_throw_ref();
        case Opcode::drop: return pop_any(operand_);
        case Opcode::select: return apply_select();
        default: CHECK(instruction.opcode == Opcode::select_typed);
    }
    return apply_select_typed(instruction);
}

/// A local without a default is read only after it was set (Wasm 3.4.12).
bool FunctionTyping::apply_local(const Instruction& instruction) {
    const u32 local = instruction.index;
    if (local >= locals_.size()) return unknown("local", local);
    const ValueType type = locals_[local];
    const bool is_get = instruction.opcode == Opcode::local_get;
    if (!is_get && !pop(type)) return false;
    if (!type.is_defaultable() && local < unset_.size() && unset_[local]) [[unlikely]] {
        if (is_get) return fail(fmt::format("uninitialized local {}", local));
        unset_[local] = false;
        set_locals_.push_back(local);
    }
    if (instruction.opcode != Opcode::local_set) operands_.push(type);
    return true;
}

bool FunctionTyping::apply_global(const Instruction& instruction) {
    if (instruction.index >= module_.global_types.size())
        return unknown("global", instruction.index);
    const GlobalType& type = module_.global_types[instruction.index];
    if (instruction.opcode == Opcode::global_get) return push(type.value);
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
    return push(operand_);
}

bool FunctionTyping::apply_select_typed(const Instruction& instruction) {
    if (instruction.index != 1) return fail("invalid result arity");
    operand_ = instruction.type;
    return check_type(operand_) && pop(types::i32) && pop(operand_) && pop(operand_) &&
           push(operand_);
}

bool FunctionTyping::pop_slow(ValueType expected) {
    ValueType found{};
    if (!pop_any(found)) return mismatch(expected, types::unknown);
    return types_.matches(found, expected) || mismatch(expected, found);
}

bool FunctionTyping::pop_any(ValueType& found) {
    const Frame& frame = frames_.back();
    if (operands_.size() > frame.height) {
        found = operands_.top();
        operands_.pop();
        return true;
    }
    found = types::unknown;
    return frame.unreachable ||
           fail("type mismatch: instruction requires an operand but stack has []");
}

bool FunctionTyping::pop_all(std::span<const ValueType> types) {
    for (size_t i = types.size(); i-- > 0;)
        if (!pop(types[i])) return false;
    return true;
}

/// Pops a reference of whatever type; below unreachable code it is one of the bottom type.
bool FunctionTyping::pop_reference(ValueType& found) {
    if (!pop_any(operand_)) return false;
    found = operand_ == types::unknown ? ValueType::reference(heap_types::bottom, false) : operand_;
    return found.is_reference() ||
           fail(fmt::format("type mismatch: instruction requires a reference but stack has [{}]",
                            to_string(found)));
}

/// Like pop_all, but leaves the operands.
bool FunctionTyping::check_top(std::span<const ValueType> types) {
    const Frame& frame = frames_.back();
    for (size_t i = 0; i < types.size(); i++) {
        const ValueType expected = types[types.size() - 1 - i];
        if (operands_.size() - frame.height <= i)
            return frame.unreachable || mismatch(expected, types::unknown);
        const ValueType found = operands_[u32(operands_.size() - 1 - i)];
        if (found != expected && !types_.matches(found, expected)) return mismatch(expected, found);
    }
    return true;
}

bool FunctionTyping::match_all(std::span<const ValueType> found,
                               std::span<const ValueType> expected) {
    if (found.size() != expected.size())
        return fail(fmt::format("type mismatch: expected {} values, found {}", expected.size(),
                                found.size()));
    for (size_t i = 0; i < found.size(); i++)
        if (!match(found[i], expected[i])) return false;
    return true;
}

bool FunctionTyping::check_type(ValueType type) {
    const HeapType heap = type.heap_type();
    return !type.is_reference() || !heap.is_index() || check_type_index(heap.index());
}

bool FunctionTyping::check_type_index(u32 index) {
    return index < module_.types.size() || unknown("type", index);
}

bool FunctionTyping::fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
}

bool FunctionTyping::unknown(const char* what, u32 index) {
    return fail(fmt::format("unknown {} {}", what, index));
}

bool FunctionTyping::mismatch(ValueType expected, ValueType found) {
    return fail(fmt::format("type mismatch: instruction requires [{}] but stack has [{}]",
                            to_string(expected), found == types::unknown ? "" : to_string(found)));
}

bool FunctionTyping::match(ValueType found, ValueType expected) {
    return types_.matches(found, expected) ||
           fail(fmt::format("type mismatch: {} is no subtype of {}", to_string(found),
                            to_string(expected)));
}

}  // namespace icvm::vm
