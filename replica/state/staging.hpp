#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>

#include "replica/state/storage.hpp"

namespace icvm::replica {

/// The storage as it will be at the end of a round: what the round's messages have committed lies
/// over what is stored, until flush() makes one transaction of it all.
class Staging final : public Storage {
public:
    explicit Staging(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}

    /// Its commit() changes what is staged and cannot fail.
    std::unique_ptr<Transaction> begin() override;
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override;
    u64 next_page(MemoryId memory, u64 index) override;
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override;
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override;

    /// Durable when it returns; after an error everything is staged as before.
    Result<void, StorageError> flush();
    void discard();
    bool is_empty() const { return memories_.empty() && records_.empty(); }

    void put_page(MemoryId memory, u64 index, const u8* page);
    void erase_memory(MemoryId memory);
    void put_record(std::string key, ByteVector value);
    void erase_record(std::string_view key);
    /// The pages of `from` become those of `to`, which has none.
    Result<void, StorageError> copy_memory(MemoryId from, MemoryId to);

private:
    using Page = std::array<u8, vm::page_bytes>;
    struct Memory {
        bool erased = false;  ///< nothing of what is stored is left
        std::map<u64, std::unique_ptr<Page>> pages;
    };

    std::unique_ptr<Storage> storage_;
    std::map<MemoryId, Memory> memories_;
    std::map<std::string, std::optional<ByteVector>, std::less<>> records_;  ///< nothing: erased
};

}  // namespace icvm::replica
