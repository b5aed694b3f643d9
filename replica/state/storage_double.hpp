#pragma once

/// A storage for tests: maps in memory, with faults on demand.

#include <cstring>
#include <map>

#include "replica/state/storage.hpp"

namespace icvm::replica::test {

class StorageDouble final : public Storage {
public:
    bool reads_fail = false;
    bool commits_fail = false;
    u64 records_left = ~u64(0);  ///< reads of records until they fail
    u64 pages_put = 0;           ///< by committed transactions
    u64 commits = 0;
    std::map<std::pair<u64, u64>, ByteVector> pages;
    std::map<std::string, ByteVector, std::less<>> records;

    std::unique_ptr<Transaction> begin() override { return std::make_unique<Changes>(*this); }

    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        if (reads_fail) return std::unexpected(StorageError{"cannot read a page"});
        const auto found = pages.find({u64(memory), index});
        if (found != pages.end()) std::memcpy(page, found->second.data(), vm::page_bytes);
        return {};
    }

    u64 next_page(MemoryId memory, u64 index) override {
        const auto found = pages.lower_bound({u64(memory), index});
        return found == pages.end() || found->first.first != u64(memory) ? ~u64(0)
                                                                         : found->first.second;
    }

    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        if (records_left == 0) return std::unexpected(StorageError{"cannot read a record"});
        records_left--;
        const auto found = records.find(key);
        if (found == records.end()) return std::nullopt;
        return found->second;
    }

    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        if (records_left == 0) return std::unexpected(StorageError{"cannot read a record"});
        std::vector<std::string> keys;
        for (const auto& [key, value] : records)
            if (key.starts_with(prefix)) keys.push_back(key);
        return keys;
    }

private:
    class Changes final : public Transaction {
    public:
        explicit Changes(StorageDouble& storage)
            : storage_(storage), pages_(storage.pages), records_(storage.records) {}

        void put_pages(MemoryId memory, std::span<const u64> indices, Bytes bytes) override {
            for (size_t i = 0; i < indices.size(); i++) {
                const Bytes page = bytes.subspan(i * vm::page_bytes, vm::page_bytes);
                pages_[{u64(memory), indices[i]}] = ByteVector(page.begin(), page.end());
            }
            pages_put_ += indices.size();
        }
        void erase_memory(MemoryId memory) override {
            std::erase_if(pages_,
                          [&](const auto& entry) { return entry.first.first == u64(memory); });
        }
        void put_record(std::string_view key, Bytes value) override {
            records_[std::string(key)] = ByteVector(value.begin(), value.end());
        }
        void erase_record(std::string_view key) override { records_.erase(std::string(key)); }
        Result<void, StorageError> commit() override {
            if (storage_.commits_fail)
                return std::unexpected(StorageError{"cannot write: no space left"});
            storage_.pages = std::move(pages_);
            storage_.records = std::move(records_);
            storage_.pages_put += pages_put_;
            storage_.commits++;
            return {};
        }

    private:
        StorageDouble& storage_;
        std::map<std::pair<u64, u64>, ByteVector> pages_;
        std::map<std::string, ByteVector, std::less<>> records_;
        u64 pages_put_ = 0;
    };
};

}  // namespace icvm::replica::test
