#pragma once

#include "vm/exec/access.hpp"

/// The ways in which an access to guarded memory 0 makes its address. `field` is that of its first
/// operand: loads have their destination in front of it.

namespace icvm::vm {

/// Operand and offset.
template <Place a, u32 field>
struct WithOffset {
    static constexpr bool exists = true;
    ICVM_INLINE u64 find(const Registers& r) { return field32(r, 1) + read<a>(r, field); }
};

/// A constant.
struct ConstantAddress {
    static constexpr bool exists = true;
    ICVM_INLINE u64 find(const Registers& r) { return field32(r, 1); }
};

/// The sum of two operands, as i32.add makes it; their order does not matter.
template <Place a, Place b, u32 field>
struct Indexed {
    static constexpr bool exists = a <= b;
    ICVM_INLINE u64 find(const Registers& r) {
        return u32(read<a>(r, field)) + u32(read<b>(r, field + 1));
    }
};

/// The sum of an operand and an immediate, likewise.
template <Place a, u32 field>
struct IndexedByImmediate {
    static constexpr bool exists = true;
    ICVM_INLINE u64 find(const Registers& r) { return u32(read<a>(r, field)) + field32(r, 1); }
};

/// Loads what is in memory as a `Narrow` to a place.
template <class Narrow, class Wide, Place d, class Address>
struct GuardedLoad {
    static constexpr bool exists = fits_place<Narrow, d> && Address::exists;

    ICVM_INLINE Step run(Registers& r) {
        if (!guarded_load_to<Narrow, Wide, d>(r, 0, Address::find(r))) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

/// How a store treats the pages that it writes.
enum class Pages : u8 { plain, tracked, mark_first };

/// A stored value at a place …
template <class Narrow, Place b, u32 field>
struct StoredPlace {
    static constexpr bool exists = fits_place<Narrow, b>;
    static constexpr u32 cells = 0;
    ICVM_INLINE bool store(const Registers& r, u64 address) {
        return guarded_store_from<Narrow, b>(r, field, address);
    }
};

/// … or in a cell of its own.
template <class Narrow>
struct StoredImmediate {
    static constexpr bool exists = true;
    static constexpr u32 cells = 1;
    ICVM_INLINE bool store(const Registers& r, u64 address) {
        return guarded_store<Narrow>(r.memory, address, u64(i64(i32(field32(r, 2)))));
    }
};

template <class Narrow, Pages pages, class Address, class Value>
struct GuardedStoreTo {
    static constexpr bool exists = Address::exists && Value::exists;

    ICVM_INLINE Step run(Registers& r) {
        const u64 address = Address::find(r);
        if constexpr (pages == Pages::tracked)
            if (!is_marked<Narrow>(guarded_marks(r), address)) [[unlikely]]
                return Step::slow;
        if constexpr (pages == Pages::mark_first)
            if (!r.instance->memories[0]->mark(address, sizeof(Narrow)))
                return trap(TrapReason::memory_out_of_bounds);
        if (!Value::store(r, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2 + Value::cells;
        return Step::next;
    }
};

/// A tracked store, and beside it one that marks its pages first.
template <class Narrow, class Address, class Value>
struct TrackedGuardedStore : GuardedStoreTo<Narrow, Pages::tracked, Address, Value> {
    using Slow = GuardedStoreTo<Narrow, Pages::mark_first, Address, Value>;
};

template <class Narrow, bool tracked, class Address, class Value>
using GuardedStore = std::conditional_t<tracked, TrackedGuardedStore<Narrow, Address, Value>,
                                        GuardedStoreTo<Narrow, Pages::plain, Address, Value>>;

}  // namespace icvm::vm
