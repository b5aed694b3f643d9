#pragma once

#include <map>
#include <variant>

#include "replica/crypto/hash_tree.hpp"

namespace icvm::replica {

/// What a hash tree stands for: labels with trees below them, or a value, or something of which
/// only the hash is at hand. No deeper than its maker writes it down.
struct LabelledTree {
    using Labels = std::map<ByteVector, LabelledTree>;
    std::variant<Labels, ByteVector, Sha256> node;

    LabelledTree() = default;
    explicit LabelledTree(Bytes value) : node(ByteVector(value.begin(), value.end())) {}
    static LabelledTree pruned(const Sha256& hash) {
        LabelledTree tree;
        tree.node = hash;
        return tree;
    }

    /// The tree below a label, which is made when there is none; only below labels.
    LabelledTree& operator[](Bytes label) {
        return std::get<Labels>(node)[ByteVector(label.begin(), label.end())];
    }
    LabelledTree& operator[](std::string_view label) { return (*this)[bytes_of(label)]; }
};

Sha256 root_hash(const LabelledTree& tree);

/// The hash tree that shows everything at and below the paths, or that it is not there; everything
/// else is pruned. An empty path shows the whole tree; no path at all, nothing.
HashTree witness(const LabelledTree& tree, std::span<const LabelPath> paths);

/// The paths below each first label, for trees that are put together of others.
struct PathsBelow {
    std::map<ByteVector, std::vector<LabelPath>> by_label;
    bool whole = false;  ///< one of the paths ends here
};
PathsBelow split(std::span<const LabelPath> paths);

}  // namespace icvm::replica
