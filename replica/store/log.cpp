#include "replica/store/log.hpp"

#include <algorithm>
#include <cstring>

#include "replica/store/checksum.hpp"
#include "replica/store/failure.hpp"

namespace icvm::replica {
namespace {

constexpr size_t meta_behind_header_bytes_max = block_bytes - commit_header_bytes;

bool all_zero(Bytes page) {
    return page[0] == 0 && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

/// In the order of their indices; of several with one index the last.
std::vector<PageChange> page_changes(const StagedChanges::StagedMemory& staged,
                                     const CommitImage& image, const LogFile& file) {
    std::vector<std::pair<u64, size_t>> order;
    order.reserve(staged.pages.size());
    for (size_t i = 0; i < staged.pages.size(); i++) order.emplace_back(staged.pages[i].index, i);
    std::ranges::sort(order);
    std::vector<PageChange> changes;
    changes.reserve(order.size());
    for (const auto& [index, position] : order) {
        const u64 number = staged.pages[position].number;
        if (!changes.empty() && changes.back().index == index) changes.pop_back();
        changes.push_back({.index = index, .location = {}});
        if (number != no_page)
            changes.back().location = {file.page_offset(number), image.page_checksums[number]};
    }
    return changes;
}

/// Of a transaction whose meta cannot fit behind the header, so that it is not tried.
bool surely_long(const StagedChanges& changes) {
    size_t bytes = 0;
    for (const auto& [key, value] : changes.records) bytes += value ? value->size() : 0;
    return bytes > meta_behind_header_bytes_max || changes.image.page_checksums.size() > 1000;
}

}  // namespace

void StagedChanges::put_page(MemoryId memory, u64 index, Bytes page) {
    const u64 number = all_zero(page) ? no_page : image.add_page(page, checksum(page));
    memories[u64(memory)].pages.push_back({index, number});
}

// ---- Reading -----------------------------------------------------------------------------------

Result<MemoryEntry, StorageError> Log::memory(MemoryId id) {
    const auto known = memories_.find(u64(id));
    if (known != memories_.end()) return known->second;
    const auto item = TRY(find_item(catalog_, root(), memory_key(id)));
    const MemoryEntry entry = item ? item->memory : MemoryEntry{};
    memories_.emplace(u64(id), entry);
    return entry;
}

Result<void, StorageError> Log::read_page(MemoryId id, u64 index, u8* page) {
    const MemoryEntry entry = TRY(memory(id));
    const Location location = TRY(find_page(memory_nodes_, entry, index));
    if (!location) return {};
    auto read = file_->read(location.offset, {page, block_bytes}, location.checksum, "page");
    if (!read) std::memset(page, 0, block_bytes);
    return read;
}

Result<u64, StorageError> Log::next_page(MemoryId id, u64 index) {
    const MemoryEntry entry = TRY(memory(id));
    return find_next_page(memory_nodes_, entry, index);
}

Result<std::optional<ByteVector>, StorageError> Log::record(std::string_view key) {
    const auto item = TRY(find_item(catalog_, root(), record_key(key)));
    if (!item) return std::nullopt;
    return TRY(record(*item));
}

Result<std::vector<std::string>, StorageError> Log::keys(std::string_view prefix) {
    const std::string from = record_key(prefix);
    std::vector<std::string> found;
    const auto collect = [&](const CatalogItem& item) -> Result<bool, StorageError> {
        if (!item.key.starts_with(from)) return false;
        found.push_back(item.key.substr(1));
        return true;
    };
    TRY(visit_items(catalog_, root(), from, collect));
    return found;
}

// ---- Writing -----------------------------------------------------------------------------------

Result<void, StorageError> Log::commit(StagedChanges& changes, bool durable) {
    CommitMeta meta;
    meta.behind_header = !surely_long(changes);
    if (meta.behind_header) {
        meta = TRY(build(changes, true));
        meta.behind_header = meta.bytes.size() <= meta_behind_header_bytes_max;
    }
    if (!meta.behind_header) meta = TRY(build(changes, false));
    TRY(file_->append(changes.image, std::move(meta), durable));
    memories_.clear();
    return {};
}

Result<CommitMeta, StorageError> Log::build(const StagedChanges& changes, bool behind_header) {
    MetaWriter writer(file_->meta_offset(changes.image.page_checksums.size(), behind_header));
    std::vector<CatalogChange> catalog;
    for (const auto& [id, staged] : changes.memories)
        TRY(build_memory(id, staged, changes.image, writer, catalog));
    for (const auto& [key, value] : changes.records)
        TRY(build_record(record_key(key), value, writer, catalog));
    CommitMeta meta;
    meta.behind_header = behind_header;
    meta.root = TRY(updated_catalog(catalog_, root(), catalog, writer));
    meta.live_bytes = live_bytes() + writer.live_bytes_delta();
    meta.bytes = writer.take();
    return meta;
}

Result<void, StorageError> Log::build_memory(u64 id, const StagedChanges::StagedMemory& staged,
                                             const CommitImage& image, MetaWriter& writer,
                                             std::vector<CatalogChange>& catalog) {
    const MemoryEntry before = TRY(memory(MemoryId(id)));
    if (staged.erased) writer.lost(before.live_bytes);
    const std::vector<PageChange> pages = page_changes(staged, image, *file_);
    const MemoryEntry after =
        TRY(updated_memory(memory_nodes_, staged.erased ? MemoryEntry{} : before, pages, writer));
    if (!before.root && !after.root) return {};
    CatalogChange change{.key = memory_key(MemoryId(id)), .item = {}};
    if (after.root) change.item = {.key = change.key, .reference = {}, .memory = after};
    catalog.push_back(std::move(change));
    return {};
}

Result<void, StorageError> Log::build_record(const std::string& key,
                                             const std::optional<ByteVector>& value,
                                             MetaWriter& writer,
                                             std::vector<CatalogChange>& catalog) {
    const auto before = TRY(find_item(catalog_, root(), key));
    if (before) writer.lost(before->reference.length);
    if (!before && !value) return {};
    CatalogChange change{.key = key, .item = {}};
    if (value) change.item = {.key = key, .reference = writer.append(*value), .memory = {}};
    catalog.push_back(std::move(change));
    return {};
}

}  // namespace icvm::replica
