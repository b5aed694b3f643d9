#pragma once

/// Hash trees (Interface spec, "Certification"): a tree of labels and values of which parts may be
/// replaced by their hashes, and what such a tree proves.

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "replica/codec/cbor.hpp"
#include "replica/crypto/sha.hpp"

namespace icvm::replica {

/// From the root; a label is any bytes.
using LabelPath = std::vector<ByteVector>;

/// A hash tree. One from untrusted bytes is no deeper than cbor::depth_max.
struct HashTree {
    struct Empty {};
    struct Fork {
        std::unique_ptr<HashTree> left, right;
    };
    struct Labelled {
        ByteVector label;
        std::unique_ptr<HashTree> subtree;
    };
    struct Leaf {
        ByteVector value;
    };
    struct Pruned {
        Sha256 hash;
    };
    std::variant<Empty, Fork, Labelled, Leaf, Pruned> node;

    static HashTree fork(HashTree left, HashTree right);
    static HashTree labelled(Bytes label, HashTree subtree);
    static HashTree leaf(Bytes value);
    static HashTree pruned(const Sha256& hash) { return {Pruned{hash}}; }
};

/// The hash of a tree ("reconstruct"), and of its parts.
Sha256 root_hash(const HashTree& tree);
Sha256 empty_hash();
Sha256 fork_hash(const Sha256& left, const Sha256& right);
Sha256 labelled_hash(Bytes label, const Sha256& subtree);
Sha256 leaf_hash(Bytes value);

/// Interface spec, "Lookup". Error: labels or a fork are there, and no value.
struct Lookup {
    enum class Status : u8 { found, absent, unknown, error };
    Status status = Status::unknown;
    Bytes value{};  ///< when found; in the tree
};
Lookup lookup(const HashTree& tree, std::span<const ByteVector> path);

/// Labels of a level increase strictly, and no leaf is beside them.
bool is_well_formed(const HashTree& tree);

/// Interface spec, "Encoding of certificates".
void put(cbor::Writer& writer, const HashTree& tree);
/// Nothing when the value is no hash tree.
std::optional<HashTree> decode_hash_tree(const cbor::Value& value);

}  // namespace icvm::replica
