/// References: calls by them, tests, casts, and branches on both.

#include "vm/compile/compiler.hpp"

namespace icvm::vm {

namespace {

// Forms of tests and casts, in the order of code.def.
constexpr u32 object_form = 0;
constexpr u32 function_form = 1;
constexpr u32 abstract_form = 2;

u32 form_of_test(const Module& module, ValueType type) {
    const HeapType heap = type.heap_type();
    if (!heap.is_index()) return abstract_form;
    const bool function = module.types[heap.index()].kind == CompositeKind::function;
    return function ? function_form : object_form;
}

constexpr ValueType i31 = ValueType::reference(heap_types::i31, false);

}  // namespace

bool Compiler::reference(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::ref_eq: binary(Operation::i64_eq, false, 'I'); return true;
        case Opcode::ref_as_non_null: ref_as_non_null(); return true;
        case Opcode::ref_test:
        case Opcode::ref_test_null: ref_test(operand(slots_.pop(), 0), i.type); return true;
        case Opcode::ref_cast:
        case Opcode::ref_cast_null: ref_cast(i); return true;
        // Both hierarchies have one form.
        case Opcode::any_convert_extern:
        case Opcode::extern_convert_any: return true;
        case Opcode::ref_i31:
            emit_to_home(Operation::ref_i31, operand(slots_.pop(), 0), 0, i31);
            return true;
        case Opcode::i31_get_s:
        case Opcode::i31_get_u: {
            const u16 a = operand(slots_.pop(), 0);
            add_site(i.offset);
            emit_to_home(
                i.opcode == Opcode::i31_get_s ? Operation::i31_get_s : Operation::i31_get_u, a, 0,
                types::i32);
            return true;
        }
        case Opcode::call_ref: call_ref(i); return true;
        case Opcode::return_call_ref: return_call_ref(i); return true;
        case Opcode::br_on_null: br_on_null(i.index); return true;
        case Opcode::br_on_non_null: br_on_non_null(i.index); return true;
        case Opcode::br_on_cast:
        case Opcode::br_on_cast_fail: br_on_cast(i); return true;
        default: return false;
    }
}

void Compiler::call_ref(const Instruction& i) {
    const FunctionType& type = input_.module.types[i.index].function;
    const u32 reference = slot_of(slots_.pop());
    const u32 window = place_arguments(type);
    add_collecting_site(i.offset);
    emit(Operation::call_reference);
    finish_call(type, window);
    append(reference);
}

void Compiler::return_call_ref(const Instruction& i) {
    const FunctionType& type = input_.module.types[i.index].function;
    const u32 reference = slot_of(slots_.pop());
    const u32 first = place_arguments(type);
    add_site(i.offset);
    const i64 position = close_block();
    emit(Operation::return_call_reference);
    append(reference);
    append_halves(first, u32(position));
    append(slots_of(type.parameters));
    live_ = false;
    forget();
}

/// Where the topmost operand is, which stays.
u16 Compiler::top_slot() {
    const u32 index = slots_.height() - 1;
    if (slots_[index].kind == Operand::Kind::constant) place(index);
    return operand(slots_[index], 0);
}

/// The cells of a test behind the slots, whose half is the lower one of the last cell.
void Compiler::append_test(u32 form, ValueType type) {
    if (form == abstract_form) return set_half(draft_.cells.back(), Half::high, type.bits);
    set_half(draft_.cells.back(), Half::high, type.is_nullable());
    append(reinterpret_cast<Cell>(&input_.types[type.heap_type().index()]));
}

void Compiler::ref_test(u16 a, ValueType type) {
    const u32 form = form_of_test(input_.module, type);
    const Operation operation = form_of(Operation::ref_test_object, form);
    const u32 slot = slots_.push_home(types::i32);
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append(destination | u32(a) << 16);
    append_test(form, type);
    remember(start, slot, operation);
}

void Compiler::ref_cast(const Instruction& i) {
    const u32 form = form_of_test(input_.module, i.type);
    const u16 a = top_slot();
    add_site(i.offset);
    emit(form_of(Operation::ref_cast_object, form));
    append(a);
    append_test(form, i.type);
    forget();
}

void Compiler::ref_as_non_null() {
    const u16 a = top_slot();
    add_site(offset_);
    emit(Operation::ref_as_non_null);
    append(a);
    forget();
}

void Compiler::br_on_null(u32 label) {
    const Operand reference = slots_.pop();
    forget();
    kept_ = reference.home + reference.slots;
    branch_if({.comparison = find_comparison(Operation::i64_eq),
               .a = operand(reference, 0),
               .immediate = true},
              label);
    kept_ = 0;
    slots_.push_again(reference);
}

void Compiler::br_on_non_null(u32 label) {
    const u16 a = top_slot();
    branch_if({.comparison = find_comparison(Operation::i64_ne), .a = a, .immediate = true}, label);
    slots_.pop();
}

void Compiler::br_on_cast(const Instruction& i) {
    ref_test(top_slot(), i.type2);
    const Condition holds = take_condition();
    branch_if(i.opcode == Opcode::br_on_cast ? holds : inverse(holds), i.index);
}

}  // namespace icvm::vm
