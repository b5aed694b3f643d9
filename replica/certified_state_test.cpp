// The certified state of a subnet: what is under way, rejected and deleted (docs/mainnet.md,
// "Certified state"). What the tree is made of is tested in replica/certification.

#include <catch2/catch.hpp>

#include "replica/certification/state_double.hpp"
#include "replica/codec/test_hex.hpp"
#include "replica/ingress/submit.hpp"
#include "replica/management/lifecycle.hpp"
#include "replica/scheduler/round.hpp"
#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

/// A subnet with the test canister, whose rounds are made one by one.
struct CertifiedWorld {
    Principal id;
    std::unique_ptr<Subnet> subnet;

    CertifiedWorld() {
        World world;
        REQUIRE(world.install(module_of({})));
        id = world.id;
        auto opened = Subnet::open(std::make_unique<SharedStorage>(world.storage), world.options);
        REQUIRE(opened);
        subnet = std::move(*opened);
    }
    MessageId send(const std::string& method, std::string_view argument = "") {
        const Call call{id, method, ByteVector(argument.begin(), argument.end())};
        const auto message = submit(*subnet, default_caller(), call);
        REQUIRE(message);
        REQUIRE(subnet->end_round());
        return *message;
    }
    void round() {
        subnet->begin_round();
        REQUIRE(execute_round(*subnet));
        REQUIRE(subnet->end_round());
    }
    /// What is certified of it; or "absent", "unknown".
    std::string at(std::initializer_list<Bytes> labels) {
        const LabelPath path = path_of(labels);
        const auto bytes = subnet->certificate_of({path});
        REQUIRE(bytes);
        const auto value = cbor::decode(*bytes);
        const HashTree tree = *decode_hash_tree(*cbor::find(*value->as<cbor::Map>(), "tree"));
        CHECK(is_well_formed(tree));
        const Lookup found = lookup(tree, path);
        constexpr std::string_view others[] = {"", "absent", "unknown", "error"};
        return found.status == Lookup::Status::found ? std::string(text_of(found.value))
                                                     : std::string(others[size_t(found.status)]);
    }
    std::string at(const MessageId& message, std::string_view label) {
        return at({bytes_of("request_status"), message, bytes_of(label)});
    }
};

}  // namespace

TEST_CASE("the status of a request is certified from its submission until it is forgotten") {
    CertifiedWorld world;
    CHECK(world.at(MessageId{9}, "status") == "absent");
    const MessageId replies = world.send("get_in_update"), rejects = world.send("refuse", "why");
    CHECK(world.at(replies, "status") == "received");
    CHECK(world.at(replies, "reply") == "absent");
    world.round();
    CHECK(world.at(replies, "status") == "replied");
    CHECK(world.at(replies, "reply").size() == 5);
    CHECK(world.at(replies, "reject_code") == "absent");
    CHECK(world.at(rejects, "status") == "rejected");
    CHECK(world.at(rejects, "reject_code") == "\4");
    CHECK(world.at(rejects, "reject_message") == "why");
    CHECK(world.at(rejects, "error_code") == "IC0406");
    world.subnet->forget_ingress(replies);
    REQUIRE(world.subnet->end_round());
    CHECK(world.at(replies, "status") == "absent");
    CHECK(world.at(rejects, "status") == "rejected");
}

TEST_CASE("what is certified of a canister follows it to its end") {
    CertifiedWorld world;
    const auto module_hash = [&] {
        return world.at({bytes_of("canister"), world.id.bytes(), bytes_of("module_hash")});
    };
    CHECK(module_hash() == text_of(sha256(module_of({}))));
    world.subnet->begin_round();
    REQUIRE(uninstall_code(
        *world.subnet,
        {.principal = default_caller(), .is_canister = false, .canister_version = {}}, world.id));
    REQUIRE(world.subnet->end_round());
    CHECK(module_hash() == "absent");
    world.subnet->begin_round();
    const StopRequest stop{SystemOrigin{}, 0, world.subnet->time_ns()};
    REQUIRE(stop_canister(*world.subnet, default_caller(), world.id, stop));
    REQUIRE(delete_canister(*world.subnet, default_caller(), world.id));
    REQUIRE(world.subnet->end_round());
    CHECK(world.at({bytes_of("canister"), world.id.bytes(), bytes_of("controllers")}) == "absent");
    CHECK(world.at({bytes_of("time")}) != "absent");
}

}  // namespace icvm::replica
