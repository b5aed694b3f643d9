#include <catch2/catch.hpp>

#include "replica/crypto/threshold_keys.hpp"
#include "replica/execution/conservation.hpp"
#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

using test::TestSubnet;

namespace {

std::string key_id(const std::string& kind, const std::string& name = "key_1") {
    return "key_id = record { " + kind + "; name = \"" + name + "\" }";
}

const std::string k1 = "curve = variant { secp256k1 }", r1 = "curve = variant { secp256r1 }",
                  bip340 = "algorithm = variant { bip340secp256k1 }",
                  ed25519 = "algorithm = variant { ed25519 }",
                  path = "derivation_path = vec { blob \"a\" }; ";

std::string hash_of(size_t bytes) {
    return "message_hash = " + TestSubnet::text_of_blob(ByteVector(bytes, 7)) + "; ";
}

}  // namespace

TEST_CASE("the public key is that of the caller, or of the canister that is named") {
    TestSubnet world;
    const Principal a = world.create(), b = world.create();
    const auto key = [&](const Principal& caller, const std::string& more) {
        return world.call_by(caller, "ecdsa_public_key",
                             "(record { " + more + path + key_id(k1) + " })");
    };
    const std::string of_a = "canister_id = opt " + TestSubnet::text_of_id(a) + "; ";
    CHECK(key(a, "") == key(b, of_a));
    CHECK(key(a, "") != key(b, ""));
    const std::vector<ByteVector> elements{{'a'}};
    const auto derived = derive_threshold_key(KeyKind::ecdsa_secp256k1, "key_1", a, elements);
    CHECK(derived->public_key.size() == 33);
    CHECK(world.call_by(a, "schnorr_public_key", "(record { " + path + key_id(ed25519) + " })")
              .contains("chain_code = blob"));
}

TEST_CASE("signatures of every kind are the same each time, and paid for") {
    TestSubnet world("13");
    const Principal id = world.create();
    const auto sign = [&](const std::string& method, const std::string& given, u128 cycles) {
        return world.call_by(id, method, "(record { " + path + given + " })", cycles);
    };
    const u128 enough = 30'000'000'000;
    for (const std::string& kind : {k1, r1}) {
        const std::string signature = sign("sign_with_ecdsa", hash_of(32) + key_id(kind), enough);
        CHECK(signature.starts_with("(record { signature = blob"));
        CHECK(signature == sign("sign_with_ecdsa", hash_of(32) + key_id(kind), enough));
        CHECK((world.refund == enough - 10'000'000'000));
    }
    for (const std::string& kind : {bip340, ed25519})
        CHECK(sign("sign_with_schnorr", "message = blob \"m\"; " + key_id(kind), enough)
                  .starts_with("(record { signature = blob"));
    CHECK(sign("sign_with_ecdsa", hash_of(32) + key_id(k1), 5) ==
          "IC0406: sign_with_ecdsa request sent with 5 cycles, but 10_000_000_000 cycles are "
          "required.");
    CHECK((world.refund == 5));
}

TEST_CASE("what a signature costs is accounted for") {
    TestSubnet world("13");
    const Principal id = world.create();
    const u128 sum = accounted_cycles(*world.subnet), gone = world.subnet->record().cycles_gone;
    const u128 attached = 30'000'000'000;
    world.call_by(id, "sign_with_ecdsa", "(record { " + path + hash_of(32) + key_id(k1) + " })",
                  attached);
    const u128 fee = attached - world.refund;
    CHECK((fee == 10'000'000'000));
    CHECK((world.subnet->record().cycles_gone == gone + fee));
    CHECK((accounted_cycles(*world.subnet) == sum + fee));  // what was attached came from nowhere
}

TEST_CASE("a key that is not there, a hash of another length, and aux input out of place") {
    TestSubnet world;
    const Principal id = world.create();
    const auto call = [&](const std::string& method, const std::string& given) {
        return world.call_by(id, method, "(record { " + given + path + " })");
    };
    CHECK(call("ecdsa_public_key", key_id(k1, "key_2") + "; ") ==
          "IC0406: Subnet " + subnet_id().text() +
              " does not hold threshold key ecdsa:Secp256k1:key_2.");
    CHECK(call("sign_with_ecdsa", hash_of(31) + key_id(k1) + "; ").starts_with("IC0408: "));
    const std::string root =
        "aux = opt variant { bip341 = record { merkle_root_hash = blob \"a\" } }; ";
    const std::string message = "message = blob \"m\"; ";
    CHECK(call("sign_with_schnorr", message + root + key_id(ed25519) + "; ") ==
          "IC0406: Schnorr algorithm Ed25519 does not support aux input");
    CHECK(call("sign_with_schnorr", message + root + key_id(bip340) + "; ") ==
          "IC0406: Invalid aux field for Bip340Secp256k1");
}

}  // namespace icvm::replica
