#include "vm/exec/handlers_numeric.hpp"
#include "vm/exec/vector_access.hpp"

namespace icvm::vm {

namespace {

/// How a store treats the pages that it writes.
enum class VectorPages : u8 { plain, tracked, mark_first };

/// A store to guarded memory 0 at an address, with its value at a place.
template <VectorPages pages, Place b>
ICVM_INLINE Step guarded_vector_store(Registers& r, u64 address) {
    if constexpr (pages == VectorPages::tracked)
        if (!is_marked<u64x2>(guarded_marks(r), address)) [[unlikely]]
            return Step::slow;
    if constexpr (pages == VectorPages::mark_first)
        if (!r.instance->memories[0]->mark(address, sizeof(u64x2)))
            return trap(TrapReason::memory_out_of_bounds);
    if (!guarded_store_vector(r.memory, address, vector_at<u64x2, b>(r, 1))) [[unlikely]]
        return trap(TrapReason::memory_out_of_bounds);
    r.pc += 2;
    return Step::next;
}

template <VectorPages pages>
struct GuardedVectorStore {
    template <Place a, Place b>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return guarded_vector_store<pages, b>(r, field32(r, 1) + read<a>(r, 0));
        }
    };
    template <Place b>
    struct ToConstant {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return guarded_vector_store<pages, b>(r, field32(r, 1));
        }
    };
};

/// A store that marks its pages first, where that has to be.
struct TrackedGuardedVectorStore {
    using Tracked = GuardedVectorStore<VectorPages::tracked>;
    using MarkFirst = GuardedVectorStore<VectorPages::mark_first>;

    template <Place a, Place b>
    struct At : Tracked::At<a, b> {
        using Slow = MarkFirst::At<a, b>;
    };
    template <Place b>
    struct ToConstant : Tracked::ToConstant<b> {
        using Slow = MarkFirst::ToConstant<b>;
    };
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
    constexpr File address = File::integer, value = File::vector;
    using Plain = GuardedVectorStore<plain>;
    using Tracked = TrackedGuardedVectorStore;
    handlers.put_forms<Plain::At, address, value>(first);
    handlers.put_forms<Plain::ToConstant, value>(form_of(first, 1));
    handlers.put_forms<Tracked::At, address, value>(form_of(first, 2));
    handlers.put_forms<Tracked::ToConstant, value>(form_of(first, 3));
    handlers.put<CheckedVectorStore<From::slot, false, plain>>(form_of(first, 4));
    handlers.put<CheckedVectorStore<From::immediate, false, plain>>(form_of(first, 5));
    handlers.put<TrackedCheckedVectorStore<From::slot, false>>(form_of(first, 6));
    handlers.put<TrackedCheckedVectorStore<From::immediate, false>>(form_of(first, 7));
    handlers.put<CheckedVectorStore<From::slot, true, plain>>(form_of(first, 8));
    handlers.put<TrackedCheckedVectorStore<From::slot, true>>(form_of(first, 9));
}

}  // namespace icvm::vm
