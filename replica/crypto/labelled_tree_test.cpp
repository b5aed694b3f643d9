#include "replica/crypto/labelled_tree.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "replica/crypto/label_trie.hpp"

namespace icvm::replica {

namespace {

using Status = Lookup::Status;
using Random = std::mt19937;

/// Up to four of three bytes: many labels begin others.
ByteVector random_label(Random& random) {
    ByteVector label(random() % 5);
    for (u8& byte : label) byte = std::array<u8, 3>{0x00, 0x61, 0xFF}[random() % 3];
    return label;
}

LabelledTree random_tree(Random& random, unsigned depth) {
    if (depth == 0 || random() % 4 == 0) return LabelledTree(random_label(random));
    LabelledTree tree;
    for (unsigned count = random() % 12; count > 0; count--)
        tree[Bytes(random_label(random))] = random_tree(random, depth - 1);
    return tree;
}

/// Of something in the tree, or not.
LabelPath random_path(Random& random, const LabelledTree& tree) {
    LabelPath path;
    const LabelledTree* at = &tree;
    while (random() % 8 != 0) {
        const auto* labels = at ? std::get_if<LabelledTree::Labels>(&at->node) : nullptr;
        at = nullptr;
        if (labels && !labels->empty() && random() % 4 != 0) {
            const auto chosen = std::next(labels->begin(), long(random() % labels->size()));
            path.push_back(chosen->first);
            at = &chosen->second;
        } else {
            path.push_back(random_label(random));
        }
        if (path.size() == 5) break;
    }
    return path;
}

const LabelledTree* at_path(const LabelledTree& tree, std::span<const ByteVector> path) {
    const LabelledTree* at = &tree;
    for (const ByteVector& label : path) {
        const auto* labels = std::get_if<LabelledTree::Labels>(&at->node);
        const auto found = labels ? labels->find(label) : LabelledTree::Labels::const_iterator{};
        if (!labels || found == labels->end()) return nullptr;
        at = &found->second;
    }
    return at;
}

/// Whether the hash tree answers as the tree itself, for a path that it shows.
bool shows(const HashTree& hash_tree, const LabelledTree& tree, const LabelPath& path) {
    const Lookup found = lookup(hash_tree, path);
    const LabelledTree* there = at_path(tree, path);
    if (!there) return found.status == Status::absent;
    if (const auto* value = std::get_if<ByteVector>(&there->node))
        return found.status == Status::found && std::ranges::equal(found.value, *value);
    return found.status ==
           (std::get<LabelledTree::Labels>(there->node).empty() ? Status::absent : Status::error);
}

HashTree through_bytes(const HashTree& tree) {
    cbor::Writer writer;
    put(writer, tree);
    const ByteVector bytes = writer.take();
    return *decode_hash_tree(*cbor::decode(bytes));
}

}  // namespace

TEST_CASE(
    "every witness has the hash of its tree, and shows what is at its paths or that "
    "nothing is") {
    Random random(1);
    for (int i = 0; i < 300; i++) {
        const LabelledTree tree = random_tree(random, 3);
        std::vector<LabelPath> paths(random() % 4);
        for (LabelPath& path : paths) path = random_path(random, tree);
        const HashTree partial = through_bytes(witness(tree, paths));
        CHECK(root_hash(partial) == root_hash(tree));
        CHECK(is_well_formed(partial));
        for (const LabelPath& path : paths) CHECK(shows(partial, tree, path));
    }
}

TEST_CASE("an empty path shows the whole tree, no path nothing of it") {
    Random random(2);
    const LabelPath everything[1];
    for (int i = 0; i < 50; i++) {
        const LabelledTree tree = random_tree(random, 3);
        const HashTree whole = witness(tree, everything);
        for (int k = 0; k < 10; k++) CHECK(shows(whole, tree, random_path(random, tree)));
        const HashTree nothing = witness(tree, {});
        CHECK(lookup(nothing, LabelPath{{0x61}}).status == Status::unknown);
        CHECK(root_hash(nothing) == root_hash(whole));
    }
}

TEST_CASE("what no path asks for is not in the witness") {
    LabelledTree tree;
    for (const std::string_view name : {"a", "b", "c", "d", "e"})
        tree[name]["secret"] = LabelledTree(bytes_of(name));
    const LabelPath b = {{'b'}, {'s', 'e', 'c', 'r', 'e', 't'}}, bb = {{'b', 'b'}};
    const HashTree partial = witness(tree, std::array{b, bb});
    CHECK(lookup(partial, b).status == Status::found);
    CHECK(lookup(partial, bb).status == Status::absent);
    CHECK(lookup(partial, LabelPath{{'a'}, b[1]}).status == Status::unknown);
    CHECK(lookup(partial, LabelPath{{'c'}, b[1]}).status == Status::unknown);
    CHECK(lookup(partial, LabelPath{{'d'}}).status == Status::unknown);
}

TEST_CASE(
    "a part of which only the hash is at hand leaves the hash and the other paths as they are") {
    LabelledTree tree;
    for (const std::string_view name : {"a", "b", "c"})
        tree[name]["x"] = LabelledTree(bytes_of(name));
    const Sha256 hash = root_hash(tree);
    tree["b"] = LabelledTree::pruned(root_hash(tree["b"]));
    CHECK(root_hash(tree) == hash);
    const LabelPath a = {{'a'}, {'x'}}, b = {{'b'}, {'x'}};
    const HashTree partial = witness(tree, std::array{a, b});
    CHECK(root_hash(partial) == hash);
    CHECK(lookup(partial, a).status == Status::found);
    CHECK(lookup(partial, b).status == Status::unknown);
}

TEST_CASE("the hash of a level follows from its labels, whatever their history") {
    Random random(3);
    for (int round = 0; round < 50; round++) {
        LabelTrie changed;
        std::map<ByteVector, Sha256> expected;
        for (unsigned i = random() % 200; i > 0; i--) {
            const ByteVector label = random_label(random);
            if (random() % 3 == 0) {
                changed.erase(label);
                expected.erase(label);
            } else {
                changed.put(label, expected[label] = leaf_hash(random_label(random)));
            }
            if (random() % 10 == 0) changed.root_hash();
            REQUIRE(changed.contains(label) == expected.contains(label));
        }
        LabelTrie made_at_once;
        for (auto it = expected.rbegin(); it != expected.rend(); ++it)
            made_at_once.put(it->first, it->second);
        CHECK(changed.root_hash() == made_at_once.root_hash());
        CHECK(changed.is_empty() == expected.empty());
    }
}

TEST_CASE("labels are below few forks") {
    LabelledTree tree;
    for (unsigned i = 0; i < 1000; i++) tree[Bytes(std::array{u8(i >> 8), u8(i)})];
    unsigned depth = 0;
    const HashTree partial = witness(tree, std::array{LabelPath{{1, 200}}});
    const HashTree* at = &partial;
    while (const auto* fork = std::get_if<HashTree::Fork>(&at->node)) {
        const bool is_left = !std::holds_alternative<HashTree::Pruned>(fork->left->node);
        at = is_left ? fork->left.get() : fork->right.get();
        depth++;
    }
    CHECK(std::holds_alternative<HashTree::Labelled>(at->node));
    CHECK(depth <= 10);
}

}  // namespace icvm::replica
