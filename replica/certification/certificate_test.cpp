#include "replica/certification/certificate.hpp"

#include <catch2/catch.hpp>

#include "replica/certification/state_double.hpp"
#include "replica/codec/test_hex.hpp"

namespace icvm::replica {

namespace {

using test::hex, test::path_of, test::StateDouble;
using Status = Lookup::Status;

const Principal own = Principal::canister(first_canister_index);
const Principal other = Principal::canister(first_canister_index + 1);

struct Example {
    StateDouble state;
    StateTree tree = StateTree({.id = own, .public_key = bytes_of("key")});

    Example() {
        state.canisters[own] = {{}, sha256({}), {'o', 'w', 'n'}};
        state.canisters[other] = {{}, sha256({}), {'o', 't', 'h', 'e', 'r'}};
        tree.note_canister(own);
        tree.note_canister(other);
    }
};

Lookup certified_data(const HashTree& tree, const Principal& canister) {
    return lookup(tree,
                  path_of({bytes_of("canister"), canister.bytes(), bytes_of("certified_data")}));
}

}  // namespace

TEST_CASE("a data certificate shows the canister's certified data and the time, and is signed") {
    Example example;
    std::vector<Sha256> signed_hashes;
    const auto bytes = data_certificate(example.tree, example.state.view(), own,
                                        [&](const Sha256& root) -> BlsSignature {
                                            signed_hashes.push_back(root);
                                            return {1, 2, 3};
                                        });
    REQUIRE(bytes);
    CHECK(hex(*bytes).starts_with("d9d9f7a26474726565"));
    const auto value = cbor::decode(*bytes);
    const auto& fields = *value->as<cbor::Map>();
    const HashTree tree = *decode_hash_tree(*cbor::find(fields, "tree"));
    const Bytes signature = *cbor::find(fields, "signature")->as<Bytes>();
    CHECK(cbor::find(fields, "delegation") == nullptr);

    CHECK(text_of(certified_data(tree, own).value) == "own");
    CHECK(certified_data(tree, other).status == Status::unknown);
    CHECK(lookup(tree, path_of({bytes_of("time")})).status == Status::found);
    CHECK(signature.size() == 48);
    CHECK(signature[2] == 3);
    CHECK(signed_hashes == std::vector{*example.tree.root_hash(example.state.view())});
    CHECK(signed_hashes == std::vector{root_hash(tree)});
}

TEST_CASE("without a key the signature is zeros") {
    CHECK(no_signature(sha256({})) == BlsSignature{});
}

TEST_CASE("a certificate shows the time beside the paths that are asked for") {
    Example example;
    const auto bytes = certificate(example.tree, example.state.view(),
                                   {path_of({bytes_of("subnet")})}, no_signature);
    const auto value = cbor::decode(*bytes);
    const HashTree tree = *decode_hash_tree(*cbor::find(*value->as<cbor::Map>(), "tree"));
    CHECK(lookup(tree, path_of({bytes_of("time")})).status == Status::found);
    const auto key = path_of({bytes_of("subnet"), own.bytes(), bytes_of("public_key")});
    CHECK(text_of(lookup(tree, key).value) == "key");
}

}  // namespace icvm::replica
