#include "vm/exec/guarded_address.hpp"
#include "vm/exec/vector_access.hpp"

namespace icvm::vm {

namespace {

/// How a store treats the pages that it writes.
enum class VectorPages : u8 { plain, tracked, mark_first };

template <Place place, u32 field>
struct StoredVector {
    ICVM_INLINE bool store(const Registers& r, u64 address) {
        return guarded_store_vector(r.memory, address, vector_at<u64x2, place>(r, field));
    }
};

template <VectorPages pages, class Address, class Value>
struct GuardedVectorStore {
    static constexpr bool exists = Address::exists;
    ICVM_INLINE Step run(Registers& r) {
        u64 address;
        if (!Address::find(r, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        if constexpr (pages == VectorPages::tracked)
            if (!is_marked<u64x2>(guarded_marks(r), address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == VectorPages::mark_first)
            if (!r.instance->memories[0]->mark(address, sizeof(u64x2)))
                return trap(TrapReason::memory_out_of_bounds);
        if (!Value::store(r, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

/// Marks its pages first, where that has to be.
template <class Address, class Value>
struct TrackedVectorStore : GuardedVectorStore<VectorPages::tracked, Address, Value> {
    using Slow = GuardedVectorStore<VectorPages::mark_first, Address, Value>;
};

template <bool tracked>
struct GuardedVectorStores {
    template <class Address, class Value>
    using Store = std::conditional_t<tracked, TrackedVectorStore<Address, Value>,
                                     GuardedVectorStore<VectorPages::plain, Address, Value>>;

    template <Place a, Place b>
    struct At : Store<WithOffset<a, 0>, StoredVector<b, 1>> {};
    template <Place b>
    struct ToConstant : Store<ConstantAddress, StoredVector<b, 1>> {};
    template <Place a, Place b, Place c>
    struct AtSum : Store<Indexed<b, c, 1>, StoredVector<a, 0>> {};
    template <Place a, Place b>
    struct AtSumWithImmediate : Store<IndexedByImmediate<b, 1>, StoredVector<a, 0>> {};

    static void put(Handlers& handlers, Operation first, Operation indexed) {
        constexpr File address = File::integer, value = File::vector;
        handlers.put_forms<At, address, value>(first);
        handlers.put_forms<ToConstant, value>(form_of(first, 1));
        handlers.put_forms<AtSum, value, address, address>(indexed);
        handlers.put_forms<AtSumWithImmediate, value, address>(form_of(indexed, 1));
    }
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
    constexpr Operation indexed = Operation::v128_store_guarded_indexed;
    GuardedVectorStores<false>::put(handlers, first, indexed);
    GuardedVectorStores<true>::put(handlers, form_of(first, 2), form_of(indexed, 2));
    handlers.put<CheckedVectorStore<From::slot, false, plain>>(form_of(first, 4));
    handlers.put<CheckedVectorStore<From::immediate, false, plain>>(form_of(first, 5));
    handlers.put<TrackedCheckedVectorStore<From::slot, false>>(form_of(first, 6));
    handlers.put<TrackedCheckedVectorStore<From::immediate, false>>(form_of(first, 7));
    handlers.put<CheckedVectorStore<From::slot, true, plain>>(form_of(first, 8));
    handlers.put<TrackedCheckedVectorStore<From::slot, true>>(form_of(first, 9));
}

}  // namespace icvm::vm
