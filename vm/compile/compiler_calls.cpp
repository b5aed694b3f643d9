/// Calls. Arguments are placed in their homes: they are the callee's first slots, and the results
/// come back in the same place.

#include "vm/compile/compiler.hpp"

namespace icvm::vm {

/// Places the arguments and pops them; returns the slot of the first.
u32 Compiler::place_arguments(const FunctionType& type) {
    const u32 count = u32(type.parameters.size());
    place_top(count);
    slots_.shrink_to(slots_.height() - count);
    return slots_.home(slots_.height());
}

/// The address of the function's record.
void Compiler::append_callee(u32 function) {
    append(reinterpret_cast<Cell>(&input_.records[function - input_.module.imported_functions]));
}

/// Appends window and position, and pushes the results.
void Compiler::finish_call(const FunctionType& type, u32 window) {
    append_halves(window, 0);
    metering_.put_position(u32(draft_.cells.size() - 1), Half::high);
    metering_.settle();
    push_homes(type.results);
    forget();
}

void Compiler::call(const Instruction& i) {
    const FunctionType& type = input_.module.function_type(i.index);
    const u32 window = place_arguments(type);
    add_collecting_site(i.offset);
    if (i.index < input_.module.imported_functions) {
        emit(Operation::call_imported);
        append(i.index);
    } else {
        emit(Operation::call);
        append_callee(i.index);
    }
    finish_call(type, window);
}

void Compiler::call_indirect(const Instruction& i) {
    const FunctionType& type = input_.module.types[i.index].function;
    const u32 index = slot_of(slots_.pop());
    const u32 window = place_arguments(type);
    add_collecting_site(i.offset);
    emit(Operation::call_indirect);
    append_halves(u32(input_.types[i.index].number), i.index2);
    finish_call(type, window);
    append(index);
    append(reinterpret_cast<Cell>(&input_.types[i.index]));
}

void Compiler::return_call(const Instruction& i) {
    const FunctionType& type = input_.module.function_type(i.index);
    const u32 first = place_arguments(type);
    add_site(i.offset);
    const i64 position = close_block();
    if (i.index < input_.module.imported_functions) {
        emit(Operation::return_call_imported);
        append(i.index);
    } else {
        emit(Operation::return_call);
        append_callee(i.index);
    }
    append_halves(first, u32(position));
    append(slots_of(type.parameters));
    live_ = false;
    forget();
}

void Compiler::return_call_indirect(const Instruction& i) {
    const FunctionType& type = input_.module.types[i.index].function;
    const u32 index = slot_of(slots_.pop());
    const u32 first = place_arguments(type);
    add_site(i.offset);
    const i64 position = close_block();
    emit(Operation::return_call_indirect);
    append_halves(u32(input_.types[i.index].number), i.index2);
    append_halves(first, u32(position));
    append_halves(slots_of(type.parameters), index);
    append(reinterpret_cast<Cell>(&input_.types[i.index]));
    live_ = false;
    forget();
}

}  // namespace icvm::vm
