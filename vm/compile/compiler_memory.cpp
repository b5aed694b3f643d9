/// Memory and table instructions.

#include "vm/compile/compiler.hpp"

namespace icvm::vm {

namespace {

constexpr u32 bits32_max = 0xFFFFFFFF;

// Forms, in the order of code.def: of loads …
constexpr u32 guarded = 0;
constexpr u32 guarded_i = 1;
constexpr u32 checked = 2;
constexpr u32 checked_i = 3;
constexpr u32 far = 4;
// … and of stores, to be added up.
constexpr u32 immediate_value = 1;
constexpr u32 constant_address = 2;
constexpr u32 tracked = 4;
constexpr u32 store_checked_form = 8;
constexpr u32 store_far_form = 16;
constexpr u32 tracked_far = 1;
/// Of stores with 64-bit addresses.
constexpr u32 tracked64 = 2;

/// The form for memory 0 with 64-bit addresses; none: there is no such form.
Operation guarded64(Operation first) {
    switch (first) {
#define CODE_LOAD64(id) \
    case Operation::id##_guarded: return Operation::id##_guarded64;
#define CODE_STORE64(id) CODE_LOAD64(id)
#include "vm/code/code.def"
        default: return Operation::none;
    }
}

}  // namespace

void Compiler::memory(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::memory_size: return emit_to_home(Operation::memory_size, 0, i.index);
        case Opcode::memory_grow: return grow(i);
        case Opcode::memory_fill: return bulk(i, Operation::memory_fill, i.index, 0);
        case Opcode::memory_copy: return bulk(i, Operation::memory_copy, i.index, i.index2);
        case Opcode::memory_init: return bulk(i, Operation::memory_init, i.index, i.index2);
        case Opcode::data_drop:
            emit(Operation::data_drop);
            append_halves(0, i.index);
            return forget();
        default: return table(i);
    }
}

/// By what an access is bounded, and whether its address is constant.
Compiler::Access Compiler::access(const Instruction& i, Operation first,
                                  const Operand& address) const {
    if (i.memory != 0) return {Bounds::far, false, i.bits};
    u64 sum = 0;
    const bool is_constant = address.kind == Operand::Kind::constant &&
                             !__builtin_add_overflow(address.bits, i.bits, &sum);
    if (!input_.guarded) return {Bounds::checked, is_constant, is_constant ? sum : i.bits};
    if (is_constant && sum <= bits32_max) return {Bounds::guarded, true, sum};
    const Limits& limits = input_.module.memory_types[0].limits;
    if (limits.address_type == AddressType::i32) return {Bounds::guarded, false, i.bits};
    // What the guard pages do not reach is done as in any other memory.
    const bool reached = i.bits <= bits32_max && guarded64(first) != Operation::none;
    return {reached ? Bounds::guarded64 : Bounds::far, false, i.bits};
}

void Compiler::load(const Instruction& i, Operation first, ValueType type) {
    const Operand address = slots_.pop();
    const auto [bounds, is_constant, offset] = access(i, first, address);
    const u16 a = is_constant ? 0 : operand(address, 0);
    add_site(i.offset);
    if (bounds == Bounds::guarded64) return emit_to_home(guarded64(first), a, u32(offset), type);
    if (bounds == Bounds::guarded)
        return emit_to_home(form_of(first, is_constant ? guarded_i : guarded), a, u32(offset),
                            type);
    const Operation operation = form_of(first, bounds == Bounds::far ? far
                                               : is_constant         ? checked_i
                                                                     : checked);
    const u32 slot = slots_.push_home(type);
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append_halves(destination | u32(a) << 16, i.memory);
    append(offset);
    remember(start, slot, operation, type.slots());
}

void Compiler::store(const Instruction& i, Operation first, const Operand& value) {
    const Operand address = slots_.pop();
    const auto [bounds, is_constant, offset] = access(i, first, address);
    const bool is_immediate =
        value.kind == Operand::Kind::constant && bounds != Bounds::far &&
        (first != Operation::store64_guarded || i64(value.bits) == i64(i32(value.bits)));
    const u16 a = is_constant ? 0 : operand(address, 0);
    const u16 b = is_immediate ? 0 : operand(value, 1);
    add_site(i.offset);
    const u32 forms = (is_immediate ? immediate_value : 0) + (is_constant ? constant_address : 0);
    switch (bounds) {
        case Bounds::guarded:
            emit(form_of(first, forms + (input_.track ? tracked : 0)));
            append_halves(a | u32(b) << 16, u32(offset));
            break;
        case Bounds::guarded64:
            emit(form_of(guarded64(first), forms + (input_.track ? tracked64 : 0)));
            append_halves(a | u32(b) << 16, u32(offset));
            break;
        case Bounds::checked:
            emit(form_of(first, store_checked_form + forms + (input_.track ? tracked : 0)));
            append_halves(a | u32(b) << 16, is_immediate ? u32(value.bits) : 0);
            append(offset);
            return forget();
        case Bounds::far:
            emit(form_of(first, store_far_form + (input_.track ? tracked_far : 0)));
            append_halves(a | u32(b) << 16, i.memory);
            append(offset);
            return forget();
    }
    if (is_immediate) append_halves(u32(value.bits), 0);
    forget();
}

void Compiler::grow(const Instruction& i) {
    const u16 delta = operand(slots_.pop(), 0);
    add_site(i.offset);
    emit_to_home(Operation::memory_grow, delta, i.index);
}

/// Bulk instructions take three operands, the last of them a length that is charged first.
void Compiler::bulk(const Instruction& i, Operation operation, u32 index, u32 index2) {
    const Operand third = slots_.pop();
    const Operand second = slots_.pop();
    const Operand first = slots_.pop();
    const u16 a = operand(first, 0);
    const u16 b = operand(second, 1);
    const u16 c = operand(third, 2);
    add_site(i.offset);
    emit(operation);
    append(a | u64(b) << 16 | u64(c) << 32);
    append_halves(index, 0);
    if (first_of_block_)
        set_half(draft_.cells.back(), Half::high, u32(metering_.before()));
    else
        metering_.put_position(u32(draft_.cells.size() - 1), Half::high);
    append_halves(index2, input_.costs.bulk_per_byte);
    forget();
}

void Compiler::table(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::table_get: {
            const u16 index = operand(slots_.pop(), 0);
            add_site(i.offset);
            return emit_to_home(Operation::table_get, index, i.index,
                                input_.module.table_types[i.index].element);
        }
        case Opcode::table_set: {
            const Operand value = slots_.pop();
            const u16 a = operand(slots_.pop(), 0);
            const u16 b = operand(value, 1);
            add_site(i.offset);
            emit(Operation::table_set);
            append_halves(a | u32(b) << 16, i.index);
            return forget();
        }
        case Opcode::table_size: return emit_to_home(Operation::table_size, 0, i.index);
        case Opcode::table_grow: {
            const Operand delta = slots_.pop();
            const u16 reference = operand(slots_.pop(), 0);
            const u16 b = operand(delta, 1);
            add_site(i.offset);
            const u32 slot = slots_.push_home();
            const u16 destination = begin_write(slot);
            const u32 start = emit_result(slot, Operation::table_grow);
            append(destination | u64(reference) << 16 | u64(b) << 32);
            append_halves(i.index, 0);
            return remember(start, slot, Operation::table_grow);
        }
        case Opcode::table_fill: return bulk(i, Operation::table_fill, i.index, 0);
        case Opcode::table_copy: return bulk(i, Operation::table_copy, i.index, i.index2);
        case Opcode::table_init: return bulk(i, Operation::table_init, i.index, i.index2);
        default:
            emit(Operation::elem_drop);
            append_halves(0, i.index);
            return forget();
    }
}

}  // namespace icvm::vm
