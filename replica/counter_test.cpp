// Real canisters: five builds of one counter (docs/examples/counter), upgraded as in the tutorial.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

const std::string folder = "docs/examples/counter/";

ByteVector file(const std::string& name) {
    std::ifstream in(folder + name, std::ios::binary);
    INFO(name);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The number in a Candid reply of one nat below 128, or nat64.
int number(const std::string& reply) {
    INFO(reply);
    REQUIRE(reply.starts_with("DIDL"));
    return u8(reply[7]);
}

const std::string no_arguments("DIDL\0\0", 6);

void replay(const std::string& name, std::optional<WasmMemoryPersistence> persistence, bool reopens,
            bool guard) {
    INFO(name);
    World world(Options{.guard = guard, .progress = {}});
    const auto again = [&] {
        if (reopens) world.reopen();
    };
    REQUIRE(world.install(file(name + "/counter1.wasm"), InstallMode::install, no_arguments));
    for (const int value : {1, 2, 3}) {
        again();
        CHECK(number(world.update("inc", no_arguments)) == value);
    }
    again();
    REQUIRE(world.replica.stop_canister(world.id));
    again();
    const auto upgraded = world.upgrade(file(name + "/counter2.wasm"), persistence);
    CHECK(World::error_of(upgraded) == "no error");
    again();
    REQUIRE(world.replica.start_canister(world.id));
    for (const int value : {6, 9}) {
        again();
        CHECK(number(world.update("inc", no_arguments)) == value);
    }
}

}  // namespace

TEST_CASE("the tutorial's counters keep their value across the upgrade") {
    vm::install_fault_handler();
    for (const bool reopens : {false, true})
        for (const bool guard : {false, true}) {
            replay("motoko", WasmMemoryPersistence::keep, reopens, guard);
            replay("motoko-classical", {}, reopens, guard);
            replay("c", {}, reopens, guard);
            replay("rust", {}, reopens, guard);
            replay("wat", {}, reopens, guard);
        }
}

}  // namespace icvm::replica
