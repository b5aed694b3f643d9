#include "replica/store/log_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "replica/store/checksum.hpp"
#include "replica/store/codec.hpp"
#include "replica/store/failure.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica {
namespace {

u64 content_checksum(std::span<const u64> page_checksums, Bytes meta) {
    ByteVector pages;
    pages.reserve(page_checksums.size() * 8);
    for (const u64 page : page_checksums) put(pages, page);
    ByteVector both;
    put(both, checksum(pages));
    put(both, checksum(meta));
    return checksum(both);
}

}  // namespace

u64 CommitImage::add_page(Bytes page, u64 page_checksum) {
    ASSERT(page.size() == block_bytes);
    put(bytes, page);
    page_checksums.push_back(page_checksum);
    return page_checksums.size() - 1;
}

// ---- Opening -----------------------------------------------------------------------------------

Result<std::unique_ptr<LogFile>, StorageError> LogFile::open(std::unique_ptr<File> file,
                                                             const std::string& path) {
    std::unique_ptr<LogFile> log(new LogFile(std::move(file), path));
    const u64 file_bytes = TRY(explained(log->file_->size(), "read", path));
    TRY(log->check_file_header());
    TRY(log->find_durable_commit(file_bytes));
    bool found_more = false;
    while (TRY(log->find_next_commit(file_bytes))) found_more = true;
    log->tail_ = file_bytes > log->end_;
    // A commit that a killed process left in the system's cache is about to be relied upon.
    if (found_more) {
        TRY(log->sync());
        (void)log->write_slot();
    }
    return log;
}

Result<void, StorageError> LogFile::check_file_header() const {
    ByteVector block(block_bytes);
    block.resize(TRY(explained(read_fully(*file_, 0, block), "read", path_)));
    const auto version = decode_file_header(block);
    if (!version) return std::unexpected(damaged(path_, "it does not begin as a log of icvm"));
    if (*version != format_version) return std::unexpected(wrong_version(path_, *version));
    return {};
}

Result<void, StorageError> LogFile::find_durable_commit(u64 file_bytes) {
    std::optional<Slot> newest;
    for (unsigned index = 0; index < 2; index++) {
        ByteVector bytes(slot_bytes);
        bytes.resize(TRY(explained(read_fully(*file_, slot_offset(index), bytes), "read", path_)));
        const auto slot = decode_slot(bytes);
        if (!slot || (newest && newest->number >= slot->number)) continue;
        newest = slot;
        slot_index_ = index;
    }
    if (!newest) return std::unexpected(damaged(path_, "neither of its two slots is whole"));
    const auto header = TRY(header_at(newest->offset));
    const auto length = header ? commit_bytes(*header, newest->offset, file_bytes) : std::nullopt;
    if (!length || header->number != newest->number || header->checksum != newest->header_checksum)
        return std::unexpected(
            damaged(path_, fmt::format("commit {} is not at byte {}, where it was ({} bytes)",
                                       newest->number, newest->offset, file_bytes)));
    named_ = newest->named != 0;
    last_ = *header;
    last_offset_ = newest->offset;
    end_ = newest->offset + *length;
    return {};
}

/// Goes on to the commit at the end, if there is a whole one. One that is not was in flight, unless
/// another was written on top of it.
Result<bool, StorageError> LogFile::find_next_commit(u64 file_bytes) {
    const auto header = TRY(header_at(end_));
    if (!header || !follows(*header, last_, last_offset_)) return false;
    const auto length = commit_bytes(*header, end_, file_bytes);
    if (!length) return false;
    if (!TRY(has_its_content(*header))) {
        const auto next = TRY(header_at(end_ + *length));
        if (next && follows(*next, *header, end_))
            return std::unexpected(damaged(
                path_, fmt::format("commit {} at byte {} is not whole", header->number, end_)));
        return false;
    }
    last_ = *header;
    last_offset_ = end_;
    end_ += *length;
    return true;
}

bool LogFile::follows(const CommitHeader& header, const CommitHeader& before,
                      u64 before_offset) const {
    return header.number == before.number + 1 && header.previous_offset == before_offset &&
           header.previous_checksum == before.checksum;
}

Result<std::optional<CommitHeader>, StorageError> LogFile::header_at(u64 offset) const {
    if (offset < first_commit_offset || offset % block_bytes != 0) return std::nullopt;
    ByteVector bytes(commit_header_bytes);
    bytes.resize(TRY(explained(read_fully(*file_, offset, bytes), "read", path_)));
    return decode_commit_header(bytes);
}

Result<bool, StorageError> LogFile::has_its_content(const CommitHeader& header) const {
    std::vector<u64> page_checksums;
    page_checksums.reserve(header.pages);
    ByteVector chunk;
    for (u64 page = 0; page < header.pages; page += chunk.size() / block_bytes) {
        chunk.resize(std::min<u64>(header.pages - page, 256) * block_bytes);
        const size_t count =
            TRY(explained(read_fully(*file_, page_offset(page), chunk), "read", path_));
        if (count != chunk.size()) return false;
        for (size_t at = 0; at < chunk.size(); at += block_bytes)
            page_checksums.push_back(checksum(Bytes(chunk).subspan(at, block_bytes)));
    }
    ByteVector meta(header.meta_bytes);
    const size_t count =
        TRY(explained(read_fully(*file_, header.meta_offset, meta), "read", path_));
    return count == meta.size() &&
           content_checksum(page_checksums, meta) == header.content_checksum;
}

Result<std::unique_ptr<LogFile>, StorageError> LogFile::create(FileSystem& files,
                                                               const std::string& path,
                                                               u64 number) {
    auto file = TRY(explained(files.open(path, OpenMode::fresh), "create", path));
    std::unique_ptr<LogFile> log(new LogFile(std::move(file), path));
    TRY(explained(write_fully(*log->file_, 0, encode_file_header()), "write", path));
    log->last_.number = number;
    log->slot_dirty_ = false;
    return log;
}

// ---- Reading -----------------------------------------------------------------------------------

Result<size_t, StorageError> LogFile::read_some(u64 offset, std::span<u8> out) const {
    if (offset >= end_) return size_t(0);
    return explained(read_fully(*file_, offset, out), "read", path_);
}

Result<void, StorageError> LogFile::read(u64 offset, std::span<u8> out, u64 expected,
                                         const char* what) const {
    const size_t count = TRY(read_some(offset, out));
    if (count == out.size() && checksum(out) == expected) return {};
    return std::unexpected(
        damaged(path_, fmt::format("the {} at byte {} does not match its checksum", what, offset)));
}

Result<ByteVector, StorageError> LogFile::read(const Reference& reference, const char* what) const {
    if (reference.offset > end_ || reference.length > end_ - reference.offset)
        return std::unexpected(damaged(
            path_, fmt::format("the {} at byte {} lies beyond its end", what, reference.offset)));
    ByteVector bytes(reference.length);
    TRY(read(reference.offset, bytes, reference.checksum, what));
    return bytes;
}

// ---- Writing -----------------------------------------------------------------------------------

/// Bytes behind the end are of a commit that failed or was in flight when the machine stopped.
Result<void, StorageError> LogFile::drop_tail() {
    if (!tail_) return {};
    TRY(explained(file_->truncate(end_), "shorten", path_));
    tail_ = false;
    return {};
}

Result<void, StorageError> LogFile::spill(CommitImage& image) {
    if (image.spilled_pages == 0) TRY(drop_tail());
    tail_ = true;
    const Bytes pages = Bytes(image.bytes).subspan(block_bytes);
    TRY(explained(write_fully(*file_, page_offset(image.spilled_pages), pages), "write", path_));
    image.spilled_pages += pages.size() / block_bytes;
    image.bytes.resize(block_bytes);
    return {};
}

void LogFile::abandon(CommitImage& image) {
    if (image.spilled_pages == 0) return;
    image.spilled_pages = 0;
    (void)drop_tail();
}

Result<void, StorageError> LogFile::append(CommitImage& image, CommitMeta meta, bool durable) {
    if (image.spilled_pages == 0) TRY(drop_tail());
    if (slot_lost_) TRY(rewrite_slot());
    const u64 pages = image.page_checksums.size();
    CommitHeader header{.number = last_.number + 1,
                        .previous_offset = last_offset_,
                        .previous_checksum = last_.checksum,
                        .pages = pages,
                        .meta_offset = meta_offset(pages, meta.behind_header),
                        .meta_bytes = meta.bytes.size(),
                        .root = meta.root,
                        .live_bytes = meta.live_bytes,
                        .content_checksum = content_checksum(image.page_checksums, meta.bytes)};
    std::ranges::copy(encode(header), image.bytes.begin());
    if (meta.behind_header) {
        CHECK(commit_header_bytes + meta.bytes.size() <= block_bytes);
        std::ranges::copy(meta.bytes, image.bytes.begin() + commit_header_bytes);
    } else {
        put(image.bytes, meta.bytes);
        image.bytes.resize(whole_blocks(image.bytes.size()) * block_bytes);
    }

    tail_ = true;
    const Bytes all = image.bytes;
    const Bytes front = image.spilled_pages == 0 ? all : all.first(block_bytes);
    const Bytes rest = all.subspan(front.size());
    auto written =
        explained(write_fully(*file_, page_offset(image.spilled_pages), rest), "write", path_);
    if (written) written = explained(write_fully(*file_, end_, front), "write", path_);
    if (written && durable) written = sync();
    const u64 bytes = image.spilled_pages * block_bytes + all.size();
    image.spilled_pages = 0;
    if (!written) {
        (void)drop_tail();
        return written;
    }
    tail_ = false;
    last_ = header;
    last_offset_ = end_;
    end_ += bytes;
    // Only a hint: the next opening would find this commit without it.
    if (durable) (void)write_slot();
    return {};
}

Result<void, StorageError> LogFile::seal() {
    TRY(write_slot());
    return sync();
}

void LogFile::set_named() {
    named_ = true;
    (void)write_slot();
}

Result<void, StorageError> LogFile::reserve(u64 bytes) {
    return explained(file_->allocate(bytes), "write", path_);
}

/// What a failed sync has not written will not be written by a later one either.
Result<void, StorageError> LogFile::sync() {
    const auto synced = explained(file_->sync(), "write", path_);
    slot_lost_ = slot_dirty_ && !synced;
    if (synced) slot_dirty_ = false;
    return synced;
}

/// Into the slot that was not written last, and only when a sync has confirmed the one that was: so
/// one of them is whole, wherever the machine stops.
Result<void, StorageError> LogFile::write_slot() {
    if (slot_dirty_) return {};
    slot_index_ = 1 - slot_index_;
    slot_dirty_ = true;
    return rewrite_slot();
}

Result<void, StorageError> LogFile::rewrite_slot() {
    const ByteVector slot = encode(Slot{last_.number, last_offset_, last_.checksum, named_});
    return explained(write_fully(*file_, slot_offset(slot_index_), slot), "write", path_);
}

}  // namespace icvm::replica
