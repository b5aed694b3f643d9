/// Moves of vectors: two slots at once.

#include "vm/exec/vector_slots.hpp"

namespace icvm::vm {

namespace {

/// Writes the destination slots and goes on.
ICVM_INLINE Step put(Registers& r, const u64* from) {
    put_vector(r, read_vector<u64x2>(from));
    r.pc += 2;
    return Step::next;
}

/// Reads the slots and goes on.
ICVM_INLINE Step take(Registers& r, u64* to) {
    write_vector(to, read_vector<u64x2>(&slot(r, field16(r, 0))));
    r.pc += 2;
    return Step::next;
}

struct CopyVector {
    ICVM_INLINE Step run(Registers& r) { return put(r, &slot(r, field16(r, 1))); }
};
struct SelectVector {
    ICVM_INLINE Step run(Registers& r) {
        const u16 chosen = field16(r, u32(slot(r, field16(r, 3))) != 0 ? 1 : 2);
        return put(r, &slot(r, chosen));
    }
};
struct GlobalGetVector {
    ICVM_INLINE Step run(Registers& r) { return put(r, r.instance->global_cells + field32(r, 1)); }
};
struct GlobalGetVectorImported {
    ICVM_INLINE Step run(Registers& r) { return put(r, r.instance->globals[field32(r, 1)]->cell); }
};
struct GlobalSetVector {
    ICVM_INLINE Step run(Registers& r) { return take(r, r.instance->global_cells + field32(r, 1)); }
};
struct GlobalSetVectorImported {
    ICVM_INLINE Step run(Registers& r) { return take(r, r.instance->globals[field32(r, 1)]->cell); }
};
struct ConstantVector {
    ICVM_INLINE Step run(Registers& r) {
        put_vector(r, read_vector<u64x2>(r.pc + 2));
        r.pc += 4;
        return Step::next;
    }
};

}  // namespace

void put_vector_move_handlers(Handlers& handlers) {
    handlers.put<CopyVector>(Operation::copy_vector);
    handlers.put<ConstantVector>(Operation::constant_vector);
    handlers.put<SelectVector>(Operation::select_vector);
    handlers.put<GlobalGetVector>(Operation::global_get_vector);
    handlers.put<GlobalGetVectorImported>(Operation::global_get_vector_imported);
    handlers.put<GlobalSetVector>(Operation::global_set_vector);
    handlers.put<GlobalSetVectorImported>(Operation::global_set_vector_imported);
}

}  // namespace icvm::vm
