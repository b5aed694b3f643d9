#pragma once

#include <memory>
#include <string>
#include <vector>

#include "replica/state/storage.hpp"
#include "replica/store/file.hpp"
#include "replica/store/format.hpp"

namespace icvm::replica {

/// A commit in the making: room for its first block, then its pages. What was spilled is in the
/// file already, behind the end of the log.
struct CommitImage {
    ByteVector bytes = ByteVector(block_bytes);
    std::vector<u64> page_checksums;  ///< spilled ones included
    u64 spilled_pages = 0;

    /// `page` is one block; gives its number in the commit.
    u64 add_page(Bytes page, u64 page_checksum);
};

/// What a commit says besides its pages.
struct CommitMeta {
    ByteVector bytes;  ///< records and nodes
    bool behind_header = true;
    Reference root;
    u64 live_bytes = 0;
};

/// An open log file, the only thing that writes it. Invariant: what lies before end() is never
/// written again, and when append was asked to be durable, it is.
class LogFile {
public:
    /// Finds the last whole commit: reads the header, the slots, and what was in flight.
    static Result<std::unique_ptr<LogFile>, StorageError> open(std::unique_ptr<File> file,
                                                               const std::string& path);
    /// A log without commits, which will go on from commit `number`. Nothing is durable before
    /// `seal`.
    static Result<std::unique_ptr<LogFile>, StorageError> create(FileSystem& files,
                                                                 const std::string& path,
                                                                 u64 number);

    const std::string& path() const { return path_; }
    void renamed(const std::string& path) { path_ = path; }
    /// Whether the file's name is known to be durable: nothing in it is before.
    bool named() const { return named_; }
    void set_named();
    u64 end() const { return end_; }
    /// Where the image's pages and the meta of the next commit will lie.
    u64 page_offset(u64 page) const { return end_ + block_bytes * (1 + page); }
    u64 meta_offset(u64 pages, bool behind_header) const {
        return behind_header ? end_ + commit_header_bytes : page_offset(pages);
    }
    /// The header of the last commit; its number alone when there is none yet.
    const CommitHeader& last() const { return last_; }

    /// What there is from `offset` on, up to `out.size()` bytes.
    Result<size_t, StorageError> read_some(u64 offset, std::span<u8> out) const;
    /// Fills `out`, which must have that checksum.
    Result<void, StorageError> read(u64 offset, std::span<u8> out, u64 checksum,
                                    const char* what) const;
    Result<ByteVector, StorageError> read(const Reference& reference, const char* what) const;

    /// Writes the image's pages ahead of its commit, to free the memory that they take.
    Result<void, StorageError> spill(CommitImage& image);
    /// One write and, when `durable`, one fdatasync. After an error the log is as before, and the
    /// image is spent.
    Result<void, StorageError> append(CommitImage& image, CommitMeta meta, bool durable);
    /// Gives back what was spilled for a commit that will not be.
    void abandon(CommitImage& image);
    /// Makes a log durable that was created and filled without being so.
    Result<void, StorageError> seal();
    Result<void, StorageError> reserve(u64 bytes);

private:
    LogFile(std::unique_ptr<File> file, std::string path)
        : file_(std::move(file)), path_(std::move(path)) {}

    Result<void, StorageError> check_file_header() const;
    Result<void, StorageError> find_durable_commit(u64 file_bytes);
    Result<bool, StorageError> find_next_commit(u64 file_bytes);
    Result<std::optional<CommitHeader>, StorageError> header_at(u64 offset) const;
    Result<bool, StorageError> has_its_content(const CommitHeader& header) const;
    Result<void, StorageError> drop_tail();
    Result<void, StorageError> sync();
    Result<void, StorageError> write_slot();
    Result<void, StorageError> rewrite_slot();
    bool follows(const CommitHeader& header, const CommitHeader& before, u64 before_offset) const;

    std::unique_ptr<File> file_;
    std::string path_;
    CommitHeader last_;
    u64 last_offset_ = 0;
    u64 end_ = first_commit_offset;
    bool named_ = false;
    bool tail_ = false;        ///< there may be bytes behind the end
    unsigned slot_index_ = 0;  ///< of the slot that was written last
    bool slot_lost_ = false;   ///< it surely is not
    bool slot_dirty_ = true;   ///< it may not be durable, for all that is known
};

}  // namespace icvm::replica
