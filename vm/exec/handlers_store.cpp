#include "vm/exec/access.hpp"

namespace icvm::vm {

namespace {

/// The address of a guarded store: field 0 and an offset.
template <From address_from, Place a>
ICVM_INLINE u64 guarded_address(const Registers& r) {
    return field32(r, 1) + (address_from == From::slot ? read<a>(r, 0) : 0);
}

/// Marks the pages of a store that found one not dirty, which is then done again: one handler for
/// all places that its value may have.
template <class Narrow, From address_from, Place a>
struct MarkGuarded {
    ICVM_INLINE Step run(Registers& r) {
        const u64 address = guarded_address<address_from, a>(r);
        if (!r.instance->memories[0]->mark(address, sizeof(Narrow)))
            return trap(TrapReason::memory_out_of_bounds);
        return Step::next;
    }
};

/// A store to guarded memory 0 with its value at a place; `tracked`: marks dirty pages.
template <class Narrow, bool tracked, From address_from, Place a, Place b>
struct GuardedStore {
    static constexpr bool exists = fits_place<Narrow, b>;

    ICVM_INLINE Step run(Registers& r) {
        const u64 address = guarded_address<address_from, a>(r);
        if constexpr (tracked)
            if (!is_marked<Narrow>(*r.instance->memories[0], address)) [[unlikely]]
                return Step::slow;
        if (!guarded_store_from<Narrow, b>(r, 1, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

/// The same with an immediate.
template <class Narrow, bool tracked, From address_from, Place a>
struct GuardedStoreImmediate {
    static constexpr bool exists = true;

    ICVM_INLINE Step run(Registers& r) {
        const u64 address = guarded_address<address_from, a>(r);
        if constexpr (tracked)
            if (!is_marked<Narrow>(*r.instance->memories[0], address)) [[unlikely]]
                return Step::slow;
        const u64 bits = u64(i64(i32(field32(r, 2))));
        if (!guarded_store<Narrow>(r.memory, address, bits)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 3;
        return Step::next;
    }
};

/// A store, and beside it what marks its pages.
template <class Store, class Mark>
struct MarkingStore : Store {
    using Slow = Mark;
};

template <class Narrow, bool tracked>
struct GuardedStores {
    template <From address_from, Place a, class Store>
    using Marked =
        std::conditional_t<tracked, MarkingStore<Store, MarkGuarded<Narrow, address_from, a>>,
                           Store>;

    template <Place a, Place b>
    struct Form : Marked<From::slot, a, GuardedStore<Narrow, tracked, From::slot, a, b>> {};
    template <Place a>
    struct Immediate
        : Marked<From::slot, a, GuardedStoreImmediate<Narrow, tracked, From::slot, a>> {};
    template <Place b>
    struct ToConstant : Marked<From::immediate, Place::slot,
                               GuardedStore<Narrow, tracked, From::immediate, Place::slot, b>> {};
    struct ImmediateToConstant
        : Marked<From::immediate, Place::slot,
                 GuardedStoreImmediate<Narrow, tracked, From::immediate, Place::slot>> {};

    static void put(Handlers& handlers, Operation first) {
        handlers.put_forms<Form, File::integer, File::any>(first);
        handlers.put_forms<Immediate, File::integer>(form_of(first, 1));
        handlers.put_forms<ToConstant, File::any>(form_of(first, 2));
        handlers.put<ImmediateToConstant>(form_of(first, 3));
    }
};

/// How a checked store treats the pages that it writes.
enum class Pages : u8 { plain, tracked, mark_first };

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

/// The four checked forms of a family: address and value in slots; value immediate; address
/// constant; both.
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
struct PlainChecked : CheckedStore<Narrow, address_from, value_from, false, Pages::plain> {};
template <class Narrow, From address_from, From value_from>
struct TrackedChecked : TrackedCheckedStore<Narrow, address_from, value_from, false> {};

template <class Narrow>
void put_store(Handlers& handlers, Operation first) {
    using Put = PutStores<Narrow>;
    GuardedStores<Narrow, false>::put(handlers, first);
    GuardedStores<Narrow, true>::put(handlers, form_of(first, 4));
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
