#pragma once

#include <optional>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// A reservation of address space for one memory, and a table with one byte for each 4-KiB page of
/// it. The bytes of a fresh mapping are zero and not accessible; its marks are zero.
struct Mapping {
    u8* base = nullptr;
    u64 reserved_bytes = 0;
    u8* marks = nullptr;
};

/// What bounds a memory with 32-bit addresses and no check: every address plus every offset
/// (2^33 - 2), and the widest access.
inline constexpr u64 guarded_bytes = (u64(8) << 30) + 65536;

/// Mappings that wait for the next memory of their size.
inline constexpr size_t mappings_kept_max = 8;

/// From the pool, or fresh; nothing: no such address space. Thread-safe.
std::optional<Mapping> acquire_mapping(u64 reserved_bytes);

/// Drops the contents and gives the mapping back; only the first `used_bytes` may have been made
/// accessible. Thread-safe.
void release_mapping(const Mapping& mapping, u64 used_bytes);

/// Makes [offset, offset + length) readable and writable. False: the system refuses.
bool open_range(const Mapping& mapping, u64 offset, u64 length);

/// Makes [offset, offset + length), which is accessible, zeros that take no memory. Whole pages of
/// 4 KiB; false: the system has larger ones, or refuses, and the contents stay.
bool drop_contents(const Mapping& mapping, u64 offset, u64 length);

/// Drops the contents of [offset, offset + length), which is no longer accessible.
void close_range(const Mapping& mapping, u64 offset, u64 length);

}  // namespace icvm::vm
