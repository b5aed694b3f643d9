// Rounds that are too small for all there is to do: nobody waits for ever.

#include <catch2/catch.hpp>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

constexpr size_t canisters = 8;

/// With a heartbeat that does nothing, and a method that replies.
ByteVector module_with_heartbeat() {
    ModuleBuilder module;
    const u32 reply = module.import("msg_reply");
    module.method("canister_heartbeat", {});
    module.method("canister_update answer", call(reply));
    return module.build();
}

/// Six executions fill a round.
Options small_rounds() {
    return {.cycles = "", .guard = false, .progress = {}, .round_instructions = 12'000'000};
}

std::vector<Principal> install_all(Replica& replica) {
    std::vector<Principal> ids;
    for (size_t i = 0; i < canisters; i++) {
        const auto made = replica.create_and_install("c" + std::to_string(i),
                                                     {.module = module_with_heartbeat()});
        REQUIRE(made);
        ids.push_back(made->id);
    }
    return ids;
}

}  // namespace

TEST_CASE("heartbeats that would fill every round leave room for messages") {
    World world(small_rounds());
    const std::vector<Principal> ids = install_all(world.replica);
    const auto message = world.replica.submit({ids.back(), "answer", {}});
    REQUIRE(message);
    for (int round = 0; round < 3; round++) REQUIRE(world.replica.tick());
    const IngressStatus* status = world.replica.message_status(*message);
    REQUIRE(status);
    CHECK(status->state == IngressState::replied);
}

TEST_CASE("when a round has no room for all heartbeats, canisters take turns") {
    World world(small_rounds());
    const std::vector<Principal> ids = install_all(world.replica);
    std::vector<u64> versions;
    for (const Principal& id : ids) versions.push_back(world.replica.canister(id)->version);
    for (size_t round = 0; round < canisters; round++) REQUIRE(world.replica.tick());
    for (size_t i = 0; i < canisters; i++) {
        INFO("canister " << i);
        CHECK(world.replica.canister(ids[i])->version > versions[i]);
    }
}

TEST_CASE("the only canister that waits may be gone from the queue while its message runs") {
    World world;
    const std::vector<Principal> ids = install_all(world.replica);
    for (int i = 0; i < 3; i++) REQUIRE(world.replica.update({ids[0], "answer", {}}));
    CHECK(world.replica.is_idle());
}

}  // namespace icvm::replica
