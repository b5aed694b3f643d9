#include "replica/store/compaction.hpp"

#include <array>

#include "replica/store/failure.hpp"

namespace icvm::replica {
namespace {

/// What a commit of the copy holds at most; its memory while it is made.
constexpr u64 commit_bytes_max = 16 << 20;

class Copy {
public:
    Copy(Log& from, Log& to) : from_(from), to_(to) {}

    Result<bool, StorageError> add(const CatalogItem& item) {
        if (is_memory_key(item.key))
            TRY(add_memory(item));
        else
            TRY(add_record(item));
        return true;
    }

    Result<void, StorageError> flush() {
        TRY(to_.commit(changes_, false));
        changes_ = {};
        bytes_ = 0;
        return {};
    }

private:
    Result<void, StorageError> add_memory(const CatalogItem& item) {
        const MemoryId memory = memory_of(item.key);
        for (u64 index = TRY(from_.next_page(memory, 0)); index != no_page;
             index = index + 1 == no_page ? no_page : TRY(from_.next_page(memory, index + 1))) {
            std::array<u8, block_bytes> page{};
            TRY(from_.read_page(memory, index, page.data()));
            changes_.put_page(memory, index, page);
            TRY(count(block_bytes));
        }
        return {};
    }

    Result<void, StorageError> add_record(const CatalogItem& item) {
        changes_.records[item.key.substr(1)] = TRY(from_.record(item));
        return count(item.key.size() + item.reference.length);
    }

    /// A log whose tree reaches more than the file holds is no tree: it would be copied for ever.
    Result<void, StorageError> count(u64 bytes) {
        total_ += bytes;
        if (total_ > 2 * from_.file().end())
            return std::unexpected(damaged(from_.file().path(), "its index has cycles"));
        bytes_ += bytes;
        if (bytes_ >= commit_bytes_max) TRY(flush());
        return {};
    }

    Log& from_;
    Log& to_;
    StagedChanges changes_;
    u64 bytes_ = 0, total_ = 0;
};

}  // namespace

Result<void, StorageError> copy_live(Log& from, Log& to) {
    TRY(to.file().reserve(from.live_bytes() + first_commit_offset));
    Copy copy(from, to);
    TRY(from.visit([&](const CatalogItem& item) { return copy.add(item); }));
    return copy.flush();
}

}  // namespace icvm::replica
