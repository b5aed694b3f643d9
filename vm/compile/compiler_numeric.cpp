/// Numeric, variable and parametric instructions.

#include <algorithm>

#include "vm/code/swapped.hpp"
#include "vm/compile/compiler.hpp"
#include "vm/compile/families.hpp"

namespace icvm::vm {

namespace {

constexpr bool fits_i32(u64 bits) { return i64(bits) == i64(i32(bits)); }

/// A subtraction of an immediate is an addition: one more neighbour that others are fused with.
void add_instead(Operation& operation, u64& bits) {
    if (operation == Operation::i32_sub_si)
        operation = Operation::i32_add_si;
    else if (operation == Operation::i64_sub_si && fits_i32(-bits))
        operation = Operation::i64_add_si;
    else
        return;
    bits = -bits;
}

}  // namespace

void Compiler::numeric(const FamilyRow& row) {
    if (row.first == Operation::i64_extend_i32_u) return;  // so are i32 kept everywhere
    if (row.arity == 1)
        unary(row.first, row.can_trap);
    else
        binary(row.first, row.can_trap, row.type);
}

void Compiler::unary(Operation operation, bool can_trap) {
    const u16 a = operand(slots_.pop(), 0);
    if (can_trap) add_site(offset_);
    emit_to_home(operation, a, 0);
}

void Compiler::binary(Operation first, bool can_trap, char type) {
    const Operand right = slots_.pop();
    const Operand left = slots_.pop();
    const auto is_immediate = [&](const Operand& operand) {
        return operand.kind == Operand::Kind::constant && (type != 'I' || fits_i32(operand.bits));
    };
    if (!is_immediate(right) && !is_immediate(left)) {
        const u16 a = operand(left, 0);
        const u16 b = operand(right, 1);
        if (can_trap) add_site(offset_);
        return emit_to_home(first, a, b);
    }
    const bool right_immediate = is_immediate(right);
    u64 bits = right_immediate ? right.bits : left.bits;
    const u16 a = operand(right_immediate ? left : right, 0);
    if (can_trap) add_site(offset_);
    Operation operation = form_of(first, right_immediate ? 1 : 2);
    if (!right_immediate && swapped(operation) != Operation::none) operation = swapped(operation);
    add_instead(operation, bits);
    if (type != 'F') return emit_to_home(operation, a, u32(bits));
    const u32 slot = slots_.push_home();
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append(destination | u32(a) << 16);
    append(bits);
    remember(start, slot, operation);
}

/// i32.eqz, i64.eqz and ref.is_null. Of a comparison they are its inverse, for a branch to find.
void Compiler::equal_zero(Operation equal) {
    const Operand value = slots_.pop();
    const bool of_last = value.kind == Operand::Kind::home && last_.start != nowhere &&
                         last_.destination == value.home && find_comparison(last_.operation) &&
                         equal == Operation::i32_eq_si;
    const Last compared = last_;
    const u16 a = operand(value, 0);
    emit_to_home(equal, a, 0);
    if (!of_last || last_.start == nowhere) return;
    const bool chained = compared.compared != nowhere;
    last_.compared = chained ? compared.compared : compared.start;
    last_.comparison = chained ? compared.comparison : compared.operation;
    last_.negated = chained ? !compared.negated : true;
}

void Compiler::local_set(u32 index, bool tee) {
    const u32 local = slots_.slot_of_local(index);
    const Operand value = slots_.pop();
    const bool same = value.kind == Operand::Kind::local && value.local == local;
    const bool was_read = slots_.youngest_in(local) != 0;
    const bool fresh = value.kind == Operand::Kind::home && last_.start != nowhere &&
                       last_.destination == value.home;
    if (!same) {
        // Older operands that are still in the local keep its old value.
        for (u32 link = slots_.youngest_in(local); link != 0; link = slots_[link - 1].previous)
            copy(slots_[link - 1].home, local, value.slots);
        slots_.forget_local(local);
        if (fresh && !was_read) {
            Cell& fields = draft_.cells[last_.start + 1];
            fields = (fields & ~Cell(0xFFFF)) | local;
            forget();
        } else {
            assign(local, value);
            // It was popped, and nothing else reads it.
            if (value.kind == Operand::Kind::home)
                draft_.rows.back().top = std::max(kept_, slots_.home(slots_.height()));
        }
    }
    if (!tee) return;
    if (value.kind == Operand::Kind::constant)
        slots_.push_constant(value.bits);
    else
        slots_.push_local(index);
}

void Compiler::global_get(u32 global) {
    const u32 imported = input_.module.imported_globals;
    const ValueType type = input_.module.global_types[global].value;
    const Operation first =
        type == types::v128 ? Operation::global_get_vector : Operation::global_get;
    if (global < imported)
        emit_to_home(form_of(first, 1), 0, global, type);
    else
        emit_to_home(first, 0, (global - imported) * 2, type);
}

void Compiler::global_set(u32 global) {
    const u32 imported = input_.module.imported_globals;
    const Operand value = slots_.pop();
    const u16 a = operand(value, 0);
    emit(form_of(value.slots == 2 ? Operation::global_set_vector : Operation::global_set,
                 global < imported ? 1 : 0));
    append_halves(a, global < imported ? global : (global - imported) * 2);
    forget();
}

void Compiler::select() {
    const Operand condition = slots_.pop();
    const Operand second = slots_.pop();
    const Operand first = slots_.pop();
    const u16 a = operand(first, 0);
    const u16 b = operand(second, 1);
    const u16 c = operand(condition, 2);
    const Operand& like = first.collected ? first : second;
    emit_to(slots_.push_home_like(like),
            like.slots == 2 ? Operation::select_vector : Operation::select, a, b | u32(c) << 16,
            like.slots);
}

}  // namespace icvm::vm
