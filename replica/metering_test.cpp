// A state keeps the metering that it was created with (docs/metering.md, "Versions").

#include <catch2/catch.hpp>

#include "replica/state/subnet_record.hpp"
#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

SubnetRecord record_of(World& world) {
    return decode_subnet_record(world.storage->records.at(std::string(subnet_key))).value();
}

}  // namespace

TEST_CASE("a new state takes the metering it is given, and has it in its record") {
    const vm::CostVersion* first = vm::find_cost_version("2025-10");
    REQUIRE(first);
    World world({.metering = first, .guard = false, .progress = {}});
    CHECK(&world.replica.metering() == first);
    REQUIRE(world.install(module_of({})));
    CHECK(record_of(world).metering == "2025-10");
    World unsaid;
    CHECK(&unsaid.replica.metering() == &vm::default_costs());
}

TEST_CASE("a state whose metering is not known is not opened") {
    World world;
    REQUIRE(world.install(module_of({})));
    SubnetRecord record = record_of(world);
    record.metering = "2031-01";
    world.storage->records[std::string(subnet_key)] = encode(record);
    const auto opened =
        Replica::open(std::make_unique<SharedStorage>(world.storage), world.options);
    CHECK(World::error_of(opened) ==
          "the state counts instructions by metering 2031-01, which this icvm does not know");
}

}  // namespace icvm::replica
