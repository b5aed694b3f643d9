#include "replica/crypto/label_trie.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace icvm::replica {

namespace {

/// A byte of a label is nine bits: whether it is there, and its own; so a label comes before all
/// that it begins.
constexpr u64 bits_per_byte = 9;

bool bit(Bytes label, u64 position) {
    const u64 index = position / bits_per_byte, within = position % bits_per_byte;
    if (index >= label.size()) return false;
    return within == 0 || (label[index] >> (8 - within) & 1);
}

constexpr u64 no_difference = std::numeric_limits<u64>::max();

/// The first bit in which the labels differ.
u64 first_difference(Bytes a, Bytes b) {
    const size_t shorter = std::min(a.size(), b.size());
    const size_t index =
        size_t(std::mismatch(a.begin(), a.begin() + long(shorter), b.begin()).first - a.begin());
    if (index == shorter) return a.size() == b.size() ? no_difference : index * bits_per_byte;
    return index * bits_per_byte + 1 + u64(std::countl_zero(u8(a[index] ^ b[index])));
}

}  // namespace

/// A fork has two children and a position; a label has none.
struct LabelTrie::Node {
    Sha256 hash{};
    bool stale = true;
    u64 position = 0;  ///< of the bit that decides between left and right
    NodePtr left, right;
    ByteVector label;
    Sha256 subtree{};

    bool is_fork() const { return left != nullptr; }
    NodePtr& child(Bytes of) { return bit(of, position) ? right : left; }
};

LabelTrie::LabelTrie() = default;
LabelTrie::LabelTrie(LabelTrie&&) noexcept = default;
LabelTrie& LabelTrie::operator=(LabelTrie&&) noexcept = default;
LabelTrie::~LabelTrie() = default;

/// The label that agrees with this one longest: a difference is where it would fork off.
const LabelTrie::Node* LabelTrie::closest(Bytes label) const {
    Node* node = root_.get();
    while (node && node->is_fork()) node = node->child(label).get();
    return node;
}

bool LabelTrie::contains(Bytes label) const {
    const Node* node = closest(label);
    return node && std::ranges::equal(node->label, label);
}

void LabelTrie::put(Bytes label, const Sha256& subtree) {
    const Node* near = closest(label);
    const u64 position = near ? first_difference(near->label, label) : no_difference;
    NodePtr* at = &root_;
    while (*at && (*at)->is_fork() && (*at)->position < position) {
        (*at)->stale = true;
        at = &(*at)->child(label);
    }
    if (near && position == no_difference) {
        (*at)->stale = true;
        (*at)->subtree = subtree;
        return;
    }
    auto added = std::make_unique<Node>();
    added->label.assign(label.begin(), label.end());
    added->subtree = subtree;
    if (!*at) {
        *at = std::move(added);
        return;
    }
    auto fork = std::make_unique<Node>();
    fork->position = position;
    NodePtr other = std::exchange(*at, nullptr);
    const bool is_right = bit(label, position);
    fork->left = std::move(is_right ? other : added);
    fork->right = std::move(is_right ? added : other);
    *at = std::move(fork);
}

void LabelTrie::erase(Bytes label) {
    if (!contains(label)) return;
    NodePtr* above = nullptr;
    NodePtr* at = &root_;
    while ((*at)->is_fork()) {
        (*at)->stale = true;
        above = std::exchange(at, &(*at)->child(label));
    }
    if (!above) return root_.reset();
    NodePtr sibling = std::move(at == &(*above)->left ? (*above)->right : (*above)->left);
    *above = std::move(sibling);
}

const Sha256& LabelTrie::hash_of(Node& node) {
    if (std::exchange(node.stale, false))
        node.hash = node.is_fork() ? fork_hash(hash_of(*node.left), hash_of(*node.right))
                                   : labelled_hash(node.label, node.subtree);
    return node.hash;
}

Sha256 LabelTrie::root_hash() { return root_ ? hash_of(*root_) : empty_hash(); }

/// The labels before and behind one that is not there.
LabelTrie::Neighbours LabelTrie::neighbours(Bytes label) const {
    Neighbours found;
    const Node* near = closest(label);
    if (!near) return found;
    const u64 position = first_difference(near->label, label);
    const auto first = [](const Node* node) {
        while (node->is_fork()) node = node->left.get();
        return node;
    };
    const auto last = [](const Node* node) {
        while (node->is_fork()) node = node->right.get();
        return node;
    };
    const Node *before = nullptr, *behind = nullptr;  // the nearest subtrees beside the path
    const Node* at = root_.get();
    while (at->is_fork() && at->position < position) {
        const bool is_right = bit(label, at->position);
        (is_right ? before : behind) = (is_right ? at->left : at->right).get();
        at = (is_right ? at->right : at->left).get();
    }
    (bit(label, position) ? before : behind) = at;
    if (before) found.before = last(before);
    if (behind) found.behind = first(behind);
    return found;
}

HashTree LabelTrie::witness(Shown labels) {
    if (!root_) return {};
    hash_of(*root_);
    std::map<ByteVector, HashTree> shown;
    for (auto& [label, subtree] : labels) {
        const Node* near = closest(label);
        if (near->label == label) {
            shown.insert_or_assign(label,
                                   subtree ? std::move(*subtree) : HashTree::pruned(near->subtree));
            continue;
        }
        const auto [before, behind] = neighbours(label);
        if (before) shown.try_emplace(before->label, HashTree::pruned(before->subtree));
        if (behind) shown.try_emplace(behind->label, HashTree::pruned(behind->subtree));
    }
    std::vector<Entry> entries;
    for (auto& [label, subtree] : shown) entries.emplace_back(label, &subtree);
    return witness_of(*root_, entries);
}

/// `shown`: labels of this node, in order.
HashTree LabelTrie::witness_of(const Node& node, std::span<const Entry> shown) {
    if (shown.empty()) return HashTree::pruned(node.hash);
    if (!node.is_fork()) return HashTree::labelled(node.label, std::move(*shown[0].second));
    const auto right = std::ranges::partition_point(
        shown, [&](const Entry& entry) { return !bit(entry.first, node.position); });
    const size_t left = size_t(right - shown.begin());
    return HashTree::fork(witness_of(*node.left, shown.first(left)),
                          witness_of(*node.right, shown.subspan(left)));
}

}  // namespace icvm::replica
