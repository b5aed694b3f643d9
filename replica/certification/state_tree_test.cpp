#include "replica/certification/state_tree.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "replica/certification/state_double.hpp"
#include "replica/codec/test_hex.hpp"

namespace icvm::replica {

namespace {

using test::hex, test::path_of, test::StateDouble;
using Status = Lookup::Status;

const Principal subnet = Principal::self_authenticating(bytes_of("key"));
const Principal node = Principal::self_authenticating(bytes_of("node key"));
const Sha256 module_hash = sha256(bytes_of("module"));
const RequestId replied = sha256(bytes_of("replied")), rejected = sha256(bytes_of("rejected"));

Principal id(u64 index) { return Principal::canister(first_canister_index + index); }

StateTree new_tree() {
    return StateTree({.id = subnet,
                      .public_key = bytes_of("key"),
                      .nodes = {{node, {'n'}}},
                      .ranges = {{id(0), id(0xFF)}, {id(0x200), id(0x2FF)}}});
}

/// Three canisters, of which the last is empty, and two requests.
struct Example {
    StateDouble state;
    StateTree tree = new_tree();

    Example() {
        state.canisters[id(0)] = {{id(7), Principal::anonymous()}, module_hash, {1, 2}};
        state.canisters[id(1)] = {{}, module_hash, {}};
        state.canisters[id(2)] = {{id(1)}, std::nullopt, {}};
        state.metadata[module_hash] = {{"candid:service", {'s'}}, {"motoko:stable-types", {'t'}}};
        state.requests[replied] = {"replied", ByteVector{'r'}, std::nullopt};
        state.requests[rejected] = {"rejected", std::nullopt, RejectCode::canister_error};
        for (const auto& [id, canister] : state.canisters) tree.note_canister(id);
        for (const auto& [id, request] : state.requests) tree.note_request(id);
    }
    /// The value at a path, in hexadecimal digits, or what else is known of it.
    std::string at(std::initializer_list<Bytes> labels) {
        const LabelPath path = path_of(labels);
        const auto shown = tree.witness(state.view(), std::array{path});
        REQUIRE(shown);
        CHECK(is_well_formed(*shown));
        CHECK(root_hash(*shown) == *tree.root_hash(state.view()));
        const Lookup found = lookup(*shown, path);
        constexpr std::string_view others[] = {"", "absent", "unknown", "error"};
        return found.status == Status::found ? hex(found.value)
                                             : std::string(others[size_t(found.status)]);
    }
    std::string at(const Principal& canister, std::string_view label) {
        return at({bytes_of("canister"), canister.bytes(), bytes_of(label)});
    }
    std::string at(const RequestId& request, std::string_view label) {
        return at({bytes_of("request_status"), request, bytes_of(label)});
    }
};

std::string digits(std::string_view text) { return hex(bytes_of(text)); }

}  // namespace

TEST_CASE("the time is in the tree as LEB128") {
    Example example;
    example.state.time_ns = 300;
    CHECK(example.at({bytes_of("time")}) == "ac02");
}

TEST_CASE("a canister's information is in the tree") {
    Example example;
    CHECK(example.at(id(0), "certified_data") == "0102");
    CHECK(example.at(id(0), "module_hash") == hex(module_hash));
    CHECK(example.at(id(0), "controllers") == "d9d9f7824a" + hex(id(7).bytes()) + "4104");
    CHECK(example.at(id(1), "controllers") == "d9d9f780");
    CHECK(example.at(id(0), "canister_creation_timestamp") == "01");
    CHECK(example.at(id(0), "last_install_timestamp") == "absent");
    CHECK(example.at(id(1), "certified_data") == "");
}

TEST_CASE("an empty canister has controllers, and nothing of code") {
    Example example;
    CHECK(example.at(id(2), "controllers") == "d9d9f7814a" + hex(id(1).bytes()));
    CHECK(example.at(id(2), "module_hash") == "absent");
    CHECK(example.at(id(2), "certified_data") == "absent");
    CHECK(example.at(id(2), "metadata") == "absent");
}

TEST_CASE("metadata are in the tree by their names") {
    Example example;
    const auto metadata = [&](std::string_view name) {
        return example.at(
            {bytes_of("canister"), id(0).bytes(), bytes_of("metadata"), bytes_of(name)});
    };
    CHECK(metadata("candid:service") == digits("s"));
    CHECK(metadata("motoko:stable-types") == digits("t"));
    CHECK(metadata("candid:args") == "absent");
    CHECK(example.at(id(0), "metadata") == "error");
}

TEST_CASE("that there is no such canister, request or label can be proved") {
    Example example;
    CHECK(example.at(id(3), "module_hash") == "absent");
    CHECK(example.at(Principal(), "module_hash") == "absent");
    CHECK(example.at({bytes_of("canister"), ByteVector(40, 0xFF), bytes_of("x")}) == "absent");
    CHECK(example.at(id(0), "color") == "absent");
    CHECK(example.at(RequestId{}, "status") == "absent");
    CHECK(example.at({bytes_of("request_status"), bytes_of("short")}) == "absent");
    CHECK(example.at({bytes_of("streams")}) == "absent");
    CHECK(example.at({bytes_of("time"), bytes_of("x")}) == "absent");
    Example nothing;
    nothing.tree = new_tree();
    nothing.state = {};
    CHECK(nothing.at(id(0), "module_hash") == "absent");
    CHECK(nothing.at(replied, "status") == "absent");
}

TEST_CASE("the status of a request is in the tree, with its reply or its reject") {
    Example example;
    CHECK(example.at(replied, "status") == digits("replied"));
    CHECK(example.at(replied, "reply") == digits("r"));
    CHECK(example.at(replied, "reject_code") == "absent");
    CHECK(example.at(rejected, "status") == digits("rejected"));
    CHECK(example.at(rejected, "reply") == "absent");
    CHECK(example.at(rejected, "reject_code") == "05");
    CHECK(example.at(rejected, "reject_message") == digits("no"));
    CHECK(example.at(rejected, "error_code") == digits("IC0503"));
}

TEST_CASE("the subnet, its nodes and its canister ranges are in the tree") {
    Example example;
    const auto own = [&](std::initializer_list<Bytes> labels) {
        LabelPath path = path_of({bytes_of("subnet"), subnet.bytes()});
        for (const Bytes label : labels) path.emplace_back(label.begin(), label.end());
        const auto shown = example.tree.witness(example.state.view(), std::array{path});
        return hex(lookup(*shown, path).value);
    };
    const std::string ranges = "d9d9f782824a" + hex(id(0).bytes()) + "4a" + hex(id(0xFF).bytes()) +
                               "824a" + hex(id(0x200).bytes()) + "4a" + hex(id(0x2FF).bytes());
    CHECK(own({bytes_of("public_key")}) == digits("key"));
    CHECK(own({bytes_of("type")}) == digits("application"));
    CHECK(own({bytes_of("canister_ranges")}) == ranges);
    CHECK(own({bytes_of("node"), node.bytes(), bytes_of("public_key")}) == digits("n"));
    CHECK(example.at({bytes_of("canister_ranges"), subnet.bytes(), id(0).bytes()}) == ranges);
}

TEST_CASE("a path shows nothing of other canisters, and never all of them") {
    Example example;
    const std::array paths = {path_of({bytes_of("canister"), id(0).bytes()}),
                              path_of({bytes_of("canister")}), LabelPath{}};
    const HashTree shown = *example.tree.witness(example.state.view(), paths);
    const auto status = [&](const Principal& canister, std::string_view label) {
        return lookup(shown, path_of({bytes_of("canister"), canister.bytes(), bytes_of(label)}))
            .status;
    };
    CHECK(status(id(0), "controllers") == Status::found);
    CHECK(status(id(1), "controllers") == Status::unknown);
    CHECK(lookup(shown, path_of({bytes_of("time")})).status == Status::unknown);
}

TEST_CASE("the tree follows from the state, whatever its history") {
    std::mt19937 random(1);
    StateDouble state;
    StateTree kept = new_tree();
    const Sha256 modules[] = {module_hash, sha256(bytes_of("other"))};
    state.metadata[modules[0]] = {{"a", {1}}};
    for (int round = 0; round < 60; round++) {
        for (unsigned changes = random() % 5; changes > 0; changes--) {
            const Principal canister = id(random() % 40);
            const RequestId request = sha256(std::array{u8(random() % 40)});
            kept.note_canister(canister);
            kept.note_request(request);
            if (random() % 4 == 0) {
                state.canisters.erase(canister);
                state.requests.erase(request);
            } else {
                auto& changed = state.canisters[canister];
                changed.certified_data = {u8(random())};
                changed.module_hash = modules[random() % 2];
                state.requests[request] = {"processing", std::nullopt, std::nullopt};
            }
        }
        state.time_ns++;
        StateTree made_at_once = new_tree();
        for (const auto& [id, canister] : state.canisters) made_at_once.note_canister(id);
        for (const auto& [id, request] : state.requests) made_at_once.note_request(id);
        REQUIRE(*kept.root_hash(state.view()) == *made_at_once.root_hash(state.view()));
    }
}

TEST_CASE("only what was noted is looked at again, and a module's metadata once") {
    Example example;
    StateDouble& state = example.state;
    REQUIRE(example.tree.root_hash(state.view()));
    CHECK(state.canisters_seen == 3);
    CHECK(state.requests_seen == 2);
    CHECK(state.metadata_seen == 1);
    state.canisters[id(1)].certified_data = {9};
    example.tree.note_canister(id(1));
    example.tree.note_canister(id(1));
    CHECK(state.canisters_seen == 3);
    const LabelPath path =
        path_of({bytes_of("canister"), id(0).bytes(), bytes_of("certified_data")});
    REQUIRE(example.tree.witness(state.view(), std::array{path}));
    CHECK(state.canisters_seen == 5);
    CHECK(state.requests_seen == 2);
    CHECK(state.metadata_seen == 1);
}

TEST_CASE("metadata that cannot be read are an error, and asked for again") {
    Example example;
    example.state.reads_fail = true;
    REQUIRE(!example.tree.root_hash(example.state.view()));
    CHECK(example.tree.root_hash(example.state.view()).error().message == "cannot read");
    example.state.reads_fail = false;
    CHECK(example.at(id(1), "certified_data") == "");
    CHECK(example.at(id(0), "certified_data") == "0102");
}

}  // namespace icvm::replica
