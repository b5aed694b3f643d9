#include "vm/exec/handlers_vector.hpp"
#include "vm/exec/vector_access.hpp"

namespace icvm::vm {

namespace {

/// Loads the argument of `f`, and writes what that makes of it.
template <auto f, From address_from>
struct GuardedVectorLoad {
    using Narrow = typename MeaningOf<f>::First;

    ICVM_INLINE Step run(Registers& r) {
        u64 address = field32(r, 1);
        if constexpr (address_from == From::slot) address += slot(r, field16(r, 1));
        Narrow value;
        if constexpr (is_vector<Narrow>) {
            if (!guarded_load_vector(r.memory, address, value)) [[unlikely]]
                return trap(TrapReason::memory_out_of_bounds);
        } else {
            u64 bits;
            if (!guarded_load<Narrow, Narrow>(r.memory, address, bits)) [[unlikely]]
                return trap(TrapReason::memory_out_of_bounds);
            value = Narrow(bits);
        }
        return conclude_vector<2>(r, f(value));
    }
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
        return conclude_vector<3>(r, f(read_vector<Narrow>(memory.base + address)));
    }
};

template <auto f>
void put_vector_load(Handlers& handlers, Operation first) {
    handlers.put<GuardedVectorLoad<f, From::slot>>(first);
    handlers.put<GuardedVectorLoad<f, From::immediate>>(form_of(first, 1));
    handlers.put<CheckedVectorLoad<f, From::slot, false>>(form_of(first, 2));
    handlers.put<CheckedVectorLoad<f, From::immediate, false>>(form_of(first, 3));
    handlers.put<CheckedVectorLoad<f, From::slot, true>>(form_of(first, 4));
}

}  // namespace

void put_vector_load_handlers(Handlers& handlers) {
#define WASM_VECTOR_LOAD(code, id, ...) \
    put_vector_load<numeric::id>(handlers, Operation::id##_guarded);
#include "vm/wasm/opcode.def"
}

}  // namespace icvm::vm
