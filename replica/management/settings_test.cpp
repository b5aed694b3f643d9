#include <catch2/catch.hpp>

#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

namespace {

struct SettingsSubnet : test::TestSubnet {
    using TestSubnet::TestSubnet;
    Principal id = create();

    std::string update(const std::string& settings) {
        return call("update_settings", about(id, "settings = record { " + settings + " }"));
    }
};

}  // namespace

TEST_CASE("settings that are given change, and the version with them; others stay") {
    SettingsSubnet world;
    const u64 version = world.canister(world.id).version;
    CHECK(world.update("freezing_threshold = opt 7; wasm_memory_limit = opt 1_000_000") == "()");
    const Settings& settings = world.canister(world.id).settings;
    CHECK(settings.freezing_threshold == 7);
    CHECK(settings.wasm_memory_limit == 1'000'000);
    CHECK(settings.log_memory_limit == 4096);
    CHECK(settings.is_controller(world.user));
    CHECK(world.canister(world.id).version == version + 1);
    CHECK(world.update("") == "()");
    CHECK(world.canister(world.id).version == version + 2);
}

TEST_CASE("new controllers are a change of the history, and the old ones are none any more") {
    SettingsSubnet world;
    const u64 changes = world.canister(world.id).history.total;
    CHECK(world.update("controllers = opt vec { " + test::TestSubnet::text_of_id(world.stranger) +
                       " }") == "()");
    CHECK(world.canister(world.id).history.total == changes + 1);
    CHECK(world.update("") ==
          "IC0512: Only the controllers of the canister bkyz2-fmaaa-aaaaa-qaaaq-cai can control "
          "it.\nCanister's controllers: " +
              world.stranger.text() + "\nSender's ID: " + world.user.text() +
              "\nExecute this call from a controller of the target canister or add the current "
              "caller as a controller. See documentation: "
              "https://internetcomputer.org/docs/current/references/"
              "execution-errors#invalid-controller");
}

TEST_CASE("settings out of range change nothing") {
    SettingsSubnet world;
    const Settings before = world.canister(world.id).settings;
    CHECK(world.update("freezing_threshold = opt 7; compute_allocation = opt 101") ==
          "IC0504: ComputeAllocation expected to be in the range [0..100], got 101");
    CHECK(world.update("log_memory_limit = opt 1") ==
          "IC0406: The canister log memory limit 1 is too low. It must be at least 4096.");
    CHECK(world.canister(world.id).settings == before);
}

TEST_CASE("compute and memory are what the subnet has left") {
    SettingsSubnet world;
    for (int i = 0; i < 2; i++) {
        world.id = world.create();
        CHECK(world.update("compute_allocation = opt 100") == "()");
    }
    world.id = world.create();
    CHECK(world.update("compute_allocation = opt 100")
              .starts_with("IC0101: Canister requested a compute allocation of 100% which cannot "
                           "be satisfied because the Subnet's remaining compute capacity is 99%."));
    CHECK(world.update("compute_allocation = opt 99") == "()");
    CHECK(world.update("memory_allocation = opt 3_298_534_883_328")
              .starts_with("IC0101: Canister requested 3.00 TiB of memory but only 509.50 GiB "
                           "are available in the subnet."));
}

TEST_CASE("an allocation must not freeze the canister; a threshold may") {
    SettingsSubnet world("13");
    CHECK(world.update("compute_allocation = opt 50; freezing_threshold = opt 1_000_000_000")
              .starts_with("IC0530: Cannot increase compute allocation to 50% due to insufficient "
                           "cycles. At least 499_9"));
    CHECK(world.update("memory_allocation = opt 536_870_912_000")
              .starts_with("IC0531: Cannot increase memory allocation to 500.00 GiB due to "
                           "insufficient cycles."));
    CHECK(world.update("freezing_threshold = opt 100_000_000_000_000") == "()");
}

}  // namespace icvm::replica
