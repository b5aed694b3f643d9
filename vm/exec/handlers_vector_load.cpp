#include "vm/exec/guarded_address.hpp"
#include "vm/exec/handlers_vector.hpp"
#include "vm/exec/vector_access.hpp"

namespace icvm::vm {

namespace {

/// Loads the argument of `f` from guarded memory 0, and writes what that makes of it. Also where
/// the access faults: the old value of a register is dead on either way, so that a load goes
/// straight to it (one copy fewer).
template <auto f, Place d, class Address>
struct GuardedVectorLoadAt {
    using Narrow = typename MeaningOf<f>::First;
    static constexpr bool exists = Address::exists;

    ICVM_INLINE bool load(const Registers& r, Narrow& value) {
        u64 address;
        if (!Address::find(r, address)) return false;
        if constexpr (is_vector<Narrow>) {
            return guarded_load_vector(r.memory, address, value);
        } else if constexpr (is_vector_register(d) && sizeof(Narrow) >= 4) {
            Lanes lanes;
            const bool loaded = guarded_load_lane<Narrow>(r.memory, address, lanes);
            value = Narrow(lanes[0]);
            return loaded;
        } else {
            u64 bits;
            const bool loaded = guarded_load<Narrow, Narrow>(r.memory, address, bits);
            value = Narrow(bits);
            return loaded;
        }
    }
    ICVM_INLINE Step run(Registers& r) {
        Narrow value;
        const bool loaded = load(r, value);
        if (d != Place::slot || loaded) [[likely]]
            put_vector<d>(r, 0, f(value));
        if (!loaded) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

template <auto f>
struct GuardedVectorLoad {
    template <Place d, Place a>
    struct At : GuardedVectorLoadAt<f, d, WithOffset<a, 1>> {};
    template <Place d>
    struct FromConstant : GuardedVectorLoadAt<f, d, ConstantAddress> {};
    template <Place d, Place a, Place b>
    struct AtSum : GuardedVectorLoadAt<f, d, Indexed<a, b, 1>> {};
    template <Place d, Place a>
    struct AtSumWithImmediate : GuardedVectorLoadAt<f, d, IndexedByImmediate<a, 1>> {};
};

/// `far`: of the memory that the instruction names; else of memory 0.
template <auto f, From address_from, bool far>
struct CheckedVectorLoad {
    using Narrow = typename MeaningOf<f>::First;

    ICVM_INLINE Step run(Registers& r) {
        const Memory& memory =
            far ? *r.instance->memories[field32(r, 1)] : *reinterpret_cast<const Memory*>(r.memory);
        const u64 base = address_from == From::slot ? slot(r, field16(r, 1)) : 0;
        u64 address;
        if (!checked_address<Narrow>(memory, base, r.pc[2], address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        return conclude_vector<Place::slot, 3>(r, f(read_vector<Narrow>(memory.base + address)));
    }
};

template <auto f, Operation first>
void put_vector_load(Handlers& handlers) {
    using Guarded = GuardedVectorLoad<f>;
    put_vector_forms<Guarded::template At, first, File::vector, File::integer>(handlers);
    handlers.put<typename Guarded::template FromConstant<Place::slot>>(form_of(first, 1));
    handlers.put<CheckedVectorLoad<f, From::slot, false>>(form_of(first, 2));
    handlers.put<CheckedVectorLoad<f, From::immediate, false>>(form_of(first, 3));
    handlers.put<CheckedVectorLoad<f, From::slot, true>>(form_of(first, 4));
}

}  // namespace

void put_vector_load_handlers(Handlers& handlers) {
#define WASM_VECTOR_LOAD(code, id, ...) \
    put_vector_load<numeric::id, Operation::id##_guarded>(handlers);
#include "vm/wasm/opcode.def"
    using Load = GuardedVectorLoad<numeric::v128_load>;
    constexpr Operation indexed = Operation::v128_load_guarded_indexed;
    constexpr File file = File::integer;
    handlers.put_forms<Load::AtSum, File::vector, file, file>(indexed);
    handlers.put_forms<Load::AtSumWithImmediate, File::vector, file>(form_of(indexed, 1));
}

}  // namespace icvm::vm
