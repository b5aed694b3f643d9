#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "replica/state/storage.hpp"

namespace icvm::replica {

/// The pages of one memory: those of the storage, below those that changed since the last commit.
/// The storage sees nothing of the changes until put_changes.
class PageMap final : public vm::PageSource {
public:
    /// `id` none: nothing of it is in the storage.
    PageMap(Storage& storage, MemoryId id) : storage_(storage), id_(id) {}

    bool read_page(u64 index, u8* page) override;
    u64 next_page(u64 index) override;

    /// Copies bytes across pages. False: a page could not be read (error() says why).
    bool read(u64 offset, std::span<u8> out);
    bool write(u64 offset, Bytes bytes);
    /// Changes a whole page.
    void put_page(u64 index, const u8* page);

    /// Puts the changed pages into `transaction` as pages of memory `id`.
    void put_changes(Transaction& transaction, MemoryId id) const;
    /// Forgets the changes since the last hold(): after their commit, or to roll back.
    void discard() { changed_.clear(); }
    /// The changes so far stay, whatever is discarded.
    void hold();
    bool changed() const { return !changed_.empty() || !held_.empty(); }

    MemoryId id() const { return id_; }
    /// Of the first page that could not be read.
    const std::optional<StorageError>& error() const { return error_; }

private:
    using Page = std::array<u8, vm::page_bytes>;
    /// nullptr: it could not be read.
    Page* page_for_write(u64 index, bool whole);
    /// As it has changed; nullptr: it has not.
    const Page* changed_page(u64 index) const;

    Storage& storage_;
    MemoryId id_;
    std::map<u64, std::unique_ptr<Page>> held_, changed_;
    std::optional<StorageError> error_;
};

}  // namespace icvm::replica
