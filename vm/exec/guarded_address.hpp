#pragma once

#include "vm/exec/access.hpp"

/// The ways in which an access to guarded memory 0 makes its address. `field` is that of its first
/// operand: loads have their destination in front of it, indexed stores their value. False: out of
/// bounds; but that is mostly found by the access.

namespace icvm::vm {

/// An operand and an offset.
template <Place a, u32 field>
struct WithOffset {
    static constexpr bool exists = true;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = field32(r, 1) + read<a>(r, field);
        return true;
    }
};

/// A constant.
struct ConstantAddress {
    static constexpr bool exists = true;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = field32(r, 1);
        return true;
    }
};

/// The sum of two operands, as i32.add makes it; their order does not matter.
template <Place a, Place b, u32 field>
struct Indexed {
    static constexpr bool exists = a <= b;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = u32(read<a>(r, field)) + u32(read<b>(r, field + 1));
        return true;
    }
};

/// The sum of an operand and an immediate, likewise.
template <Place a, u32 field>
struct IndexedByImmediate {
    static constexpr bool exists = true;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = u32(read<a>(r, field)) + field32(r, 1);
        return true;
    }
};

/// Whether an address of 64 bits is one for the guard pages, with any offset of 32 bits: no memory
/// has to be asked for its size.
ICVM_INLINE bool is_guarded_address(u64 address) {
    static_assert(memory64_bytes_max == u64(1) << 34);
    return address >> 34 == 0;
}

// The same in 64 bits.
template <Place a, u32 field>
struct WithOffset64 {
    static constexpr bool exists = true;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        const u64 base = read<a>(r, field);
        address = field32(r, 1) + base;
        return is_guarded_address(base);
    }
};

template <Place a, Place b, u32 field>
struct Indexed64 {
    static constexpr bool exists = a <= b;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = read<a>(r, field) + read<b>(r, field + 1);
        return is_guarded_address(address);
    }
};

template <Place a, u32 field>
struct IndexedByImmediate64 {
    static constexpr bool exists = true;
    ICVM_INLINE bool find(const Registers& r, u64& address) {
        address = read<a>(r, field) + u64(i64(i32(field32(r, 1))));
        return is_guarded_address(address);
    }
};

/// Loads what is in memory as a `Narrow` to a place.
template <class Narrow, class Wide, Place d, class Address>
struct GuardedLoad {
    static constexpr bool exists = fits_place<Narrow, d> && Address::exists;

    ICVM_INLINE Step run(Registers& r) {
        u64 address;
        if (!Address::find(r, address) || !guarded_load_to<Narrow, Wide, d>(r, 0, address))
            [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += 2;
        return Step::next;
    }
};

/// A stored value at a place …
template <class Narrow, Place b, u32 field>
struct StoredPlace {
    static constexpr bool exists = fits_place<Narrow, b>;
    static constexpr u32 cells = 0;
    ICVM_INLINE u64 bits(const Registers& r) { return read<b>(r, field); }
    ICVM_INLINE bool store(const Registers& r, u64 address) {
        return guarded_store_from<Narrow, b>(r, field, address);
    }
};

/// … or in a cell of its own.
template <class Narrow>
struct StoredImmediate {
    static constexpr bool exists = true;
    static constexpr u32 cells = 1;
    ICVM_INLINE u64 bits(const Registers& r) { return u64(i64(i32(field32(r, 2)))); }
    ICVM_INLINE bool store(const Registers& r, u64 address) {
        return guarded_store<Narrow>(r.memory, address, bits(r));
    }
};

/// Does a tracked store that found a page not dirty: one handler for all forms of a width.
template <class Narrow>
struct DeferredGuardedStore {
    ICVM_INLINE Step run(Registers& r) {
        const DeferredStore& store = state_of(r.control).deferred_store;
        if (!r.instance->memories[0]->mark(store.address, sizeof(Narrow)))
            return trap(TrapReason::memory_out_of_bounds);
        if (!guarded_store<Narrow>(r.memory, store.address, store.bits)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += store.cells;
        return Step::next;
    }
};

template <class Narrow, bool tracked, class Address, class Value>
struct GuardedStore {
    static constexpr bool exists = Address::exists && Value::exists;
    static constexpr u32 cells = 2 + Value::cells;
    using Slow = DeferredGuardedStore<Narrow>;

    ICVM_INLINE Step run(Registers& r) {
        u64 address;
        if (!Address::find(r, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        if (tracked && !is_marked<Narrow>(guarded_marks(r), address)) [[unlikely]] {
            state_of(r.control).deferred_store = {address, Value::bits(r), cells};
            return Step::slow;
        }
        if (!Value::store(r, address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        r.pc += cells;
        return Step::next;
    }
};

}  // namespace icvm::vm
