#pragma once

#include "vm/exec/dispatch.hpp"
#include "vm/exec/signals.hpp"
#include "vm/runtime/mapping.hpp"

/// Loads and stores of handlers: without a check, where guard pages keep the bounds, and with one.

namespace icvm::vm {

#if defined(__x86_64__)
inline constexpr bool guarded_access_available = true;
#else
inline constexpr bool guarded_access_available = false;
#endif

#if defined(__x86_64__)

#define ICVM_GUARDED_LOAD(instruction, register)                                 \
    asm volatile goto("1: " instruction "\n\t" ICVM_FAULT_ROW("1b", "%l[fault]") \
                      : register(value)                                          \
                      : "r"(base), "r"(address)                                  \
                      : "memory"                                                 \
                      : fault)

// Where an access faults, its output is written, too, with what the register held: the old value of
// a register operand is dead on either way, so that loads go straight to it (one copy fewer).

/// Loads a `Narrow` as a `Wide`. False: the access faulted, beyond the memory's bounds.
template <class Narrow, class Wide>
ICVM_INLINE bool guarded_load(const u8* base, u64 address, u64& bits) {
    u64 value;
    if constexpr (std::is_same_v<Narrow, u8>)
        ICVM_GUARDED_LOAD("movzbl (%1,%2), %k0", "=r");
    else if constexpr (std::is_same_v<Narrow, u16>)
        ICVM_GUARDED_LOAD("movzwl (%1,%2), %k0", "=r");
    else if constexpr (std::is_same_v<Narrow, u32>)
        ICVM_GUARDED_LOAD("movl (%1,%2), %k0", "=r");
    else if constexpr (std::is_same_v<Narrow, u64>)
        ICVM_GUARDED_LOAD("movq (%1,%2), %0", "=r");
    else if constexpr (std::is_same_v<Narrow, i8> && sizeof(Wide) == 4)
        ICVM_GUARDED_LOAD("movsbl (%1,%2), %k0", "=r");
    else if constexpr (std::is_same_v<Narrow, i16> && sizeof(Wide) == 4)
        ICVM_GUARDED_LOAD("movswl (%1,%2), %k0", "=r");
    else if constexpr (std::is_same_v<Narrow, i8>)
        ICVM_GUARDED_LOAD("movsbq (%1,%2), %0", "=r");
    else if constexpr (std::is_same_v<Narrow, i16>)
        ICVM_GUARDED_LOAD("movswq (%1,%2), %0", "=r");
    else
        ICVM_GUARDED_LOAD("movslq (%1,%2), %0", "=r");
    bits = value;
    return true;
fault:
    bits = value;
    return false;
}

/// Loads an f32 or f64 straight into a vector register: no detour through an integer one.
template <class Narrow>
ICVM_INLINE bool guarded_load_lane(const u8* base, u64 address, Lanes& lanes) {
    Lanes value;
    if constexpr (sizeof(Narrow) == 4)
        ICVM_GUARDED_LOAD("movss (%1,%2), %0", "=x");
    else
        ICVM_GUARDED_LOAD("movsd (%1,%2), %0", "=x");
    lanes = value;
    return true;
fault:
    lanes = value;
    return false;
}
#undef ICVM_GUARDED_LOAD

#define ICVM_GUARDED_STORE(instruction, register)                                \
    asm volatile goto("1: " instruction "\n\t" ICVM_FAULT_ROW("1b", "%l[fault]") \
                      :                                                          \
                      : register(bits), "r"(base), "r"(address)                  \
                      : "memory"                                                 \
                      : fault)

template <class Narrow>
ICVM_INLINE bool guarded_store(u8* base, u64 address, u64 bits) {
    if constexpr (sizeof(Narrow) == 1)
        ICVM_GUARDED_STORE("movb %b0, (%1,%2)", "r");
    else if constexpr (sizeof(Narrow) == 2)
        ICVM_GUARDED_STORE("movw %w0, (%1,%2)", "r");
    else if constexpr (sizeof(Narrow) == 4)
        ICVM_GUARDED_STORE("movl %k0, (%1,%2)", "r");
    else
        ICVM_GUARDED_STORE("movq %0, (%1,%2)", "r");
    return true;
fault:
    return false;
}

/// Stores an f32 or f64 from a vector register.
template <class Narrow>
ICVM_INLINE bool guarded_store_lane(u8* base, u64 address, Lanes bits) {
    if constexpr (sizeof(Narrow) == 4)
        ICVM_GUARDED_STORE("movss %0, (%1,%2)", "x");
    else
        ICVM_GUARDED_STORE("movsd %0, (%1,%2)", "x");
    return true;
fault:
    return false;
}
#undef ICVM_GUARDED_STORE

#else

// Never compiled into code: see guarded_access_available.
template <class Narrow, class Wide>
ICVM_INLINE bool guarded_load(const u8*, u64, u64& bits) {
    bits = 0;
    return false;
}
template <class Narrow>
ICVM_INLINE bool guarded_load_lane(const u8*, u64, Lanes& lanes) {
    lanes = Lanes{};
    return false;
}
template <class Narrow>
ICVM_INLINE bool guarded_store(u8*, u64, u64) {
    return false;
}
template <class Narrow>
ICVM_INLINE bool guarded_store_lane(u8*, u64, Lanes) {
    return false;
}

#endif

/// Whether a value that memory holds as a `Narrow` can be at the place: f32 and f64 alone are in
/// vector registers, which no load extends and no store narrows.
template <class Narrow, Place place>
inline constexpr bool fits_place =
    !is_vector_register(place) || std::is_same_v<Narrow, u32> || std::is_same_v<Narrow, u64>;

/// The same, with the result at a place.
template <class Narrow, class Wide, Place to>
ICVM_INLINE bool guarded_load_to(Registers& r, u32 n, u64 address) {
    if constexpr (is_vector_register(to)) {
        return guarded_load_lane<Narrow>(r.memory, address, r.x[u32(to) - u32(Place::x1)]);
    } else {
        u64 bits;
        const bool loaded = guarded_load<Narrow, Wide>(r.memory, address, bits);
        if (is_integer_register(to) || loaded) [[likely]]
            write<to>(r, n, bits);
        return loaded;
    }
}

/// … and with the value from a place.
template <class Narrow, Place from>
ICVM_INLINE bool guarded_store_from(const Registers& r, u32 n, u64 address) {
    if constexpr (is_vector_register(from))
        return guarded_store_lane<Narrow>(r.memory, address, r.x[u32(from) - u32(Place::x1)]);
    else
        return guarded_store<Narrow>(r.memory, address, read<from>(r, n));
}

/// The effective address of a checked access; false: out of bounds.
template <class Narrow>
ICVM_INLINE bool checked_address(const Memory& memory, u64 base, u64 offset, u64& address) {
    u64 end;
    if (__builtin_add_overflow(base, offset, &address)) [[unlikely]]
        return false;
    if (__builtin_add_overflow(address, sizeof(Narrow), &end)) [[unlikely]]
        return false;
    return end <= memory.size_bytes;
}

template <class Narrow, class Wide>
ICVM_INLINE u64 plain_load(const u8* place) {
    Narrow value;
    std::memcpy(&value, place, sizeof value);
    return to_bits(Wide(value));
}

template <class Narrow>
ICVM_INLINE void plain_store(u8* place, u64 bits) {
    const Narrow value = Narrow(bits);
    std::memcpy(place, &value, sizeof value);
}

/// Whether a store to [address, address + sizeof(Narrow)) needs no slow path: its page is dirty
/// already, and it does not end in the next one. That is asked by its last bytes alone, aligned or
/// not, so that one mark is read: one store in 512 of 8 bytes takes the slow path for it (against
/// two marks, 5 instructions fewer for each store).
template <class Narrow>
ICVM_INLINE bool is_marked(const u8* marks, u64 address) {
    constexpr u64 whole = page_bytes - sizeof(Narrow);
    if (!(marks[address / page_bytes] & Memory::mark_dirty)) [[unlikely]]
        return false;
    return sizeof(Narrow) == 1 || ((address + sizeof(Narrow)) & whole) != 0;
}

template <class Narrow>
ICVM_INLINE bool is_marked(const Memory& memory, u64 address) {
    return is_marked<Narrow>(memory.marks, address);
}

/// The marks of guarded memory 0 stand at a fixed distance in front of its base: one load in place
/// of three that wait for each other.
ICVM_INLINE const u8* guarded_marks(const Registers& r) {
    return r.memory - guarded_marks_distance;
}

}  // namespace icvm::vm
