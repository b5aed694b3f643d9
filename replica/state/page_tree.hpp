#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "replica/crypto/sha.hpp"

namespace icvm::replica {

/// The hash of a memory: a tree over the hashes of its pages, 16 to a node, in which an absent page
/// is nothing at all. Above 0, a node with nothing but its first child is that child, so the hash
/// follows from the pages alone, however many levels there have been. A change costs its path.
class PageTree {
public:
    void put(u64 page, const Sha256& hash);
    void erase(u64 page);
    /// Nothing: there are no pages.
    std::optional<Sha256> root_hash();

private:
    static constexpr unsigned fanout_bits = 4;
    static constexpr u64 fanout = 1 << fanout_bits;
    static constexpr size_t levels_max = 64 / fanout_bits;
    struct Node {
        std::array<Sha256, fanout> children{};
        u16 present = 0;
    };
    struct Level {
        std::map<u64, Node> nodes;
        std::set<u64> changed;  ///< nodes that the next level does not know yet
    };

    static size_t levels_for(u64 page);
    static std::optional<Sha256> hash_of(size_t level, const Node& node);
    void put_child(size_t level, u64 child, const std::optional<Sha256>& hash);

    std::vector<Level> levels_;  ///< of the last one, only node 0
    std::optional<Sha256> root_;
};

}  // namespace icvm::replica
