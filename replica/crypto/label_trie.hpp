#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "replica/crypto/hash_tree.hpp"

namespace icvm::replica {

/// One level of a hash tree: labels in order, with the hash of what is below each. It forks where
/// labels first differ in a bit (a crit-bit tree), so its shape and its hash follow from the labels
/// and hashes alone, whatever the order in which they came, and a change costs only the path to it.
/// Forks above a label: fewer than there are labels, and at most 9 for each of its bytes.
class LabelTrie {
public:
    LabelTrie();
    LabelTrie(LabelTrie&&) noexcept;
    LabelTrie& operator=(LabelTrie&&) noexcept;
    ~LabelTrie();

    /// Adds a label, or changes what is below it.
    void put(Bytes label, const Sha256& subtree);
    /// Nothing happens when it is not there.
    void erase(Bytes label);
    bool contains(Bytes label) const;
    bool is_empty() const { return root_ == nullptr; }

    /// Computes the hashes that changes have made stale.
    Sha256 root_hash();

    /// What a witness shows of a label: what is below it. Nothing: the label is not there, and the
    /// witness proves that by its neighbours.
    using Shown = std::map<ByteVector, std::optional<HashTree>>;
    /// A hash tree of this hash in which everything is pruned that is not shown.
    HashTree witness(Shown labels);

private:
    struct Node;
    using NodePtr = std::unique_ptr<Node>;
    struct Neighbours {
        const Node* before = nullptr;
        const Node* behind = nullptr;
    };

    const Node* closest(Bytes label) const;
    Neighbours neighbours(Bytes label) const;
    static const Sha256& hash_of(Node& node);
    using Entry = std::pair<Bytes, HashTree*>;
    static HashTree witness_of(const Node& node, std::span<const Entry> shown);

    NodePtr root_;
};

}  // namespace icvm::replica
