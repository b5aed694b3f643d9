#pragma once

#include "vm/exec/access.hpp"
#include "vm/exec/vector_slots.hpp"

/// Loads and stores of 16 bytes, as access.hpp has those of scalars.

namespace icvm::vm {

#if defined(__x86_64__)

/// False: the access faulted, beyond the memory's bounds.
ICVM_INLINE bool guarded_load_vector(const u8* base, u64 address, u64x2& vector) {
    u64x2 value;
    asm volatile goto("1: movdqu (%1,%2), %0\n\t" ICVM_FAULT_ROW("1b", "%l[fault]")
                      : "=x"(value)
                      : "r"(base), "r"(address)
                      : "memory"
                      : fault);
    vector = value;
    return true;
fault:
    vector = value;
    return false;
}

ICVM_INLINE bool guarded_store_vector(u8* base, u64 address, u64x2 vector) {
    asm volatile goto("1: movdqu %0, (%1,%2)\n\t" ICVM_FAULT_ROW("1b", "%l[fault]")
                      :
                      : "x"(vector), "r"(base), "r"(address)
                      : "memory"
                      : fault);
    return true;
fault:
    return false;
}

#else

// Never compiled into code: see guarded_access_available.
ICVM_INLINE bool guarded_load_vector(const u8*, u64, u64x2& vector) {
    vector = u64x2{};
    return false;
}
ICVM_INLINE bool guarded_store_vector(u8*, u64, u64x2) { return false; }

#endif

}  // namespace icvm::vm
