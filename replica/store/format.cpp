#include "replica/store/format.hpp"

#include <algorithm>

#include "replica/store/checksum.hpp"
#include "replica/store/codec.hpp"

namespace icvm::replica {
namespace {

constexpr std::string_view file_magic = "icvm log";
constexpr std::string_view slot_magic = "icvmslot";
constexpr std::string_view commit_magic = "icvmcomt";
constexpr size_t magic_bytes = 8;
constexpr size_t checksum_bytes = 8;

ByteVector sealed(ByteVector bytes) {
    put(bytes, checksum(bytes));
    return bytes;
}

/// The fields between the magic and the checksum; nothing when either is wrong.
std::optional<FieldReader> unsealed(Bytes bytes, std::string_view magic, size_t length) {
    if (bytes.size() < length) return std::nullopt;
    const Bytes covered = bytes.first(length - checksum_bytes);
    if (text_of(covered.first(magic_bytes)) != magic) return std::nullopt;
    if (load_little<u64>(bytes.data() + covered.size()) != checksum(covered)) return std::nullopt;
    return FieldReader(covered.subspan(magic_bytes));
}

}  // namespace

ByteVector encode_file_header() {
    ByteVector bytes;
    put(bytes, bytes_of(file_magic));
    put(bytes, format_version);
    put(bytes, u32(block_bytes));
    return sealed(std::move(bytes));
}

std::optional<u32> decode_file_header(Bytes block) {
    auto fields = unsealed(block, file_magic, 24);
    if (!fields) return std::nullopt;
    return fields->take<u32>();
}

ByteVector encode(const Slot& slot) {
    ByteVector bytes;
    put(bytes, bytes_of(slot_magic));
    for (const u64 field : {slot.number, slot.offset, slot.header_checksum, slot.named})
        put(bytes, field);
    return sealed(std::move(bytes));
}

std::optional<Slot> decode_slot(Bytes bytes) {
    auto fields = unsealed(bytes, slot_magic, slot_bytes);
    if (!fields) return std::nullopt;
    Slot slot;
    for (u64* field : {&slot.number, &slot.offset, &slot.header_checksum, &slot.named})
        *field = fields->take<u64>();
    return slot;
}

ByteVector encode(CommitHeader& header) {
    ByteVector bytes;
    put(bytes, bytes_of(commit_magic));
    for (const u64 field :
         {header.number, header.previous_offset, header.previous_checksum, header.pages,
          header.meta_offset, header.meta_bytes, header.root.offset, header.root.length,
          header.root.checksum, header.live_bytes, header.content_checksum})
        put(bytes, field);
    header.checksum = checksum(bytes);
    return sealed(std::move(bytes));
}

std::optional<CommitHeader> decode_commit_header(Bytes bytes) {
    auto fields = unsealed(bytes, commit_magic, commit_header_bytes);
    if (!fields) return std::nullopt;
    CommitHeader header;
    for (u64* field :
         {&header.number, &header.previous_offset, &header.previous_checksum, &header.pages,
          &header.meta_offset, &header.meta_bytes, &header.root.offset, &header.root.length,
          &header.root.checksum, &header.live_bytes, &header.content_checksum})
        *field = fields->take<u64>();
    header.checksum = load_little<u64>(bytes.data() + commit_header_bytes - checksum_bytes);
    return header;
}

std::optional<u64> commit_bytes(const CommitHeader& header, u64 offset, u64 file_bytes) {
    const u64 blocks_max = file_bytes / block_bytes;
    if (header.pages > blocks_max || header.meta_bytes > file_bytes) return std::nullopt;
    const u64 end_of_pages = block_bytes * (1 + header.pages);
    u64 length = end_of_pages;
    if (header.meta_offset == offset + commit_header_bytes) {
        if (commit_header_bytes + header.meta_bytes > block_bytes) return std::nullopt;
    } else {
        if (header.meta_offset != offset + end_of_pages) return std::nullopt;
        length += block_bytes * whole_blocks(header.meta_bytes);
    }
    if (offset > file_bytes || length > file_bytes - offset) return std::nullopt;
    return length;
}

}  // namespace icvm::replica
