#include "replica/crypto/labelled_tree.hpp"

#include "replica/crypto/label_trie.hpp"

namespace icvm::replica {

namespace {

LabelTrie trie_of(const LabelledTree::Labels& labels) {
    LabelTrie trie;
    for (const auto& [label, subtree] : labels) trie.put(label, root_hash(subtree));
    return trie;
}

}  // namespace

PathsBelow split(std::span<const LabelPath> paths) {
    PathsBelow below;
    for (const LabelPath& path : paths) {
        if (path.empty())
            below.whole = true;
        else
            below.by_label[path.front()].emplace_back(path.begin() + 1, path.end());
    }
    return below;
}

Sha256 root_hash(const LabelledTree& tree) {
    if (const auto* value = std::get_if<ByteVector>(&tree.node)) return leaf_hash(*value);
    if (const auto* hash = std::get_if<Sha256>(&tree.node)) return *hash;
    return trie_of(std::get<LabelledTree::Labels>(tree.node)).root_hash();
}

HashTree witness(const LabelledTree& tree, std::span<const LabelPath> paths) {
    if (paths.empty() || std::holds_alternative<Sha256>(tree.node))
        return HashTree::pruned(root_hash(tree));
    // A path that goes on below a value: the value shows that there is nothing.
    if (const auto* value = std::get_if<ByteVector>(&tree.node)) return HashTree::leaf(*value);
    const auto& labels = std::get<LabelledTree::Labels>(tree.node);
    const PathsBelow below = split(paths);
    LabelTrie::Shown shown;
    if (below.whole) {
        const LabelPath here[1];
        for (const auto& [label, subtree] : labels) shown[label] = witness(subtree, here);
        return trie_of(labels).witness(std::move(shown));
    }
    for (const auto& [label, further] : below.by_label) {
        const auto found = labels.find(label);
        if (found == labels.end())
            shown[label] = std::nullopt;
        else
            shown[label] = witness(found->second, further);
    }
    return trie_of(labels).witness(std::move(shown));
}

}  // namespace icvm::replica
