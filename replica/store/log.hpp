#pragma once

#include <map>

#include "replica/store/catalog.hpp"
#include "replica/store/log_file.hpp"

namespace icvm::replica {

/// What a transaction asks for. The pages themselves are in the image.
struct StagedChanges {
    struct StagedPage {
        u64 index = 0;
        u64 number = no_page;  ///< in the image; no_page: zeros, so absent from now on
    };
    struct StagedMemory {
        bool erased = false;  ///< before these pages
        std::vector<StagedPage> pages;
    };

    CommitImage image;
    std::map<u64, StagedMemory> memories;
    std::map<std::string, std::optional<ByteVector>, std::less<>> records;

    void put_page(MemoryId memory, u64 index, Bytes page);
    void erase_memory(MemoryId memory) { memories[u64(memory)] = {.erased = true, .pages = {}}; }
    bool empty() const { return memories.empty() && records.empty(); }
};

/// The state in a log file: what the last commit's catalog reaches.
class Log {
public:
    explicit Log(std::unique_ptr<LogFile> file)
        : file_(std::move(file)), catalog_(*file_), memory_nodes_(*file_) {}

    LogFile& file() { return *file_; }
    const Reference& root() const { return file_->last().root; }
    u64 live_bytes() const { return file_->last().live_bytes; }

    /// As in Storage.
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page);
    Result<u64, StorageError> next_page(MemoryId memory, u64 index);
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key);
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix);
    /// Every record and memory in the order of the catalog.
    Result<void, StorageError> visit(const CatalogVisit& visit) {
        return visit_items(catalog_, root(), {}, visit);
    }
    Result<ByteVector, StorageError> record(const CatalogItem& item) const {
        return file_->read(item.reference, "record");
    }

    Result<void, StorageError> commit(StagedChanges& changes, bool durable);

private:
    Result<MemoryEntry, StorageError> memory(MemoryId id);
    Result<CommitMeta, StorageError> build(const StagedChanges& changes, bool behind_header);
    Result<void, StorageError> build_memory(u64 id, const StagedChanges::StagedMemory& staged,
                                            const CommitImage& image, MetaWriter& writer,
                                            std::vector<CatalogChange>& catalog);
    Result<void, StorageError> build_record(const std::string& key,
                                            const std::optional<ByteVector>& value,
                                            MetaWriter& writer,
                                            std::vector<CatalogChange>& catalog);

    std::unique_ptr<LogFile> file_;
    CatalogNodes catalog_;
    MemoryNodes memory_nodes_;
    std::unordered_map<u64, MemoryEntry> memories_;  ///< entries of the root that were looked up
};

}  // namespace icvm::replica
