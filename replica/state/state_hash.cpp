#include "replica/state/state_hash.hpp"

#include <algorithm>
#include <cstring>

namespace icvm::replica {

namespace {

ByteVector label_of(MemoryId memory) {
    ByteVector label;
    for (int shift = 56; shift >= 0; shift -= 8) label.push_back(u8(u64(memory) >> shift));
    return label;
}

bool is_zero(const std::array<u8, vm::page_bytes>& page) {
    return page[0] == 0 && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

}  // namespace

/// Passes everything on, and notes what it was when that has been committed.
class HashedTransaction final : public Transaction {
public:
    explicit HashedTransaction(HashedStorage& storage)
        : storage_(storage), transaction_(storage.storage_->begin()) {}

    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        changes_.memories[memory].indices.insert(indices.begin(), indices.end());
        transaction_->put_pages(memory, indices, pages);
    }
    void erase_memory(MemoryId memory) override {
        changes_.memories[memory] = {.erased = true, .indices = {}};
        transaction_->erase_memory(memory);
    }
    void put_record(std::string_view key, Bytes value) override {
        changes_.keys.emplace(key);
        transaction_->put_record(key, value);
    }
    void erase_record(std::string_view key) override {
        changes_.keys.emplace(key);
        transaction_->erase_record(key);
    }
    Result<void, StorageError> commit() override {
        TRY(transaction_->commit());
        storage_.note(std::exchange(changes_, {}));
        return {};
    }

private:
    HashedStorage& storage_;
    std::unique_ptr<Transaction> transaction_;
    HashedStorage::Changes changes_;
};

std::unique_ptr<Transaction> HashedStorage::begin() {
    return std::make_unique<HashedTransaction>(*this);
}

void HashedStorage::note(Changes changes) {
    if (!changes.memories.empty())
        memories_end_ = std::max(memories_end_, u64(changes.memories.rbegin()->first) + 1);
    if (!noting_) return;
    for (auto& [memory, pages] : changes.memories) {
        Changes::Pages& noted = changes_.memories[memory];
        if (pages.erased)
            noted = std::move(pages);
        else
            noted.indices.merge(pages.indices);
    }
    changes_.keys.merge(changes.keys);
}

Result<Sha256, StorageError> HashedStorage::state_hash() {
    if (!noting_) TRY(note_everything());
    noting_ = true;
    TRY(update_records());
    TRY(update_memories());
    LabelTrie root;
    root.put(bytes_of("memories"), memories_.root_hash());
    root.put(bytes_of("records"), records_.root_hash());
    return root.root_hash();
}

Result<void, StorageError> HashedStorage::note_everything() {
    Changes everything;
    for (std::string& key : TRY(storage_->keys(""))) everything.keys.insert(std::move(key));
    for (u64 memory = 1; memory < memories_end_; memory++)
        for (u64 page = 0;; page++) {
            page = storage_->next_page(MemoryId(memory), page);
            if (page == ~u64(0)) break;
            everything.memories[MemoryId(memory)].indices.insert(page);
        }
    changes_ = std::move(everything);
    return {};
}

Result<void, StorageError> HashedStorage::update_records() {
    for (const std::string& key : changes_.keys) {
        if (const auto value = TRY(storage_->record(key)))
            records_.put(bytes_of(key), leaf_hash(*value));
        else
            records_.erase(bytes_of(key));
    }
    changes_.keys.clear();
    return {};
}

Result<void, StorageError> HashedStorage::update_memories() {
    for (auto& [memory, changed] : changes_.memories) {
        if (std::exchange(changed.erased, false)) pages_.erase(memory);
        PageTree& tree = pages_[memory];
        for (const u64 index : changed.indices) {
            std::array<u8, vm::page_bytes> page{};
            TRY(storage_->read_page(memory, index, page.data()));
            if (is_zero(page))
                tree.erase(index);
            else
                tree.put(index, leaf_hash(page));
        }
        if (const auto hash = tree.root_hash()) {
            memories_.put(label_of(memory), *hash);
        } else {
            memories_.erase(label_of(memory));
            pages_.erase(memory);
        }
    }
    changes_.memories.clear();
    return {};
}

}  // namespace icvm::replica
