#include "vm/exec/access.hpp"

namespace icvm::vm {

namespace {

/// How a store treats the pages that it writes.
enum class Pages : u8 { plain, tracked, mark_first };

template <class Narrow, From address_from, From value_from, Pages pages>
struct GuardedStore {
    ICVM_INLINE Step run(Registers& r) {
        u64 address = field32(r, 1);
        if constexpr (address_from == From::slot) address += slot(r, field16(r, 0));
        u64 bits;
        if constexpr (value_from == From::slot)
            bits = slot(r, field16(r, 1));
        else
            bits = u64(i64(i32(field32(r, 2))));
        if constexpr (pages == Pages::tracked)
            if (!is_marked<Narrow>(*r.instance->memories[0], address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == Pages::mark_first)
            if (!r.instance->memories[0]->mark(address, sizeof(Narrow)))
                return trap(TrapReason::memory_out_of_bounds);
        if (!guarded_store<Narrow>(r.memory, address, bits)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += value_from == From::slot ? 2 : 3;
        return Step::next;
    }
};

template <class Narrow, From address_from, From value_from>
struct TrackedGuardedStore : GuardedStore<Narrow, address_from, value_from, Pages::tracked> {
    using Slow = GuardedStore<Narrow, address_from, value_from, Pages::mark_first>;
};

template <class Narrow, From address_from, From value_from, bool far, Pages pages>
struct CheckedStore {
    ICVM_INLINE Step run(Registers& r) {
        Memory& memory =
            far ? *r.instance->memories[field32(r, 1)] : *reinterpret_cast<Memory*>(r.memory);
        const u64 base = address_from == From::slot ? slot(r, field16(r, 0)) : 0;
        u64 bits;
        if constexpr (value_from == From::slot)
            bits = slot(r, field16(r, 1));
        else
            bits = u64(i64(i32(field32(r, 1))));
        u64 address;
        if (!checked_address<Narrow>(memory, base, r.pc[2], address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        if constexpr (pages == Pages::tracked)
            if (!is_marked<Narrow>(memory, address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == Pages::mark_first)
            if (!memory.mark(address, sizeof(Narrow)))
                return trap(TrapReason::memory_out_of_bounds);
        plain_store<Narrow>(memory.base + address, bits);
        r.pc += 3;
        return Step::next;
    }
};

template <class Narrow, From address_from, From value_from, bool far>
struct TrackedCheckedStore : CheckedStore<Narrow, address_from, value_from, far, Pages::tracked> {
    using Slow = CheckedStore<Narrow, address_from, value_from, far, Pages::mark_first>;
};

/// The four forms of a family: address and value in slots; value immediate; address constant; both.
template <class Narrow>
struct PutStores {
    template <template <class, From, From> class Store>
    static void put(Handlers& handlers, Operation first) {
        handlers.put<Store<Narrow, From::slot, From::slot>>(first);
        handlers.put<Store<Narrow, From::slot, From::immediate>>(form_of(first, 1));
        handlers.put<Store<Narrow, From::immediate, From::slot>>(form_of(first, 2));
        handlers.put<Store<Narrow, From::immediate, From::immediate>>(form_of(first, 3));
    }
};

template <class Narrow, From address_from, From value_from>
struct PlainGuarded : GuardedStore<Narrow, address_from, value_from, Pages::plain> {};
template <class Narrow, From address_from, From value_from>
struct PlainChecked : CheckedStore<Narrow, address_from, value_from, false, Pages::plain> {};
template <class Narrow, From address_from, From value_from>
struct TrackedChecked : TrackedCheckedStore<Narrow, address_from, value_from, false> {};

template <class Narrow>
void put_store(Handlers& handlers, Operation first) {
    using Put = PutStores<Narrow>;
    Put::template put<PlainGuarded>(handlers, first);
    Put::template put<TrackedGuardedStore>(handlers, form_of(first, 4));
    Put::template put<PlainChecked>(handlers, form_of(first, 8));
    Put::template put<TrackedChecked>(handlers, form_of(first, 12));
    handlers.put<CheckedStore<Narrow, From::slot, From::slot, true, Pages::plain>>(
        form_of(first, 16));
    handlers.put<TrackedCheckedStore<Narrow, From::slot, From::slot, true>>(form_of(first, 17));
}

}  // namespace

void put_store_handlers(Handlers& handlers) {
    put_store<u8>(handlers, Operation::store8_guarded);
    put_store<u16>(handlers, Operation::store16_guarded);
    put_store<u32>(handlers, Operation::store32_guarded);
    put_store<u64>(handlers, Operation::store64_guarded);
}

}  // namespace icvm::vm
