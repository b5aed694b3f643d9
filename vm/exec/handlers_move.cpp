/// Moves between slots, globals and constants.

#include "vm/exec/dispatch.hpp"

namespace icvm::vm {

namespace {

/// Writes the destination slot and goes on.
template <u32 cells>
ICVM_INLINE Step put(Registers& r, u64 bits) {
    slot(r, field16(r, 0)) = bits;
    r.pc += cells;
    return Step::next;
}

struct Copy {
    ICVM_INLINE Step run(Registers& r) { return put<2>(r, slot(r, field16(r, 1))); }
};
struct CopyWide {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field32(r, 0)) = slot(r, field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};
/// Downwards, or apart: the operands of a branch that drops others below them.
struct CopyMany {
    ICVM_INLINE Step run(Registers& r) {
        u64* const to = r.fp + field32(r, 0);
        const u64* const from = r.fp + field32(r, 1);
        const u32 count = field32(r, 2);
        for (u32 n = 0; n < count; n++) to[n] = from[n];
        r.pc += 3;
        return Step::next;
    }
};
struct Constant {
    ICVM_INLINE Step run(Registers& r) { return put<2>(r, field32(r, 1)); }
};
struct Constant64 {
    ICVM_INLINE Step run(Registers& r) { return put<3>(r, r.pc[2]); }
};
struct Select {
    ICVM_INLINE Step run(Registers& r) {
        const u64 first = slot(r, field16(r, 1));
        const u64 second = slot(r, field16(r, 2));
        return put<2>(r, u32(slot(r, field16(r, 3))) != 0 ? first : second);
    }
};
struct GlobalGet {
    ICVM_INLINE Step run(Registers& r) {
        return put<2>(r, r.instance->global_cells[field32(r, 1)]);
    }
};
struct GlobalGetImported {
    ICVM_INLINE Step run(Registers& r) {
        return put<2>(r, *r.instance->globals[field32(r, 1)]->cell);
    }
};
struct GlobalSet {
    ICVM_INLINE Step run(Registers& r) {
        r.instance->global_cells[field32(r, 1)] = slot(r, field16(r, 0));
        r.pc += 2;
        return Step::next;
    }
};
struct GlobalSetImported {
    ICVM_INLINE Step run(Registers& r) {
        *r.instance->globals[field32(r, 1)]->cell = slot(r, field16(r, 0));
        r.pc += 2;
        return Step::next;
    }
};
struct RefFunc {
    ICVM_INLINE Step run(Registers& r) {
        return put<2>(r, reinterpret_cast<u64>(r.instance->functions[field32(r, 1)]));
    }
};

}  // namespace

void put_move_handlers(Handlers& handlers) {
    handlers.put<Copy>(Operation::copy);
    handlers.put<CopyWide>(Operation::copy_wide);
    handlers.put<CopyMany>(Operation::copy_many);
    handlers.put<Constant>(Operation::constant);
    handlers.put<Constant64>(Operation::constant64);
    handlers.put<Select>(Operation::select);
    handlers.put<GlobalGet>(Operation::global_get);
    handlers.put<GlobalGetImported>(Operation::global_get_imported);
    handlers.put<GlobalSet>(Operation::global_set);
    handlers.put<GlobalSetImported>(Operation::global_set_imported);
    handlers.put<RefFunc>(Operation::ref_func);
}

}  // namespace icvm::vm
