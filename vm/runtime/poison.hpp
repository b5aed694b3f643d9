#pragma once

#include "vm/base/integers.hpp"

/// Memory that nobody may touch, as AddressSanitizer knows it: what is freed and used nevertheless
/// is found at once. Nothing in other builds.

#ifdef ICVM_SANITIZE
#include <sanitizer/asan_interface.h>
#endif

namespace icvm::vm {

#ifdef ICVM_SANITIZE

inline void poison(const u8* begin, u64 bytes) { __asan_poison_memory_region(begin, bytes); }
inline void unpoison(const u8* begin, u64 bytes) { __asan_unpoison_memory_region(begin, bytes); }
[[gnu::no_sanitize_address, gnu::noinline]] inline u8 read_poisoned(const u8* byte) {
    return *byte;
}
[[gnu::no_sanitize_address, gnu::noinline]] inline void write_poisoned(u8* byte, u8 value) {
    *byte = value;
}

#else

inline void poison(const u8*, u64) {}
inline void unpoison(const u8*, u64) {}
inline u8 read_poisoned(const u8* byte) { return *byte; }
inline void write_poisoned(u8* byte, u8 value) { *byte = value; }

#endif

}  // namespace icvm::vm
