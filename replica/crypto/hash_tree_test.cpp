#include "replica/crypto/hash_tree.hpp"

#include <catch2/catch.hpp>

#include "replica/codec/test_hex.hpp"

namespace icvm::replica {

namespace {

using test::from_hex, test::hex;
using Status = Lookup::Status;

// Interface spec, "Example" of certificates: a/x hello, a/y world, b good, c nothing, d morning.
constexpr std::string_view example =
    "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f"
    "6f648301830241638100830241648203476d6f726e696e67";
// The same, pruned to /a/y, /ax and /d.
constexpr std::string_view pruned_example =
    "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883"
    "024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2"
    "cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d8302416482"
    "03476d6f726e696e67";
constexpr std::string_view example_hash =
    "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0";

std::optional<HashTree> tree_of(std::string_view digits) {
    const ByteVector bytes = from_hex(digits);
    return decode_hash_tree(*cbor::decode(bytes));
}

std::string encoded(const HashTree& tree) {
    cbor::Writer writer;
    put(writer, tree);
    return hex(writer.take());
}

ByteVector label(std::string_view text) { return {text.begin(), text.end()}; }

HashTree labelled(std::string_view name, HashTree subtree) {
    return HashTree::labelled(bytes_of(name), std::move(subtree));
}
HashTree leaf(std::string_view value) { return HashTree::leaf(bytes_of(value)); }

Status status(const HashTree& tree, std::vector<std::string_view> path) {
    LabelPath labels;
    for (const std::string_view name : path) labels.push_back(label(name));
    return lookup(tree, labels).status;
}

}  // namespace

TEST_CASE("the specification's trees have its encoding and its hash") {
    const HashTree a =
        labelled("a", HashTree::fork(HashTree::fork(labelled("x", leaf("hello")), HashTree{}),
                                     labelled("y", leaf("world"))));
    CHECK(example.find(encoded(a)) == 8);
    for (const std::string_view digits : {example, pruned_example}) {
        const auto tree = tree_of(digits);
        REQUIRE(tree);
        CHECK(hex(root_hash(*tree)) == example_hash);
        CHECK(encoded(*tree) == digits);
        CHECK(is_well_formed(*tree));
    }
}

TEST_CASE("lookups in the specification's pruned tree give what it says") {
    const HashTree tree = *tree_of(pruned_example);
    CHECK(status(tree, {"a", "a"}) == Status::unknown);
    CHECK(status(tree, {"a", "y"}) == Status::found);
    CHECK(text_of(lookup(tree, LabelPath{label("a"), label("y")}).value) == "world");
    CHECK(status(tree, {"aa"}) == Status::absent);
    CHECK(status(tree, {"ax"}) == Status::absent);
    CHECK(status(tree, {"b"}) == Status::unknown);
    CHECK(status(tree, {"bb"}) == Status::unknown);
    CHECK(text_of(lookup(tree, LabelPath{label("d")}).value) == "morning");
    CHECK(status(tree, {"e"}) == Status::absent);
}

TEST_CASE("lookups tell apart what is found, absent, unknown and no value") {
    const HashTree tree = *tree_of(example);
    CHECK(status(tree, {"a", "x"}) == Status::found);
    CHECK(status(tree, {"a"}) == Status::error);
    CHECK(status(tree, {}) == Status::error);
    CHECK(status(tree, {"a", "x", "z"}) == Status::absent);
    CHECK(status(tree, {"c"}) == Status::absent);
    CHECK(status(tree, {"c", "x"}) == Status::absent);
    CHECK(status(tree, {""}) == Status::absent);
    CHECK(status(HashTree{}, {}) == Status::absent);
    CHECK(status(HashTree{}, {"a"}) == Status::absent);
    CHECK(status(HashTree::pruned({}), {}) == Status::unknown);
    CHECK(status(HashTree::pruned({}), {"a"}) == Status::unknown);
    const HashTree pruned_first = HashTree::fork(HashTree::pruned({}), labelled("b", leaf("")));
    CHECK(status(pruned_first, {"a"}) == Status::unknown);
    CHECK(status(pruned_first, {"c"}) == Status::absent);
    const HashTree pruned_last = HashTree::fork(labelled("b", leaf("")), HashTree::pruned({}));
    CHECK(status(pruned_last, {"a"}) == Status::absent);
    CHECK(status(pruned_last, {"c"}) == Status::unknown);
}

TEST_CASE("labels out of order, twice, or beside a leaf are not well-formed") {
    const auto pair = [](std::string_view first, std::string_view second) {
        return HashTree::fork(labelled(first, leaf("")), labelled(second, leaf("")));
    };
    CHECK(is_well_formed(pair("a", "b")));
    CHECK(is_well_formed(pair("a", "aa")));
    CHECK(!is_well_formed(pair("b", "a")));
    CHECK(!is_well_formed(pair("a", "a")));
    CHECK(!is_well_formed(labelled("c", pair("b", "a"))));
    CHECK(!is_well_formed(HashTree::fork(labelled("a", leaf("")), leaf(""))));
    CHECK(is_well_formed(leaf("")));
    CHECK(is_well_formed(HashTree{}));
}

TEST_CASE("what is no hash tree is refused") {
    for (const std::string_view digits :
         {"00", "80", "8105", "8200", "820041", "8101", "83018100", "8301810000", "8102",
          "8302008100", "83024161", "8103", "820300", "8204410", "82044161", "8301810083024161"}) {
        const ByteVector bytes = from_hex(digits);
        const auto value = cbor::decode(bytes);
        CHECK(!(value && decode_hash_tree(*value)));
    }
}

}  // namespace icvm::replica
