#include "replica/state/page_tree.hpp"

#include <utility>

namespace icvm::replica {

namespace {

constexpr std::string_view node_domain = "\x0Eicvm-page-node";

}  // namespace

size_t PageTree::levels_for(u64 page) {
    size_t levels = 1;
    while (levels < levels_max && page >> (fanout_bits * levels) != 0) levels++;
    return levels;
}

void PageTree::put(u64 page, const Sha256& hash) {
    while (levels_.size() < levels_for(page)) {
        // What was the root becomes the first child of the new one.
        if (!levels_.empty()) levels_.back().changed.insert(0);
        levels_.emplace_back();
    }
    put_child(0, page, hash);
}

void PageTree::erase(u64 page) {
    if (levels_.size() >= levels_for(page)) put_child(0, page, std::nullopt);
}

void PageTree::put_child(size_t level, u64 child, const std::optional<Sha256>& hash) {
    const u64 index = child / fanout, within = child % fanout;
    levels_[level].changed.insert(index);
    Node& node = levels_[level].nodes[index];
    node.children[within] = hash.value_or(Sha256{});
    const u16 bit = u16(1 << within);
    node.present = u16(hash ? node.present | bit : node.present & ~bit);
}

std::optional<Sha256> PageTree::root_hash() {
    for (size_t level = 0; level < levels_.size(); level++) {
        for (const u64 index : std::exchange(levels_[level].changed, {})) {
            std::map<u64, Node>& nodes = levels_[level].nodes;
            const auto node = nodes.find(index);
            std::optional<Sha256> hash;
            if (node != nodes.end()) hash = hash_of(level, node->second);
            if (node != nodes.end() && !hash) nodes.erase(node);
            if (level + 1 < levels_.size())
                put_child(level + 1, index, hash);
            else
                root_ = hash;
        }
    }
    return root_;
}

/// Level and children are hashed, so that different pages never have the same tree.
std::optional<Sha256> PageTree::hash_of(size_t level, const Node& node) {
    if (node.present == 0) return std::nullopt;
    if (node.present == 1) return node.children[0];
    ByteVector bytes = {u8(level), u8(node.present), u8(node.present >> 8)};
    for (size_t i = 0; i < fanout; i++)
        if (node.present >> i & 1)
            bytes.insert(bytes.end(), node.children[i].begin(), node.children[i].end());
    return sha256_of({bytes_of(node_domain), bytes});
}

}  // namespace icvm::replica
