#include "vm/assign/threading.hpp"

#include <limits>

#include "vm/assign/flow.hpp"
#include "vm/code/metering.hpp"

namespace icvm::vm {

namespace {

constexpr u32 hops_max = 4;

bool fits(i64 difference) {
    return difference >= std::numeric_limits<i32>::min() &&
           difference <= std::numeric_limits<i32>::max();
}

/// Aims a target cell behind the jumps that it leads to. What they take from the budget is taken
/// at once: forward branches check nothing in between.
void thread_target(Draft& draft, u32 cell) {
    for (u32 hop = 0; hop < hops_max; hop++) {
        const u32 target = target_of(draft, cell);
        if (target <= cell || Operation(draft.cells[target]) != Operation::jump) return;
        const i64 difference =
            i64(i32(draft.cells[cell] >> 32)) + i32(draft.cells[target + 1] >> 32);
        if (!fits(difference)) return;
        const u32 next = target_of(draft, target + 1);
        draft.cells[cell] = u64(u32(next - cell)) | u64(u32(difference)) << 32;
    }
}

/// A jump to a return, or to a jump back to a loop, becomes that: they are of one size.
void replace_jump(Draft& draft, u32 cell) {
    const u32 target = target_of(draft, cell + 1);
    const Operation there = Operation(draft.cells[target]);
    const i64 difference = i32(draft.cells[cell + 1] >> 32);
    const i64 sum = difference + i32(draft.cells[target + 1] >> 32);
    if (!fits(sum)) return;
    if (there == Operation::return_nothing || there == Operation::return_slot) {
        draft.cells[cell] = Cell(there);
        draft.cells[cell + 1] = draft.cells[target + 1];
        set_half(draft.cells[cell + 1], Half::high, u32(i32(sum)));
    } else if (there == Operation::repeat) {
        const u32 loop = target_of(draft, target + 1);
        draft.cells[cell] = Cell(there);
        draft.cells[cell + 1] = u64(u32(loop - (cell + 1))) | u64(u32(i32(sum))) << 32;
    }
}

}  // namespace

void thread_jumps(Draft& draft) {
    for (const Draft::Row& row : draft.rows) {
        const Operation operation = Operation(draft.cells[row.cell]);
        const Shape& shape = shape_of(operation);
        if (shape.target != 0 && operation != Operation::repeat)
            thread_target(draft, row.cell + shape.target);
        if (shape.conduct == Conduct::table)
            for (u32 n = 0; n <= draft.cells[row.cell + 1] >> 32; n++)
                thread_target(draft, row.cell + shape.cells + n);
        if (operation == Operation::jump) replace_jump(draft, row.cell);
    }
}

}  // namespace icvm::vm
