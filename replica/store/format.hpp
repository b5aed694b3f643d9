#pragma once

/// The bytes of the log file; docs/state-format.md describes them.

#include <optional>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

inline constexpr u32 format_version = 1;
/// Everything that must not share a disk block with older data begins at a multiple of this.
inline constexpr u64 block_bytes = 4096;
/// The file header and the two slots.
inline constexpr u64 first_commit_offset = 3 * block_bytes;

/// Bytes of the log, with the checksum that they must have. At offset 0: nothing.
struct Reference {
    u64 offset = 0;
    u64 length = 0;
    u64 checksum = 0;
};

ByteVector encode_file_header();
/// The file's version; nothing when the header is not one. The header's layout is the same in
/// every version.
std::optional<u32> decode_file_header(Bytes block);

/// Says that the log was durable up to a commit. Two of them take turns, in blocks of their own.
struct Slot {
    u64 number = 0;           ///< of the commit
    u64 offset = 0;           ///< of its header
    u64 header_checksum = 0;  ///< the last field of its header
    u64 named = 0;            ///< 1: so is the file's name in its directory
};
inline constexpr u64 slot_bytes = 48;
inline u64 slot_offset(unsigned index) { return block_bytes * (1 + index); }
ByteVector encode(const Slot& slot);
std::optional<Slot> decode_slot(Bytes bytes);

/// The first block of a commit begins with it. Pages follow in whole blocks from the next one on.
struct CommitHeader {
    u64 number = 0;             ///< one more than the one before
    u64 previous_offset = 0;    ///< of the header of the commit before; 0: the first of the file
    u64 previous_checksum = 0;  ///< of the header of the commit before
    u64 pages = 0;              ///< blocks of pages
    u64 meta_offset = 0;        ///< records and nodes: behind the header, or behind the pages
    u64 meta_bytes = 0;
    Reference root;            ///< of the catalog
    u64 live_bytes = 0;        ///< what the catalog reaches: pages, records and nodes
    u64 content_checksum = 0;  ///< of the page checksums and of the meta, see docs
    u64 checksum = 0;          ///< of the bytes before this field
};
inline constexpr u64 commit_header_bytes = 104;
/// Sets `header.checksum`, too.
ByteVector encode(CommitHeader& header);
std::optional<CommitHeader> decode_commit_header(Bytes bytes);
/// From its header to the next commit; nothing when it makes no sense at `offset`, or does not fit
/// in a file of `file_bytes`.
std::optional<u64> commit_bytes(const CommitHeader& header, u64 offset, u64 file_bytes);

inline u64 whole_blocks(u64 bytes) { return (bytes + block_bytes - 1) / block_bytes; }

}  // namespace icvm::replica
