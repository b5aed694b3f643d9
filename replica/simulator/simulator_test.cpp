#include <catch2/catch.hpp>

#include "replica/simulator/outcome.hpp"

using namespace icvm;
using namespace icvm::replica;
using namespace icvm::replica::simulator;

TEST_CASE("random worlds keep the invariants, and disturbances leave no trace") {
    const auto modules = read_modules();
    REQUIRE(modules);
    for (u64 seed = 1; seed <= 8; seed++) {
        const auto outcome = make_world(seed, world_rounds, *modules);
        INFO((outcome
                  ? ""
                  : outcome.error().text + "\n" + command_of(seed, world_rounds, outcome.error())));
        REQUIRE(outcome);
        CHECK(outcome->tally.messages > 0);
    }
}
