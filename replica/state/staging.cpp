#include "replica/state/staging.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace icvm::replica {

namespace {

constexpr u64 no_page = std::numeric_limits<u64>::max();

/// Goes into the staging at once: whoever begins one commits it.
class StagedTransaction final : public Transaction {
public:
    explicit StagedTransaction(Staging& staging) : staging_(staging) {}
    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        for (size_t i = 0; i < indices.size(); i++)
            staging_.put_page(memory, indices[i], pages.data() + i * vm::page_bytes);
    }
    void erase_memory(MemoryId memory) override { staging_.erase_memory(memory); }
    void put_record(std::string_view key, Bytes value) override {
        staging_.put_record(std::string(key), ByteVector(value.begin(), value.end()));
    }
    void erase_record(std::string_view key) override { staging_.erase_record(key); }
    Result<void, StorageError> commit() override { return {}; }

private:
    Staging& staging_;
};

}  // namespace

std::unique_ptr<Transaction> Staging::begin() { return std::make_unique<StagedTransaction>(*this); }

Result<void, StorageError> Staging::read_page(MemoryId memory, u64 index, u8* page) {
    const auto found = memories_.find(memory);
    if (found != memories_.end()) {
        const auto staged = found->second.pages.find(index);
        if (staged != found->second.pages.end()) {
            std::memcpy(page, staged->second->data(), vm::page_bytes);
            return {};
        }
        if (found->second.erased) return {};
    }
    return storage_->read_page(memory, index, page);
}

u64 Staging::next_page(MemoryId memory, u64 index) {
    const auto found = memories_.find(memory);
    if (found == memories_.end()) return storage_->next_page(memory, index);
    const auto staged = found->second.pages.lower_bound(index);
    const u64 next = staged == found->second.pages.end() ? no_page : staged->first;
    return found->second.erased ? next : std::min(next, storage_->next_page(memory, index));
}

Result<std::optional<ByteVector>, StorageError> Staging::record(std::string_view key) {
    const auto found = records_.find(key);
    if (found != records_.end()) return found->second;
    return storage_->record(key);
}

Result<std::vector<std::string>, StorageError> Staging::keys(std::string_view prefix) {
    auto keys = TRY(storage_->keys(prefix));
    std::set<std::string> all(keys.begin(), keys.end());
    for (const auto& [key, value] : records_) {
        if (!key.starts_with(prefix)) continue;
        if (value)
            all.insert(key);
        else
            all.erase(key);
    }
    return std::vector(all.begin(), all.end());
}

Result<void, StorageError> Staging::flush() {
    const auto transaction = storage_->begin();
    for (const auto& [key, value] : records_) {
        if (value)
            transaction->put_record(key, *value);
        else
            transaction->erase_record(key);
    }
    for (const auto& [id, memory] : memories_) {
        if (memory.erased) transaction->erase_memory(id);
        for (const auto& [index, page] : memory.pages)
            transaction->put_pages(id, std::span(&index, 1), *page);
    }
    TRY(transaction->commit());
    discard();
    return {};
}

void Staging::discard() {
    memories_.clear();
    records_.clear();
}

void Staging::put_page(MemoryId memory, u64 index, const u8* page) {
    std::unique_ptr<Page>& staged = memories_[memory].pages[index];
    if (!staged) staged = std::make_unique_for_overwrite<Page>();
    std::memcpy(staged->data(), page, vm::page_bytes);
}

void Staging::erase_memory(MemoryId memory) {
    Memory& staged = memories_[memory];
    staged.erased = true;
    staged.pages.clear();
}

void Staging::put_record(std::string key, ByteVector value) {
    records_.insert_or_assign(std::move(key), std::move(value));
}

void Staging::erase_record(std::string_view key) {
    const auto found = records_.find(key);
    if (found != records_.end())
        found->second.reset();
    else
        records_.emplace(std::string(key), std::nullopt);
}

Result<void, StorageError> Staging::copy_memory(MemoryId from, MemoryId to) {
    for (u64 index = next_page(from, 0); index != no_page; index = next_page(from, index + 1)) {
        Page page{};
        TRY(read_page(from, index, page.data()));
        put_page(to, index, page.data());
    }
    return {};
}

}  // namespace icvm::replica
