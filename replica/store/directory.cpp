#include "replica/store/directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "replica/store/compaction.hpp"
#include "replica/store/failure.hpp"
#include "replica/store/log.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica {
namespace {

static_assert(block_bytes == vm::page_bytes);

std::string parent_of(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

StorageError in_use(const std::string& path, std::optional<u64> process) {
    if (!process) return {path + " is in use by another process", "wait until it has ended"};
    return {fmt::format("{} is in use by process {}", path, *process),
            fmt::format("wait until it has ended, or end it (kill {})", *process)};
}

class DirectoryTransaction;

/// Invariant: the lock is held; what log_ says is on disk, unless it is not published yet.
class DirectoryStorage final : public Storage {
public:
    DirectoryStorage(FileSystem& files, std::string path, const DirectoryLimits& limits)
        : files_(files), path_(std::move(path)), limits_(limits) {}
    ~DirectoryStorage() override;

    Result<void, StorageError> open(u32 wait_ms);

    std::unique_ptr<Transaction> begin() override;
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        if (!published_) return {};
        return log_->read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override {
        if (!published_) return no_page;
        // Damage is reported by read_page, which its caller tries next.
        return log_->next_page(memory, index).value_or(index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        if (!published_) return std::nullopt;
        return log_->record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        if (!published_) return {};
        return log_->keys(prefix);
    }

    Result<void, StorageError> commit(StagedChanges& changes);
    Result<void, StorageError> spill(StagedChanges& changes);
    void abandon(StagedChanges& changes);
    const DirectoryLimits& limits() const { return limits_; }

private:
    std::string log_path() const { return path_ + "/log"; }
    std::string new_log_path() const { return path_ + "/log.new"; }
    std::string lock_path() const { return path_ + "/lock"; }

    Result<void, StorageError> require_log();
    Result<void, StorageError> publish(std::unique_ptr<Log>& log);
    Result<void, StorageError> confirm_name(LogFile& file);
    void compact_if_worthwhile();
    Result<void, StorageError> compact();

    FileSystem& files_;
    std::string path_;
    DirectoryLimits limits_;
    bool directory_is_new_ = false;
    std::unique_ptr<FileLock> lock_;
    std::unique_ptr<Log> log_;
    bool published_ = false;  ///< the log has its name: there is a state
    const StagedChanges* spilled_ =
        nullptr;                    ///< the transaction whose pages lie behind the log's end
    u64 compaction_bytes_min_ = 0;  ///< grows when a compaction fails
};

class DirectoryTransaction final : public Transaction {
public:
    explicit DirectoryTransaction(DirectoryStorage& storage) : storage_(storage) {}
    ~DirectoryTransaction() override { storage_.abandon(changes_); }

    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        CHECK(pages.size() == indices.size() * block_bytes);
        for (size_t i = 0; i < indices.size() && outcome_; i++) {
            changes_.put_page(memory, indices[i], pages.subspan(i * block_bytes, block_bytes));
            if (changes_.image.bytes.size() > storage_.limits().staged_bytes_max)
                outcome_ = storage_.spill(changes_);
        }
    }
    void erase_memory(MemoryId memory) override { changes_.erase_memory(memory); }
    void put_record(std::string_view key, Bytes value) override {
        if (key.size() > record_key_bytes_max)
            outcome_ = std::unexpected(
                StorageError{fmt::format("cannot keep a record whose key has {} bytes ({} at most)",
                                         key.size(), record_key_bytes_max),
                             "use a shorter name"});
        else
            changes_.records[std::string(key)] = ByteVector(value.begin(), value.end());
    }
    void erase_record(std::string_view key) override {
        if (key.size() <= record_key_bytes_max) changes_.records[std::string(key)] = std::nullopt;
    }
    Result<void, StorageError> commit() override {
        if (outcome_) outcome_ = storage_.commit(changes_);
        storage_.abandon(changes_);
        changes_ = {};
        return outcome_;
    }

private:
    DirectoryStorage& storage_;
    StagedChanges changes_;
    Result<void, StorageError> outcome_;
};

// ---- Opening and closing -----------------------------------------------------------------------

Result<void, StorageError> DirectoryStorage::open(u32 wait_ms) {
    const auto made = files_.make_directory(path_);
    directory_is_new_ = bool(made);
    if (!made && made.error().code != EEXIST)
        return std::unexpected(cannot("create", path_, made.error()));
    auto lock = files_.lock(lock_path(), wait_ms);
    if (!lock && lock.error().code == EWOULDBLOCK)
        return std::unexpected(in_use(path_, files_.lock_holder(lock_path())));
    lock_ = TRY(explained(std::move(lock), "lock", path_));

    // Left by a process that was stopped; the name `log` tells which of two is the state.
    (void)files_.remove(new_log_path());
    auto file = files_.open(log_path(), OpenMode::existing);
    if (!file && file.error().code == ENOENT) return {};
    auto opened = TRY(explained(std::move(file), "open", log_path()));
    log_ = std::make_unique<Log>(TRY(LogFile::open(std::move(opened), log_path())));
    published_ = true;
    return {};
}

/// A directory in which nothing was ever kept goes as it came.
DirectoryStorage::~DirectoryStorage() {
    if (!lock_ || published_) return;
    (void)files_.remove(new_log_path());
    if (!directory_is_new_) return;
    (void)files_.remove(lock_path());
    (void)files_.remove_directory(path_);
}

std::unique_ptr<Transaction> DirectoryStorage::begin() {
    return std::make_unique<DirectoryTransaction>(*this);
}

// ---- Transactions ------------------------------------------------------------------------------

/// The log of a new state has another name until its first commit is whole.
Result<void, StorageError> DirectoryStorage::require_log() {
    if (log_) return {};
    log_ = std::make_unique<Log>(TRY(LogFile::create(files_, new_log_path(), 0)));
    return {};
}

Result<void, StorageError> DirectoryStorage::commit(StagedChanges& changes) {
    if (changes.empty()) return {};
    if (spilled_ && spilled_ != &changes)
        return std::unexpected(StorageError{"cannot commit: another transaction is being written",
                                            "end the larger transaction first"});
    TRY(require_log());
    if (published_) {
        TRY(confirm_name(log_->file()));
        TRY(log_->commit(changes, true));
        spilled_ = nullptr;
        compact_if_worthwhile();
        return {};
    }
    auto outcome = log_->commit(changes, false);
    if (outcome) outcome = publish(log_);
    if (!outcome) {
        log_.reset();
        spilled_ = nullptr;
        changes.image.spilled_pages = 0;
        (void)files_.remove(new_log_path());
        (void)files_.remove(log_path());
        return outcome;
    }
    spilled_ = nullptr;
    published_ = true;
    return {};
}

Result<void, StorageError> DirectoryStorage::spill(StagedChanges& changes) {
    if (spilled_ && spilled_ != &changes) return {};
    TRY(require_log());
    spilled_ = &changes;
    return log_->file().spill(changes.image);
}

void DirectoryStorage::abandon(StagedChanges& changes) {
    if (spilled_ != &changes) return;
    log_->file().abandon(changes.image);
    spilled_ = nullptr;
}

/// Gives `log` the name by which the state is known. Durable when it returns.
Result<void, StorageError> DirectoryStorage::publish(std::unique_ptr<Log>& log) {
    TRY(log->file().seal());
    TRY(explained(files_.rename(new_log_path(), log_path()), "rename", new_log_path()));
    log->file().renamed(log_path());
    return confirm_name(log->file());
}

/// A commit is as durable as the name of the file that holds it.
Result<void, StorageError> DirectoryStorage::confirm_name(LogFile& file) {
    if (file.named()) return {};
    TRY(explained(files_.sync_directory(path_), "write", path_));
    TRY(explained(files_.sync_directory(parent_of(path_)), "write", parent_of(path_)));
    file.set_named();
    return {};
}

// ---- Compaction --------------------------------------------------------------------------------

void DirectoryStorage::compact_if_worthwhile() {
    const u64 end = log_->file().end();
    const u64 garbage = end - std::min(end, log_->live_bytes());
    if (garbage <= end / 2 || end < std::max(limits_.compaction_bytes_min, compaction_bytes_min_))
        return;
    // The commit is done, whatever becomes of this. Without room, try again when more is to gain.
    if (compact()) return;
    compaction_bytes_min_ = end + end / 4;
}

Result<void, StorageError> DirectoryStorage::compact() {
    const u64 number = log_->file().last().number;
    auto log = std::make_unique<Log>(TRY(LogFile::create(files_, new_log_path(), number)));
    auto outcome = copy_live(*log_, *log);
    if (outcome) outcome = log->file().seal();
    if (!outcome) {
        (void)files_.remove(new_log_path());
        return outcome;
    }
    const auto renamed = files_.rename(new_log_path(), log_path());
    if (!renamed) {
        // A rename may have happened although it failed: then the other name is gone.
        const auto removed = files_.remove(new_log_path());
        if (removed || removed.error().code != ENOENT)
            return std::unexpected(cannot("rename", new_log_path(), renamed.error()));
    }
    log->file().renamed(log_path());
    log_ = std::move(log);
    // If it fails, the next commit begins with it.
    (void)confirm_name(log_->file());
    return {};
}

}  // namespace

Result<std::unique_ptr<Storage>, StorageError> open_directory(FileSystem& files,
                                                              const std::string& path, u32 wait_ms,
                                                              const DirectoryLimits& limits) {
    auto storage = std::make_unique<DirectoryStorage>(files, path, limits);
    TRY(storage->open(wait_ms));
    return storage;
}

Result<std::unique_ptr<Storage>, StorageError> open_directory(const std::string& path,
                                                              u32 wait_ms) {
    return open_directory(posix_file_system(), path, wait_ms, {});
}

}  // namespace icvm::replica
