#include <algorithm>

#include "vm/exec/calls.hpp"
#include "vm/exec/moves.hpp"

namespace icvm::vm {

namespace {

struct Jump {
    ICVM_INLINE Step run(Registers& r) {
        follow(r, r.pc + 1);
        return Step::next;
    }
};

/// A jump back to a loop, which checks the budget.
struct Repeat {
    ICVM_INLINE Step run(Registers& r) {
        follow(r, r.pc + 1);
        return check_budget(r);
    }
};

/// A loop header that control falls into: takes the position of the block before and the cost of
/// the loop's first.
struct EnterLoop {
    ICVM_INLINE Step run(Registers& r) {
        spend(r, i64(r.pc[1]));
        r.pc += 2;
        return check_budget(r);
    }
};

template <Place a>
struct BranchTable {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        const u32 index = std::min(u32(read<a>(r, 0)), field32(r, 1));
        const Cell* target = r.pc + 2 + index;
        const bool back = i32(u32(*target)) < 0;
        follow(r, target);
        if (back && is_spent(r)) [[unlikely]]
            return Step::paused;
        return Step::next;
    }
};

struct Unreachable {
    ICVM_INLINE Step run(Registers&) { return trap(TrapReason::unreachable); }
};

struct ReturnNothing {
    ICVM_INLINE Step run(Registers& r) { return pop_frame(r, i32(field32(r, 1))); }
};
template <Place a>
struct ReturnSlot {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        r.fp[0] = read<a>(r, 0);
        return pop_frame(r, i32(field32(r, 1)));
    }
};
struct ReturnMany {
    ICVM_INLINE Step run(Registers& r) {
        const u64* from = r.fp + field32(r, 0);
        const u32 count = field32(r, 2);
        for (u32 n = 0; n < count; n++) r.fp[n] = from[n];
        return pop_frame(r, i32(field32(r, 1)));
    }
};

struct Finish {
    ICVM_INLINE Step run(Registers&) { return Step::finished; }
};

/// An addition of a constant to what is in a place: a pointer or a counter moves.
template <Place d, Place a>
struct Advance {
    static constexpr bool exists = d == a;
    ICVM_INLINE Step run(Registers& r) {
        write<d>(r, 0, u32(read<a>(r, 1)) + field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};
template <Place d, Place a>
struct AdvanceJump : Sequence<Advance<d, a>, Jump> {
    static constexpr bool exists = d == a;
};
template <Place d, Place a>
struct AdvanceRepeat : Sequence<Advance<d, a>, Repeat> {
    static constexpr bool exists = d == a;
};
template <Place d, Place a, Place b, Place c>
struct AdvanceAdvance : Sequence<Advance<d, a>, Advance<b, c>> {
    static constexpr bool exists = d == a && b == c;
};

}  // namespace

void put_control_handlers(Handlers& handlers) {
    using enum File;
    BehindMove<Jump, false>::put(handlers, Operation::copy_jump, Operation::constant_jump);
    BehindMove<Repeat, false>::put(handlers, Operation::copy_repeat, Operation::constant_repeat);
    BehindMove<EnterLoop, false>::put(handlers, Operation::copy_enter_loop,
                                      Operation::constant_enter_loop);
    handlers.put_forms<AdvanceJump, integer, integer>(Operation::i32_add_jump);
    handlers.put_forms<AdvanceRepeat, integer, integer>(Operation::i32_add_repeat);
    handlers.put_forms<AdvanceAdvance, integer, integer, integer, integer>(
        Operation::i32_add_i32_add);
    handlers.put<Jump>(Operation::jump);
    handlers.put<Repeat>(Operation::repeat);
    handlers.put<EnterLoop>(Operation::enter_loop);
    handlers.put_forms<BranchTable, File::integer>(Operation::branch_table);
    handlers.put<Unreachable>(Operation::unreachable);
    handlers.put<ReturnNothing>(Operation::return_nothing);
    handlers.put_forms<ReturnSlot, File::any>(Operation::return_slot);
    handlers.put<ReturnMany>(Operation::return_many);
    handlers.put<Finish>(Operation::finish);
}

}  // namespace icvm::vm
