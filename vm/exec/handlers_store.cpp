#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// The four forms of a family: address and value in slots or registers; value immediate; address
/// constant; both.
template <class Narrow, bool tracked>
struct GuardedStores {
    template <Place a, Place b>
    struct Form : GuardedStore<Narrow, tracked, WithOffset<a, 0>, StoredPlace<Narrow, b, 1>> {};
    template <Place a>
    struct Immediate : GuardedStore<Narrow, tracked, WithOffset<a, 0>, StoredImmediate<Narrow>> {};
    template <Place b>
    struct ToConstant : GuardedStore<Narrow, tracked, ConstantAddress, StoredPlace<Narrow, b, 1>> {
    };
    using ImmediateToConstant =
        GuardedStore<Narrow, tracked, ConstantAddress, StoredImmediate<Narrow>>;

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

/// The four checked forms of a family, in slots: address and value; value immediate; address
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
