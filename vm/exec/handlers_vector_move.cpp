/// Moves of vectors: two slots at once, or a register.

#include "vm/exec/handlers_vector.hpp"

namespace icvm::vm {

namespace {

/// Writes the destination and goes on.
template <u32 cells, Place d>
ICVM_INLINE Step put(Registers& r, u64x2 value) {
    put_vector<d>(r, 0, value);
    r.pc += cells;
    return Step::next;
}

template <Place d, Place a>
struct CopyVector {
    static constexpr bool exists = d != a || d == Place::slot;
    ICVM_INLINE Step run(Registers& r) { return put<2, d>(r, vector_at<u64x2, a>(r, 1)); }
};

template <Place d>
struct ConstantVector {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) { return put<4, d>(r, read_vector<u64x2>(r.pc + 2)); }
};

/// Both are read: the choice is no branch.
template <Place d, Place a, Place b, Place c>
struct SelectVector {
    static constexpr bool in_slots = d == Place::slot && a == d && b == d && c == d;
    /// A condition comes from the comparison before it: it is in one of the last registers.
    static constexpr bool exists =
        in_slots || (!repeats_register<a, b>() && c >= integer_register(integer_registers - 2));
    ICVM_INLINE Step run(Registers& r) {
        const u64x2 mask = u64x2{} - u64(u32(read<c>(r, 3)) != 0);
        const u64x2 first = vector_at<u64x2, a>(r, 1), second = vector_at<u64x2, b>(r, 2);
        return put<2, d>(r, (first & mask) | (second & ~mask));
    }
};

ICVM_INLINE Step get(Registers& r, const u64* from) {
    return put<2, Place::slot>(r, read_vector<u64x2>(from));
}

/// Reads the slots and goes on.
ICVM_INLINE Step set(Registers& r, u64* to) {
    write_vector(to, vector_at<u64x2, Place::slot>(r, 0));
    r.pc += 2;
    return Step::next;
}

struct GlobalGetVector {
    ICVM_INLINE Step run(Registers& r) { return get(r, r.instance->global_cells + field32(r, 1)); }
};
struct GlobalGetVectorImported {
    ICVM_INLINE Step run(Registers& r) { return get(r, r.instance->globals[field32(r, 1)]->cell); }
};
struct GlobalSetVector {
    ICVM_INLINE Step run(Registers& r) { return set(r, r.instance->global_cells + field32(r, 1)); }
};
struct GlobalSetVectorImported {
    ICVM_INLINE Step run(Registers& r) { return set(r, r.instance->globals[field32(r, 1)]->cell); }
};
}  // namespace

void put_vector_move_handlers(Handlers& handlers) {
    constexpr File file = File::vector;
    handlers.put_forms<CopyVector, file, file>(Operation::copy_vector);
    handlers.put_forms<ConstantVector, file>(Operation::constant_vector);
    handlers.put_forms<SelectVector, file, file, file, File::integer>(Operation::select_vector);
    handlers.put<GlobalGetVector>(Operation::global_get_vector);
    handlers.put<GlobalGetVectorImported>(Operation::global_get_vector_imported);
    handlers.put<GlobalSetVector>(Operation::global_set_vector);
    handlers.put<GlobalSetVectorImported>(Operation::global_set_vector_imported);
}

}  // namespace icvm::vm
