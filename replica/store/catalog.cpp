#include "replica/store/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/store/failure.hpp"
#include "replica/store/log_file.hpp"

namespace icvm::replica {
namespace {

/// Nodes are split when they grow beyond it. A record's key is so much smaller that every node
/// above the leaves has several children.
constexpr size_t node_bytes_max = 2048;

bool leaf_of_memory(const CatalogItem& item, unsigned level) {
    return level == 0 && is_memory_key(item.key);
}

size_t encoded_bytes(const CatalogItem& item, unsigned level) {
    return 2 + item.key.size() + (leaf_of_memory(item, level) ? 40 : 24);
}

void put_item(ByteVector& out, const CatalogItem& item, unsigned level) {
    put(out, u16(item.key.size()));
    put(out, bytes_of(item.key));
    const Reference& to = item.reference;
    const MemoryEntry& memory = item.memory;
    if (leaf_of_memory(item, level)) {
        for (const u64 field : {memory.root.offset, memory.root.checksum, memory.height,
                                memory.pages, memory.live_bytes})
            put(out, field);
    } else {
        for (const u64 field : {to.offset, to.length, to.checksum}) put(out, field);
    }
}

/// The level (u8), 0, how many items (u16), the items.
ByteVector encode(std::span<const CatalogItem> items, unsigned level) {
    ByteVector bytes(2);
    bytes[0] = u8(level);
    put(bytes, u16(items.size()));
    for (const CatalogItem& item : items) put_item(bytes, item, level);
    return bytes;
}

bool makes_sense(const MemoryEntry& memory) {
    return memory.root && memory.height > 0 && memory.height <= memory_height_max;
}

bool take_item(FieldReader& fields, CatalogItem& item, unsigned level) {
    const u16 key_bytes = fields.take<u16>();
    item.key = text_of(fields.take_bytes(key_bytes));
    if (item.key.empty()) return false;
    if (leaf_of_memory(item, level)) {
        MemoryEntry& memory = item.memory;
        for (u64* field : {&memory.root.offset, &memory.root.checksum, &memory.height,
                           &memory.pages, &memory.live_bytes})
            *field = fields.take<u64>();
        return makes_sense(memory) && item.key.size() == memory_key(MemoryId::none).size();
    }
    Reference& to = item.reference;
    for (u64* field : {&to.offset, &to.length, &to.checksum}) *field = fields.take<u64>();
    return fields.good();
}

/// Where `key` is, or would be under: the last item whose key is not above it.
size_t position_of(const CatalogNode& node, std::string_view key) {
    const auto above = std::ranges::upper_bound(node.items, key, {}, &CatalogItem::key);
    return above == node.items.begin() ? 0 : size_t(above - node.items.begin()) - 1;
}

/// Replaces the nodes on the way to keys that change, from the leaves up.
class CatalogUpdate {
public:
    CatalogUpdate(CatalogNodes& nodes, MetaWriter& writer) : nodes_(nodes), writer_(writer) {}

    /// The items that stand for `node` from now on, one level up: none when nothing is left.
    Result<std::vector<CatalogItem>, StorageError> replace(const CatalogNode& node,
                                                           std::span<const CatalogChange> changes) {
        std::vector<CatalogItem> items;
        if (node.level == 0)
            items = merged(node.items, changes);
        else
            items = TRY(with_new_children(node, changes));
        return written(items, node.level);
    }

    /// As few nodes as hold the items, of about one size.
    std::vector<CatalogItem> written(std::span<const CatalogItem> items, unsigned level) {
        size_t bytes = 0;
        for (const CatalogItem& item : items) bytes += encoded_bytes(item, level);
        const size_t nodes = (bytes + node_bytes_max - 1) / node_bytes_max;
        std::vector<CatalogItem> parents;
        for (size_t begin = 0, end = 0, filled = 0; begin < items.size(); begin = end) {
            const size_t aim = bytes * (parents.size() + 1) / nodes;
            while (end < items.size() && (end == begin || filled < aim))
                filled += encoded_bytes(items[end++], level);
            const auto mine = items.subspan(begin, end - begin);
            const Reference reference = writer_.append(encode(mine, level));
            parents.push_back({.key = mine.front().key, .reference = reference});
        }
        return parents;
    }

private:
    Result<std::vector<CatalogItem>, StorageError> with_new_children(
        const CatalogNode& node, std::span<const CatalogChange> changes) {
        std::vector<CatalogItem> items;
        for (size_t i = 0; i < node.items.size(); i++) {
            const CatalogItem& item = node.items[i];
            const auto next = i + 1 == node.items.size()
                                  ? changes.end()
                                  : std::ranges::lower_bound(changes, node.items[i + 1].key, {},
                                                             &CatalogChange::key);
            const auto mine = changes.first(size_t(next - changes.begin()));
            changes = changes.subspan(mine.size());
            if (mine.empty()) {
                items.push_back(item);
                continue;
            }
            const auto child = TRY(nodes_.load_child(item, node.level));
            auto children = TRY(replace(*child, mine));
            std::ranges::move(children, std::back_inserter(items));
            writer_.lost(item.reference.length);
        }
        return items;
    }

    static std::vector<CatalogItem> merged(std::span<const CatalogItem> items,
                                           std::span<const CatalogChange> changes) {
        std::vector<CatalogItem> result;
        for (const CatalogItem& item : items) {
            while (!changes.empty() && changes.front().key < item.key) take(changes, result);
            if (!changes.empty() && changes.front().key == item.key)
                take(changes, result);
            else
                result.push_back(item);
        }
        while (!changes.empty()) take(changes, result);
        return result;
    }

    static void take(std::span<const CatalogChange>& changes, std::vector<CatalogItem>& into) {
        if (changes.front().item) into.push_back(*changes.front().item);
        changes = changes.subspan(1);
    }

    CatalogNodes& nodes_;
    MetaWriter& writer_;
};

/// True: all of the node was shown.
Result<bool, StorageError> visit_node(CatalogNodes& nodes, const CatalogNode& node,
                                      std::string_view from, const CatalogVisit& visit) {
    for (size_t i = position_of(node, from); i < node.items.size(); i++) {
        const CatalogItem& item = node.items[i];
        if (node.level > 0) {
            const auto child = TRY(nodes.load_child(item, node.level));
            if (!TRY(visit_node(nodes, *child, from, visit))) return false;
        } else if (item.key >= from && !TRY(visit(item))) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string memory_key(MemoryId memory) {
    std::string key(9, '\0');
    for (int i = 0; i < 8; i++) key[size_t(8 - i)] = char(u64(memory) >> (8 * i) & 0xFF);
    return key;
}

MemoryId memory_of(std::string_view memory_key) {
    u64 id = 0;
    for (const char byte : memory_key.substr(1)) id = id << 8 | u8(byte);
    return MemoryId(id);
}

std::string record_key(std::string_view key) { return std::string(1, '\1').append(key); }

std::optional<CatalogNode> decode_catalog_node(Bytes bytes) {
    FieldReader fields(bytes);
    CatalogNode node;
    node.level = fields.take<u8>();
    if (fields.take<u8>() != 0 || node.level > catalog_level_max) return std::nullopt;
    const u16 count = fields.take<u16>();
    for (u16 i = 0; i < count; i++) {
        CatalogItem item;
        if (!take_item(fields, item, node.level)) return std::nullopt;
        if (i > 0 && item.key <= node.items.back().key) return std::nullopt;
        node.items.push_back(std::move(item));
    }
    if (node.items.empty() || !fields.at_end()) return std::nullopt;
    return node;
}

Result<CatalogNodes::Node, StorageError> CatalogNodes::load(const Reference& reference) {
    const auto kept = kept_.find(reference.offset);
    if (kept != kept_.end() && kept->second.reference.checksum == reference.checksum &&
        kept->second.reference.length == reference.length)
        return kept->second.node;
    const ByteVector bytes = TRY(log_.read(reference, "node of the catalog"));
    auto node = decode_catalog_node(bytes);
    if (!node)
        return std::unexpected(
            damaged(log_.path(),
                    fmt::format("at byte {} there is no node of the catalog", reference.offset)));
    if (kept_.size() >= kept_max) kept_.clear();
    auto shared = std::make_shared<const CatalogNode>(std::move(*node));
    kept_[reference.offset] = {reference, shared};
    return shared;
}

Result<CatalogNodes::Node, StorageError> CatalogNodes::load_root(const Reference& root) {
    if (root.offset == 0) return std::make_shared<const CatalogNode>();
    return load(root);
}

Result<CatalogNodes::Node, StorageError> CatalogNodes::load_child(const CatalogItem& item,
                                                                  unsigned level) {
    const Node node = TRY(load(item.reference));
    if (node->level + 1 == level && node->items.front().key == item.key) return node;
    return std::unexpected(
        damaged(log_.path(), fmt::format("the node of the catalog at byte {} is not the child that "
                                         "it should be",
                                         item.reference.offset)));
}

StorageError CatalogNodes::disorder(const Reference& root) const {
    return damaged(log_.path(), fmt::format("the catalog at byte {} is no tree", root.offset));
}

Result<std::optional<CatalogItem>, StorageError> find_item(CatalogNodes& nodes,
                                                           const Reference& root,
                                                           std::string_view key) {
    auto node = TRY(nodes.load_root(root));
    while (node->level > 0)
        node = TRY(nodes.load_child(node->items[position_of(*node, key)], node->level));
    if (node->items.empty()) return std::nullopt;
    const CatalogItem& item = node->items[position_of(*node, key)];
    if (item.key != key) return std::nullopt;
    return item;
}

Result<void, StorageError> visit_items(CatalogNodes& nodes, const Reference& root,
                                       std::string_view from, const CatalogVisit& visit) {
    const auto node = TRY(nodes.load_root(root));
    std::string last;
    const auto in_order = [&](const CatalogItem& item) -> Result<bool, StorageError> {
        if (item.key <= last) return std::unexpected(nodes.disorder(root));
        last = item.key;
        return visit(item);
    };
    (void)TRY(visit_node(nodes, *node, from, in_order));
    return {};
}

Result<Reference, StorageError> updated_catalog(CatalogNodes& nodes, const Reference& root,
                                                std::span<const CatalogChange> changes,
                                                MetaWriter& writer) {
    if (changes.empty()) return root;
    const auto node = TRY(nodes.load_root(root));
    CatalogUpdate update(nodes, writer);
    auto items = TRY(update.replace(*node, changes));
    writer.lost(root.length);
    for (unsigned level = node->level + 1; items.size() > 1; level++) {
        if (level > catalog_level_max) return std::unexpected(nodes.disorder(root));
        items = update.written(items, level);
    }
    return items.empty() ? Reference{} : items.front().reference;
}

}  // namespace icvm::replica
