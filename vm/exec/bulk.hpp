#pragma once

#include <algorithm>

#include "vm/exec/dispatch.hpp"

/// What bulk instructions on memories and tables have in common.

namespace icvm::vm {

struct BulkOperands {
    u64 first;
    u64 second;
    u64 third;  ///< the length
};

ICVM_INLINE BulkOperands bulk_operands(const Registers& r) {
    return {slot(r, field16(r, 0)), slot(r, field16(r, 1)), slot(r, field16(r, 2))};
}
ICVM_INLINE u32 bulk_index(const Registers& r) { return field32(r, 2); }
ICVM_INLINE u32 bulk_index2(const Registers& r) { return field32(r, 4); }

ICVM_INLINE Step bulk_done(Registers& r) {
    r.pc += 4;
    return Step::next;
}

/// Takes what charge_bulk would, if that needs no refill.
ICVM_INLINE bool charge_bulk_now(Registers& r, u64 length) {
    if (!metered || field32(r, 5) == 0) return true;
    const i64 position = i32(field32(r, 3));
    if (length > 0xFFFFFFFF || r.budget - position < i64(length)) [[unlikely]]
        return false;
    r.budget -= i64(length);
    return true;
}

/// One for each byte or element, before anything else (docs/metering.md, "Bulk instructions").
/// The slice is refilled here when it must be: the instruction is never left half charged.
inline Step charge_bulk(Registers& r, u64 length) {
    if (charge_bulk_now(r, length)) [[likely]]
        return Step::next;
    const i64 position = i32(field32(r, 3));
    const i64 counter = r.budget - position;
    ExecutionState& state = state_of(r.control);
    if (state.unlimited) return Step::next;
    state.budget.counter = counter;
    if (!state.budget.take(length)) {  // also from a counter below 0, unlike a fee
        state.trap.reason = TrapReason::out_of_budget;
        return Step::settled;
    }
    r.budget = state.budget.counter + position;
    return Step::next;
}

}  // namespace icvm::vm
