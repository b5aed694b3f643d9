#include <catch2/catch.hpp>

#include "replica/simulator/simulation.hpp"

using namespace icvm;
using namespace icvm::replica;
using namespace icvm::replica::simulator;

TEST_CASE("random worlds keep the invariants, and disturbances leave no trace") {
    const auto modules = read_modules();
    REQUIRE(modules);
    for (u64 seed = 1; seed <= 4; seed++) {
        INFO("simulator --seed " << seed << " --rounds 300");
        Simulation disturbed(seed, true, *modules), quiet(seed, false, *modules);
        const auto hash = disturbed.run(300), again = quiet.run(300);
        INFO((hash ? "" : hash.error().text) << (again ? "" : again.error().text));
        REQUIRE(hash);
        REQUIRE(again);
        CHECK(*hash == *again);
        CHECK(disturbed.tally().messages > 0);
    }
}
