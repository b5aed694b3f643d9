#include "vm/exec/handlers_numeric.hpp"
#include "vm/exec/vector_access.hpp"

namespace icvm::vm {

namespace {

/// How a store treats the pages that it writes.
enum class VectorPages : u8 { plain, tracked, mark_first };

template <From address_from, VectorPages pages>
struct GuardedVectorStore {
    ICVM_INLINE Step run(Registers& r) {
        u64 address = field32(r, 1);
        if constexpr (address_from == From::slot) address += slot(r, field16(r, 0));
        if constexpr (pages == VectorPages::tracked)
            if (!is_marked<u64x2>(guarded_marks(r), address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == VectorPages::mark_first)
            if (!r.instance->memories[0]->mark(address, sizeof(u64x2)))
                return trap(TrapReason::memory_out_of_bounds);
        const u64x2 value = read_vector<u64x2>(&slot(r, field16(r, 1)));
        if (!guarded_store_vector(r.memory, address, value)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

template <From address_from>
struct TrackedGuardedVectorStore : GuardedVectorStore<address_from, VectorPages::tracked> {
    using Slow = GuardedVectorStore<address_from, VectorPages::mark_first>;
};

template <From address_from, bool far, VectorPages pages>
struct CheckedVectorStore {
    ICVM_INLINE Step run(Registers& r) {
        Memory& memory =
            far ? *r.instance->memories[field32(r, 1)] : *reinterpret_cast<Memory*>(r.memory);
        const u64 base = address_from == From::slot ? slot(r, field16(r, 0)) : 0;
        u64 address;
        if (!checked_address<u64x2>(memory, base, r.pc[2], address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        if constexpr (pages == VectorPages::tracked)
            if (!is_marked<u64x2>(memory, address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == VectorPages::mark_first)
            if (!memory.mark(address, sizeof(u64x2))) return trap(TrapReason::memory_out_of_bounds);
        write_vector(memory.base + address, read_vector<u64x2>(&slot(r, field16(r, 1))));
        r.pc += 3;
        return Step::next;
    }
};

template <From address_from, bool far>
struct TrackedCheckedVectorStore : CheckedVectorStore<address_from, far, VectorPages::tracked> {
    using Slow = CheckedVectorStore<address_from, far, VectorPages::mark_first>;
};

}  // namespace

void put_vector_store_handlers(Handlers& handlers) {
    constexpr Operation first = Operation::v128_store_guarded;
    using enum VectorPages;
    handlers.put<GuardedVectorStore<From::slot, plain>>(first);
    handlers.put<GuardedVectorStore<From::immediate, plain>>(form_of(first, 1));
    handlers.put<TrackedGuardedVectorStore<From::slot>>(form_of(first, 2));
    handlers.put<TrackedGuardedVectorStore<From::immediate>>(form_of(first, 3));
    handlers.put<CheckedVectorStore<From::slot, false, plain>>(form_of(first, 4));
    handlers.put<CheckedVectorStore<From::immediate, false, plain>>(form_of(first, 5));
    handlers.put<TrackedCheckedVectorStore<From::slot, false>>(form_of(first, 6));
    handlers.put<TrackedCheckedVectorStore<From::immediate, false>>(form_of(first, 7));
    handlers.put<CheckedVectorStore<From::slot, true, plain>>(form_of(first, 8));
    handlers.put<TrackedCheckedVectorStore<From::slot, true>>(form_of(first, 9));
}

}  // namespace icvm::vm
