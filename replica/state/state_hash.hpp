#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "replica/crypto/label_trie.hpp"
#include "replica/state/page_tree.hpp"
#include "replica/state/storage.hpp"

namespace icvm::replica {

/// A storage that can tell the hash of what it keeps: of its records, byte for byte, and of its
/// memories' pages. A page of zeros is as good as none, and a memory without pages, too. States
/// with the same hash are the same, however they came about.
///
/// Its transactions note what they change; state_hash() reads that again, from below: 18 us for a
/// record and two pages, 1 s for a GiB. Nothing is noted before somebody has asked for the first
/// hash, which reads everything.
class HashedStorage final : public Storage {
public:
    /// Memories that `storage` has already have ids below `memories_end`.
    explicit HashedStorage(std::unique_ptr<Storage> storage, u64 memories_end)
        : storage_(std::move(storage)), memories_end_(memories_end) {}

    std::unique_ptr<Transaction> begin() override;
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        return storage_->read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override {
        return storage_->next_page(memory, index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        return storage_->record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        return storage_->keys(prefix);
    }

    /// The root of a hash tree with two labels: "memories", and below it the hash of each page tree
    /// by the memory's id (8 bytes, big-endian); "records", and below it the records by their keys.
    Result<Sha256, StorageError> state_hash();

private:
    friend class HashedTransaction;
    struct Changes {
        struct Pages {
            bool erased = false;  ///< before those that follow
            std::set<u64> indices;
        };
        std::map<MemoryId, Pages> memories;
        std::set<std::string, std::less<>> keys;
    };

    void note(Changes changes);
    Result<void, StorageError> note_everything();
    Result<void, StorageError> update_records();
    Result<void, StorageError> update_memories();

    std::unique_ptr<Storage> storage_;
    u64 memories_end_;
    bool noting_ = false;
    Changes changes_;  ///< since the last hash
    LabelTrie records_, memories_;
    std::map<MemoryId, PageTree> pages_;
};

}  // namespace icvm::replica
