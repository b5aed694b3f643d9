#pragma once

#include <optional>

#include "vm/base/integers.hpp"
#include "vm/runtime/page_source.hpp"

namespace icvm::vm {

/// A reservation of address space for one memory, and a table with one byte for each 4-KiB page of
/// it, which stands marks_bytes(reserved_bytes) in front of the memory. The bytes of a fresh
/// mapping are zero and not accessible; its marks are zero.
struct Mapping {
    u8* base = nullptr;
    u64 reserved_bytes = 0;
    u8* marks = nullptr;
};

/// Protection changes in units of the system's pages: 64 KiB on some machines, 4 KiB on most.
inline constexpr u64 system_page_bytes_max = 65536;

constexpr u64 whole_system_pages(u64 bytes) {
    return (bytes + system_page_bytes_max - 1) / system_page_bytes_max * system_page_bytes_max;
}

/// What bounds a memory with 32-bit addresses and no check: every address plus every offset
/// (2^33 - 2), and the widest access.
inline constexpr u64 guarded_bytes = (u64(8) << 30) + 65536;

/// The same of a memory with 64-bit addresses, of which handlers look at the upper bits: 16 GiB and
/// every offset of 32 bits. 2,000 of them alone would take a third of what Linux gives a process.
inline constexpr u64 guarded64_bytes = (u64(20) << 30) + 65536;

/// How far in front of either the mark of its first page is: handlers find the marks without asking
/// the Memory, also those of pages out of bounds.
inline constexpr u64 guarded_marks_distance = whole_system_pages(guarded64_bytes / page_bytes);

constexpr u64 marks_bytes(u64 reserved_bytes) {
    if (reserved_bytes == guarded_bytes) return guarded_marks_distance;
    return whole_system_pages(reserved_bytes / page_bytes);
}

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
