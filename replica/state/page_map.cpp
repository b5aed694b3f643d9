#include "replica/state/page_map.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace icvm::replica {

namespace {

constexpr u64 no_page = std::numeric_limits<u64>::max();

}  // namespace

bool PageMap::read_page(u64 index, u8* page) {
    if (const Page* changed = changed_page(index)) {
        std::memcpy(page, changed->data(), vm::page_bytes);
        return true;
    }
    if (id_ == MemoryId::none) return true;
    const auto read = storage_.read_page(id_, index, page);
    if (!read && !error_) error_ = read.error();
    return read.has_value();
}

u64 PageMap::next_page(u64 index) {
    u64 next = id_ == MemoryId::none ? no_page : storage_.next_page(id_, index);
    for (const auto* pages : {&held_, &changed_}) {
        const auto found = pages->lower_bound(index);
        if (found != pages->end()) next = std::min(next, found->first);
    }
    return next;
}

bool PageMap::read(u64 offset, std::span<u8> out) {
    u64 present = 0;  // no page from the one at hand up to this one may be present
    while (!out.empty()) {
        const u64 index = offset / vm::page_bytes, start = offset % vm::page_bytes;
        const size_t size = std::min<u64>(out.size(), vm::page_bytes - start);
        if (present <= index) present = next_page(index);
        if (present > index) {
            std::memset(out.data(), 0, size);
        } else {
            Page page{};
            if (!read_page(index, page.data())) return false;
            std::memcpy(out.data(), page.data() + start, size);
            present = index + 1;
        }
        offset += size;
        out = out.subspan(size);
    }
    return true;
}

bool PageMap::write(u64 offset, Bytes bytes) {
    while (!bytes.empty()) {
        const u64 index = offset / vm::page_bytes, start = offset % vm::page_bytes;
        const size_t size = std::min<u64>(bytes.size(), vm::page_bytes - start);
        Page* page = page_for_write(index, size == vm::page_bytes);
        if (!page) return false;
        std::memcpy(page->data() + start, bytes.data(), size);
        offset += size;
        bytes = bytes.subspan(size);
    }
    return true;
}

void PageMap::put_page(u64 index, const u8* page) {
    std::memcpy(page_for_write(index, true)->data(), page, vm::page_bytes);
}

void PageMap::put_changes(Transaction& transaction, MemoryId id) const {
    for (const auto* pages : {&held_, &changed_})
        for (const auto& [index, page] : *pages)
            transaction.put_pages(id, std::span(&index, 1), *page);
}

void PageMap::hold() {
    for (auto& [index, page] : changed_) held_[index] = std::move(page);
    changed_.clear();
}

const PageMap::Page* PageMap::changed_page(u64 index) const {
    for (const auto* pages : {&changed_, &held_})
        if (const auto found = pages->find(index); found != pages->end())
            return found->second.get();
    return nullptr;
}

PageMap::Page* PageMap::page_for_write(u64 index, bool whole) {
    if (const auto found = changed_.find(index); found != changed_.end())
        return found->second.get();
    auto page = std::make_unique<Page>();
    if (!whole && !read_page(index, page->data())) return nullptr;
    return (changed_[index] = std::move(page)).get();
}

}  // namespace icvm::replica
