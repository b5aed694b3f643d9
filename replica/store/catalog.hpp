#pragma once

/// What there is: records and memories, by key, in a B+ tree whose nodes are never changed, only
/// replaced (docs/state-format.md, "The catalog").

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "replica/store/memory_tree.hpp"

namespace icvm::replica {

inline constexpr size_t record_key_bytes_max = 512;
inline constexpr unsigned catalog_level_max = 15;

/// Keys of the catalog: a kind, then the memory's id (big-endian) or the record's key.
std::string memory_key(MemoryId memory);
MemoryId memory_of(std::string_view memory_key);
std::string record_key(std::string_view key);
inline bool is_memory_key(std::string_view key) { return key.front() == '\0'; }

/// An entry of a leaf (where its record or memory is) or of a node above (where its child is).
struct CatalogItem {
    std::string key;        ///< of a child: its first key
    Reference reference{};  ///< of a record or a child
    MemoryEntry memory{};
};

struct CatalogNode {
    unsigned level = 0;
    std::vector<CatalogItem> items;  ///< at least one, in the order of their keys
};

/// A key got a new value, or (nothing) was removed.
struct CatalogChange {
    std::string key;
    std::optional<CatalogItem> item;
};

/// Reads nodes and keeps those of late.
class CatalogNodes {
public:
    explicit CatalogNodes(const LogFile& log) : log_(log) {}
    using Node = std::shared_ptr<const CatalogNode>;
    Result<Node, StorageError> load_root(const Reference& root);
    /// The child that `item` of a node of `level` stands for.
    Result<Node, StorageError> load_child(const CatalogItem& item, unsigned level);
    StorageError disorder(const Reference& root) const;

private:
    Result<Node, StorageError> load(const Reference& reference);
    static constexpr size_t kept_max = 512;

    struct Kept {
        Reference reference;
        Node node;
    };
    const LogFile& log_;
    std::unordered_map<u64, Kept> kept_;
};

std::optional<CatalogNode> decode_catalog_node(Bytes bytes);

Result<std::optional<CatalogItem>, StorageError> find_item(CatalogNodes& nodes,
                                                           const Reference& root,
                                                           std::string_view key);
/// Shows the items at or after `from`, in order, until `visit` says false.
using CatalogVisit = std::function<Result<bool, StorageError>(const CatalogItem& item)>;
Result<void, StorageError> visit_items(CatalogNodes& nodes, const Reference& root,
                                       std::string_view from, const CatalogVisit& visit);
/// The root after `changes`, which are in the order of their keys, one for each.
Result<Reference, StorageError> updated_catalog(CatalogNodes& nodes, const Reference& root,
                                                std::span<const CatalogChange> changes,
                                                MetaWriter& writer);

}  // namespace icvm::replica
