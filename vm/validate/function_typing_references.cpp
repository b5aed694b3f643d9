#include <fmt/format.h>

#include "vm/base/check.hpp"
#include "vm/validate/function_typing.hpp"

namespace icvm::vm {
namespace {

constexpr ValueType eqref = ValueType::reference(heap_types::eq, true);
constexpr ValueType i31ref = ValueType::reference(heap_types::i31, true);

/// What is left of `from` where it is not `to` (Wasm 3.1.6).
ValueType difference(ValueType from, ValueType to) {
    return ValueType::reference(from.heap_type(), from.is_nullable() && !to.is_nullable());
}

}  // namespace

bool FunctionTyping::apply_reference(const Instruction& instruction) {
    ValueType found{};
    switch (instruction.opcode) {
        case Opcode::ref_null: return check_type(instruction.type) && push(instruction.type);
        case Opcode::ref_is_null: return pop_reference(found) && push(types::i32);
        case Opcode::ref_func: return apply_ref_func(instruction.index);
        case Opcode::ref_eq: return pop(eqref) && pop(eqref) && push(types::i32);
        case Opcode::ref_as_non_null:
            return pop_reference(found) && push(ValueType::reference(found.heap_type(), false));
        case Opcode::ref_test:
        case Opcode::ref_test_null: return apply_ref_test(instruction.type) && push(types::i32);
        case Opcode::ref_cast:
        case Opcode::ref_cast_null:
            return apply_ref_test(instruction.type) && push(instruction.type);
        case Opcode::any_convert_extern:
            return apply_convert(heap_types::external, heap_types::any);
        case Opcode::extern_convert_any:
            return apply_convert(heap_types::any, heap_types::external);
        case Opcode::ref_i31:
            return pop(types::i32) && push(ValueType::reference(heap_types::i31, false));
        case Opcode::i31_get_s:
        case Opcode::i31_get_u: return pop(i31ref) && push(types::i32);
        default: CHECK(false);
    }
    return false;
}

bool FunctionTyping::apply_ref_func(u32 function) {
    if (function >= module_.function_types.size()) return unknown("function", function);
    if (function >= module_.declared_functions.size() || !module_.declared_functions[function])
        return fail(fmt::format("undeclared function reference {}", function));
    const HeapType type = HeapType::of_index(module_.function_types[function]);
    return push(ValueType::reference(type, false));
}

/// Takes any reference of the hierarchy that `type` is in (Wasm 3.4.6).
bool FunctionTyping::apply_ref_test(ValueType type) {
    if (!check_type(type)) return false;
    const ValueType top = ValueType::reference(types_.top(type.heap_type()), true);
    ValueType found{};
    return pop_reference(found) && (types_.matches(found, top) || mismatch(top, found));
}

/// Keeps whether the reference may be null.
bool FunctionTyping::apply_convert(HeapType from, HeapType to) {
    ValueType found{};
    if (!pop_reference(found)) return false;
    const ValueType expected = ValueType::reference(from, true);
    if (!types_.matches(found, expected)) return mismatch(expected, found);
    return push(ValueType::reference(to, found.is_nullable()));
}

bool FunctionTyping::apply_br_on_null(u32 label) {
    ValueType found{};
    if (!check_label(label) || !pop_reference(found)) return false;
    const auto types = label_types(label);
    if (!pop_all(types)) return false;
    operands_.push(types);
    return push(ValueType::reference(found.heap_type(), false));
}

bool FunctionTyping::apply_br_on_non_null(u32 label) {
    if (!check_label(label)) return false;
    const auto types = label_types(label);
    if (types.empty() || !types.back().is_reference())
        return fail("type mismatch: the last value of the label must be a reference");
    const auto others = types.first(types.size() - 1);
    if (!pop(ValueType::reference(types.back().heap_type(), true)) || !pop_all(others))
        return false;
    operands_.push(others);
    return true;
}

/// Wasm 3.4.3. The label takes what was cast, or, of br_on_cast_fail, what is left.
bool FunctionTyping::apply_br_on_cast(const Instruction& instruction) {
    const ValueType from = instruction.type;
    const ValueType to = instruction.type2;
    if (!check_label(instruction.index) || !check_cast(from, to)) return false;
    const bool on_fail = instruction.opcode == Opcode::br_on_cast_fail;
    const ValueType rest = difference(from, to);
    const ValueType taken = on_fail ? rest : to;
    const auto types = label_types(instruction.index);
    if (types.empty() || !types_.matches(taken, types.back()))
        return fail("type mismatch: the last value of the label must take " + to_string(taken));
    const auto others = types.first(types.size() - 1);
    if (!pop(from) || !pop_all(others)) return false;
    operands_.push(others);
    return push(on_fail ? to : rest);
}

bool FunctionTyping::check_cast(ValueType from, ValueType to) {
    if (!check_type(from) || !check_type(to)) return false;
    return types_.matches(to, from) || fail(fmt::format("type mismatch: {} is no subtype of {}",
                                                        to_string(to), to_string(from)));
}

bool FunctionTyping::apply_call_ref(const Instruction& instruction, bool tail) {
    const FunctionType* type = find_function_type(instruction.index);
    if (type == nullptr) return false;
    return pop(ValueType::reference(HeapType::of_index(instruction.index), true)) &&
           apply_call(*type, tail);
}

}  // namespace icvm::vm
