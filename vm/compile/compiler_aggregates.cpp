/// Structures and arrays.

#include "vm/compile/compiler.hpp"
#include "vm/runtime/object_heap.hpp"

namespace icvm::vm {

namespace {

/// The form of an access by the width of the field, in the order of CODE_SIGNED_WIDTHS.
u32 width_form(ValueType field, bool is_signed) {
    switch (field.code()) {
        case types::i8.code(): return is_signed ? 5 : 0;
        case types::i16.code(): return is_signed ? 6 : 1;
        case types::i32.code():
        case types::f32.code(): return 2;
        case types::v128.code(): return 4;
        default: return 3;
    }
}

/// The value of a field: a packed one is an i32 (Wasm 3.2.21).
ValueType unpacked(ValueType field) { return field.is_packed() ? types::i32 : field; }

ValueType reference_to(u32 type) { return ValueType::reference(HeapType::of_index(type), false); }

}  // namespace

bool Compiler::aggregate(const Instruction& i) {
    const auto fields = [&] { return u32(input_.module.types[i.index].fields.size()); };
    switch (i.opcode) {
        case Opcode::struct_new: struct_new(i, Operation::struct_new, fields()); return true;
        case Opcode::struct_new_default:
            struct_new(i, Operation::struct_new_default, 0);
            return true;
        case Opcode::struct_get:
        case Opcode::struct_get_u: struct_get(i, false); return true;
        case Opcode::struct_get_s: struct_get(i, true); return true;
        case Opcode::struct_set: struct_set(i); return true;
        case Opcode::array_new: array_new(i, Operation::array_new, 2, true); return true;
        case Opcode::array_new_default:
            array_new(i, Operation::array_new_default, 1, true);
            return true;
        case Opcode::array_new_fixed:
            array_new(i, Operation::array_new_fixed, i.index2, false);
            return true;
        case Opcode::array_new_data: array_new(i, Operation::array_new_data, 2, true); return true;
        case Opcode::array_new_elem: array_new(i, Operation::array_new_elem, 2, true); return true;
        case Opcode::array_get:
        case Opcode::array_get_u: array_get(i, false); return true;
        case Opcode::array_get_s: array_get(i, true); return true;
        case Opcode::array_set: array_set(i); return true;
        case Opcode::array_len: {
            const u16 a = operand(slots_.pop(), 0);
            add_site(i.offset);
            emit_to_home(Operation::array_len, a, 0, types::i32);
            return true;
        }
        case Opcode::array_fill: array_bulk(i, Operation::array_fill, 4); return true;
        case Opcode::array_copy: array_bulk(i, Operation::array_copy, 5); return true;
        case Opcode::array_init_data: array_bulk(i, Operation::array_init_data, 4); return true;
        case Opcode::array_init_elem: array_bulk(i, Operation::array_init_elem, 4); return true;
        default: return false;
    }
}

/// Pops operands that are in their homes, before an instruction that may allocate: until it is done
/// they are held. Returns the slot of the first.
u32 Compiler::take_operands(u32 count, u32 offset) {
    place_top(count);
    add_collecting_site(offset);
    slots_.shrink_to(slots_.height() - count);
    return slots_.home(slots_.height());
}

void Compiler::struct_new(const Instruction& i, Operation operation, u32 operands) {
    const u32 window = take_operands(operands, i.offset);
    const u32 slot = slots_.push_home(reference_to(i.index));
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append_halves(destination, window);
    append(reinterpret_cast<Cell>(&input_.types[i.index]));
    remember(start, slot, operation);
}

void Compiler::struct_get(const Instruction& i, bool is_signed) {
    const ValueType field = input_.module.types[i.index].fields[i.index2].type;
    const u16 a = operand(slots_.pop(), 0);
    add_site(i.offset);
    emit_to_home(form_of(Operation::struct_get_8, width_form(field, is_signed)), a,
                 u32(sizeof(Object)) + input_.types[i.index].offsets[i.index2], unpacked(field));
}

void Compiler::struct_set(const Instruction& i) {
    const ValueType field = input_.module.types[i.index].fields[i.index2].type;
    const Operand value = slots_.pop();
    const u16 a = operand(slots_.pop(), 0);
    const u16 b = operand(value, 1);
    add_site(i.offset);
    emit(form_of(Operation::struct_set_8, width_form(field, false)));
    append_halves(a | u32(b) << 16, u32(sizeof(Object)) + input_.types[i.index].offsets[i.index2]);
    forget();
}

void Compiler::array_get(const Instruction& i, bool is_signed) {
    const ValueType element = input_.module.types[i.index].fields[0].type;
    const Operand index = slots_.pop();
    const u16 a = operand(slots_.pop(), 0);
    const u16 b = operand(index, 1);
    add_site(i.offset);
    emit_to_home(form_of(Operation::array_get_8, width_form(element, is_signed)), a, b,
                 unpacked(element));
}

void Compiler::array_set(const Instruction& i) {
    const ValueType element = input_.module.types[i.index].fields[0].type;
    const Operand value = slots_.pop();
    const Operand index = slots_.pop();
    const u16 a = operand(slots_.pop(), 0);
    const u16 b = operand(index, 1);
    const u16 c = operand(value, 2);
    add_site(i.offset);
    emit(form_of(Operation::array_set_8, width_form(element, false)));
    append(a | u64(b) << 16 | u64(c) << 32);
    forget();
}

void Compiler::array_new(const Instruction& i, Operation operation, u32 operands, bool charged) {
    const u32 window = take_operands(operands, i.offset);
    const u32 slot = slots_.push_home(reference_to(i.index));
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append_halves(destination, window);
    append_charge(i.index2, charged);
    append(reinterpret_cast<Cell>(&input_.types[i.index]));
    remember(start, slot, operation);
}

void Compiler::array_bulk(const Instruction& i, Operation operation, u32 operands) {
    const u32 window = take_operands(operands, i.offset);
    emit(operation);
    append_halves(0, window);
    append_charge(i.index2, true);
    append(reinterpret_cast<Cell>(&input_.types[i.index]));
    forget();
}

/// The cells that charge_bulk reads: a position, and whether to charge.
void Compiler::append_charge(u32 low, bool charged) {
    append_halves(low, 0);
    if (first_of_block_)
        set_half(draft_.cells.back(), Half::high, u32(metering_.before()));
    else
        metering_.put_position(u32(draft_.cells.size() - 1), Half::high);
    append_halves(0, charged && input_.costs.bulk_per_byte);
}

}  // namespace icvm::vm
