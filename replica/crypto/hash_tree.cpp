#include "replica/crypto/hash_tree.hpp"

#include <algorithm>

namespace icvm::replica {

namespace {

// Domain separators: a length, and so many characters.
constexpr std::string_view empty_domain = "\x11ic-hashtree-empty";
constexpr std::string_view fork_domain = "\x10ic-hashtree-fork";
constexpr std::string_view labelled_domain = "\x13ic-hashtree-labeled";
constexpr std::string_view leaf_domain = "\x10ic-hashtree-leaf";

/// The first element of a node's array.
enum NodeType : u8 { empty_node, fork_node, labelled_node, leaf_node, pruned_node };

std::unique_ptr<HashTree> boxed(HashTree tree) {
    return std::make_unique<HashTree>(std::move(tree));
}

/// The subtrees below the forks, from left to right.
void flatten_forks(const HashTree& tree, std::vector<const HashTree*>& out) {
    if (const auto* fork = std::get_if<HashTree::Fork>(&tree.node)) {
        flatten_forks(*fork->left, out);
        flatten_forks(*fork->right, out);
    } else if (!std::holds_alternative<HashTree::Empty>(tree.node)) {
        out.push_back(&tree);
    }
}

std::vector<const HashTree*> flatten_forks(const HashTree& tree) {
    std::vector<const HashTree*> trees;
    flatten_forks(tree, trees);
    return trees;
}

/// "find_label": the subtree, or (nullptr) what else is known of the label.
struct FoundLabel {
    const HashTree* subtree = nullptr;
    Lookup::Status status = Lookup::Status::found;
};

FoundLabel find_label(const HashTree& tree, const ByteVector& label) {
    const auto trees = flatten_forks(tree);
    if (trees.size() == 1 && std::holds_alternative<HashTree::Leaf>(trees[0]->node))
        return {nullptr, Lookup::Status::absent};
    // Whether everything that is less than the next tree's label is known to be absent.
    bool known = true;
    for (const HashTree* at : trees) {
        const auto* labelled = std::get_if<HashTree::Labelled>(&at->node);
        if (labelled && labelled->label == label) return {labelled->subtree.get()};
        if (labelled && label < labelled->label)
            return {nullptr, known ? Lookup::Status::absent : Lookup::Status::unknown};
        known = labelled != nullptr;
    }
    return {nullptr, known ? Lookup::Status::absent : Lookup::Status::unknown};
}

Lookup value_of(const HashTree& tree) {
    if (const auto* leaf = std::get_if<HashTree::Leaf>(&tree.node))
        return {Lookup::Status::found, leaf->value};
    if (std::holds_alternative<HashTree::Empty>(tree.node)) return {Lookup::Status::absent};
    if (std::holds_alternative<HashTree::Pruned>(tree.node)) return {Lookup::Status::unknown};
    return {Lookup::Status::error};
}

std::optional<HashTree> decode_fork(const cbor::Array& elements) {
    if (elements.size() != 3) return std::nullopt;
    auto left = decode_hash_tree(elements[1]);
    auto right = left ? decode_hash_tree(elements[2]) : std::nullopt;
    if (!right) return std::nullopt;
    return HashTree::fork(std::move(*left), std::move(*right));
}

std::optional<HashTree> decode_labelled(const cbor::Array& elements) {
    const Bytes* label = elements.size() == 3 ? elements[1].as<Bytes>() : nullptr;
    auto subtree = label ? decode_hash_tree(elements[2]) : std::nullopt;
    if (!subtree) return std::nullopt;
    return HashTree::labelled(*label, std::move(*subtree));
}

std::optional<HashTree> decode_blob(NodeType type, const cbor::Array& elements) {
    const Bytes* bytes = elements.size() == 2 ? elements[1].as<Bytes>() : nullptr;
    if (!bytes) return std::nullopt;
    if (type == leaf_node) return HashTree::leaf(*bytes);
    Sha256 hash;
    if (bytes->size() != hash.size()) return std::nullopt;
    std::ranges::copy(*bytes, hash.begin());
    return HashTree::pruned(hash);
}

}  // namespace

HashTree HashTree::fork(HashTree left, HashTree right) {
    return {Fork{boxed(std::move(left)), boxed(std::move(right))}};
}

HashTree HashTree::labelled(Bytes label, HashTree subtree) {
    return {Labelled{ByteVector(label.begin(), label.end()), boxed(std::move(subtree))}};
}

HashTree HashTree::leaf(Bytes value) { return {Leaf{ByteVector(value.begin(), value.end())}}; }

Sha256 empty_hash() { return sha256(bytes_of(empty_domain)); }

Sha256 fork_hash(const Sha256& left, const Sha256& right) {
    return sha256_of({bytes_of(fork_domain), left, right});
}

Sha256 labelled_hash(Bytes label, const Sha256& subtree) {
    return sha256_of({bytes_of(labelled_domain), label, subtree});
}

Sha256 leaf_hash(Bytes value) { return sha256_of({bytes_of(leaf_domain), value}); }

Sha256 root_hash(const HashTree& tree) {
    if (const auto* fork = std::get_if<HashTree::Fork>(&tree.node))
        return fork_hash(root_hash(*fork->left), root_hash(*fork->right));
    if (const auto* labelled = std::get_if<HashTree::Labelled>(&tree.node))
        return labelled_hash(labelled->label, root_hash(*labelled->subtree));
    if (const auto* leaf = std::get_if<HashTree::Leaf>(&tree.node)) return leaf_hash(leaf->value);
    if (const auto* pruned = std::get_if<HashTree::Pruned>(&tree.node)) return pruned->hash;
    return empty_hash();
}

Lookup lookup(const HashTree& tree, std::span<const ByteVector> path) {
    const HashTree* at = &tree;
    for (const ByteVector& label : path) {
        const FoundLabel found = find_label(*at, label);
        if (!found.subtree) return {found.status};
        at = found.subtree;
    }
    return value_of(*at);
}

bool is_well_formed(const HashTree& tree) {
    if (std::holds_alternative<HashTree::Leaf>(tree.node)) return true;
    const ByteVector* previous = nullptr;
    for (const HashTree* at : flatten_forks(tree)) {
        if (std::holds_alternative<HashTree::Leaf>(at->node)) return false;
        const auto* labelled = std::get_if<HashTree::Labelled>(&at->node);
        if (!labelled) continue;
        if (previous && labelled->label <= *previous) return false;
        if (!is_well_formed(*labelled->subtree)) return false;
        previous = &labelled->label;
    }
    return true;
}

void put(cbor::Writer& writer, const HashTree& tree) {
    const auto begin = [&](NodeType type, u64 elements) {
        writer.put_array(elements);
        writer.put_unsigned(type);
    };
    if (const auto* fork = std::get_if<HashTree::Fork>(&tree.node)) {
        begin(fork_node, 3);
        put(writer, *fork->left);
        put(writer, *fork->right);
    } else if (const auto* labelled = std::get_if<HashTree::Labelled>(&tree.node)) {
        begin(labelled_node, 3);
        writer.put_bytes(labelled->label);
        put(writer, *labelled->subtree);
    } else if (const auto* leaf = std::get_if<HashTree::Leaf>(&tree.node)) {
        begin(leaf_node, 2);
        writer.put_bytes(leaf->value);
    } else if (const auto* pruned = std::get_if<HashTree::Pruned>(&tree.node)) {
        begin(pruned_node, 2);
        writer.put_bytes(pruned->hash);
    } else {
        begin(empty_node, 1);
    }
}

std::optional<HashTree> decode_hash_tree(const cbor::Value& value) {
    const auto* elements = value.as<cbor::Array>();
    const u64* type = elements && !elements->empty() ? elements->front().as<u64>() : nullptr;
    if (!type) return std::nullopt;
    switch (*type) {
        case empty_node: return elements->size() == 1 ? std::optional(HashTree{}) : std::nullopt;
        case fork_node: return decode_fork(*elements);
        case labelled_node: return decode_labelled(*elements);
        case leaf_node:
        case pruned_node: return decode_blob(NodeType(*type), *elements);
        default: return std::nullopt;
    }
}

}  // namespace icvm::replica
