#include "replica/store/memory.hpp"

#include <array>
#include <cstring>
#include <map>
#include <unordered_map>
#include <utility>

#include "vm/base/check.hpp"

namespace icvm::replica {
namespace {

constexpr u64 page_bytes = vm::page_bytes;
constexpr u64 group_pages = 512;
constexpr u64 no_page = ~u64(0);

using Page = std::unique_ptr<std::array<u8, page_bytes>>;

/// The pages of a memory, in groups of neighbours.
struct PageMap {
    using Group = std::array<Page, group_pages>;
    std::map<u64, std::unique_ptr<Group>> groups;

    Page* find(u64 index) {
        const auto group = groups.find(index / group_pages);
        return group == groups.end() ? nullptr : &(*group->second)[index % group_pages];
    }
    void put(u64 index, Page page) {
        auto& group = groups[index / group_pages];
        if (!group) group = std::make_unique<Group>();
        (*group)[index % group_pages] = std::move(page);
    }
    u64 next(u64 index) const {
        for (auto at = groups.lower_bound(index / group_pages); at != groups.end(); ++at) {
            const u64 begin = at->first == index / group_pages ? index % group_pages : 0;
            for (u64 i = begin; i < group_pages; i++)
                if ((*at->second)[i]) return at->first * group_pages + i;
        }
        return no_page;
    }
};

/// What a transaction asks for, in the order in which it did so.
struct Staged {
    struct Memory {
        bool erased = false;
        std::vector<std::pair<u64, Page>> pages;
    };
    std::map<u64, Memory> memories;
    std::vector<std::pair<std::string, std::optional<ByteVector>>> records;

    Memory& memory(MemoryId id) { return memories[u64(id)]; }
};

class MemoryStorage final : public Storage {
public:
    std::unique_ptr<Transaction> begin() override;

    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        const auto map = memories_.find(u64(memory));
        if (map == memories_.end()) return {};
        if (const Page* found = map->second.find(index); found && *found)
            std::memcpy(page, (*found)->data(), page_bytes);
        return {};
    }
    u64 next_page(MemoryId memory, u64 index) override {
        const auto map = memories_.find(u64(memory));
        return map == memories_.end() ? no_page : map->second.next(index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        const auto found = records_.find(key);
        if (found == records_.end()) return std::nullopt;
        return found->second;
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        std::vector<std::string> found;
        for (auto at = records_.lower_bound(prefix);
             at != records_.end() && at->first.starts_with(prefix); ++at)
            found.push_back(at->first);
        return found;
    }

    void apply(Staged staged) {
        for (auto& [id, memory] : staged.memories) {
            if (memory.erased) memories_.erase(id);
            if (memory.pages.empty()) continue;
            PageMap& map = memories_[id];
            for (auto& [index, page] : memory.pages) map.put(index, std::move(page));
        }
        // Keys come in order, mostly: where one is, the next is beside it.
        auto next = records_.begin();
        for (auto& [key, value] : staged.records) {
            if (value)
                next =
                    std::next(records_.insert_or_assign(next, std::move(key), std::move(*value)));
            else if (const auto found = records_.find(key); found != records_.end())
                next = records_.erase(found);
        }
    }

private:
    std::unordered_map<u64, PageMap> memories_;
    std::map<std::string, ByteVector, std::less<>> records_;
};

class MemoryTransaction final : public Transaction {
public:
    explicit MemoryTransaction(MemoryStorage& storage) : storage_(storage) {}

    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        CHECK(pages.size() == indices.size() * page_bytes);
        auto& staged = staged_.memory(memory).pages;
        for (const u64 index : indices) {
            const Bytes bytes = pages.first(page_bytes);
            pages = pages.subspan(page_bytes);
            staged.emplace_back(index, copy(bytes));
        }
    }
    void erase_memory(MemoryId memory) override {
        auto& staged = staged_.memory(memory);
        staged.erased = true;
        staged.pages.clear();
    }
    void put_record(std::string_view key, Bytes value) override {
        staged_.records.emplace_back(key, ByteVector(value.begin(), value.end()));
    }
    void erase_record(std::string_view key) override {
        staged_.records.emplace_back(key, std::nullopt);
    }
    Result<void, StorageError> commit() override {
        storage_.apply(std::exchange(staged_, {}));
        return {};
    }

private:
    /// Nothing for a page of zeros: it is absent.
    static Page copy(Bytes bytes) {
        if (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, page_bytes - 1) == 0)
            return nullptr;
        Page page = std::make_unique_for_overwrite<std::array<u8, page_bytes>>();
        std::memcpy(page->data(), bytes.data(), page_bytes);
        return page;
    }

    MemoryStorage& storage_;
    Staged staged_;
};

std::unique_ptr<Transaction> MemoryStorage::begin() {
    return std::make_unique<MemoryTransaction>(*this);
}

}  // namespace

std::unique_ptr<Storage> open_memory() { return std::make_unique<MemoryStorage>(); }

}  // namespace icvm::replica
