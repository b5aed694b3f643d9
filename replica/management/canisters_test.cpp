#include <catch2/catch.hpp>

#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

using test::TestSubnet;

TEST_CASE("a canister pays for the one that it creates, and gives it the rest") {
    TestSubnet world("13");
    const Principal creator = world.create();
    CHECK(world.call_by(creator, "create_canister", "(record {})", 1'000'000) ==
          "IC0403: Creating a canister requires a fee of 500_000_000_000 that is deducted from the "
          "canister's initial balance but only 1_000_000 cycles were received with the "
          "create_canister request.\nTry sending more cycles with the request. See documentation: "
          "https://internetcomputer.org/docs/current/references/"
          "execution-errors#create-canister-not-enough-cycles");
    CHECK((world.refund == 1'000'000));
    CHECK(world.call_by(creator, "create_canister", "(record {})", 600'000'000'000)
              .starts_with("(record { canister_id = principal"));
    CHECK((world.refund == 0));
    const Canister& made =
        world.canister(Principal::canister(world.subnet->record().next_canister - 1));
    CHECK((made.cycles == 100'000'000'000));
    CHECK((made.consumed.creation == 500'000'000'000));
    CHECK(made.controllers() == std::vector{creator});
}

TEST_CASE("nobody controls a canister whose list of controllers is empty") {
    TestSubnet world;
    const Principal id =
        world.create("(record { settings = opt record { controllers = opt vec {} } })");
    CHECK(world.canister(id).controllers().empty());
}

TEST_CASE("a specified id is one of mainnet's") {
    TestSubnet world;
    const auto create = [&](const std::string& id) {
        return world.call("provisional_create_canister_with_cycles",
                          "(record { specified_id = opt principal \"" + id + "\" })");
    };
    CHECK(create("rwlgt-iiaaa-aaaaa-aaaaa-cai") ==
          "(record { canister_id = principal \"rwlgt-iiaaa-aaaaa-aaaaa-cai\" })");
    CHECK(create("rwlgt-iiaaa-aaaaa-aaaaa-cai") ==
          "IC0205: Unsuccessful canister creation: canister id rwlgt-iiaaa-aaaaa-aaaaa-cai already "
          "exists");
    CHECK(create("bkyz2-fmaaa-aaaaa-qaaaq-cai")
              .starts_with("IC0408: The `specified_id` bkyz2-fmaaa-aaaaa-qaaaq-cai is invalid "
                           "because it belongs to the canister allocation ranges"));
    CHECK(create("2vxsx-fae").starts_with("IC0405: Unsuccessful validation of specified ID: "));
}

TEST_CASE("cycles are deposited by anybody, and made by a top-up") {
    TestSubnet world;
    const Principal from = world.create(), to = world.create("(record { amount = opt 5 })");
    CHECK(world.call_by(from, "deposit_cycles", TestSubnet::about(to), 7) == "()");
    CHECK((world.refund == 0));
    CHECK(world.call("provisional_top_up_canister", TestSubnet::about(to, "amount = 30")) == "()");
    CHECK((world.canister(to).cycles == 42));
    CHECK(world.call_by(from, "deposit_cycles", TestSubnet::about(Principal::canister(1)), 7) ==
          "IC0301: Canister " + Principal::canister(1).text() + " not found.");
    CHECK((world.refund == 7));
}

TEST_CASE("the history of a new canister tells its controllers, and what names it was given") {
    TestSubnet world;
    const Principal id = world.create(
        "(record { settings = opt record { environment_variables = opt vec { record { name = \"a\";"
        " value = \"b\" } } } })");
    const std::string info = world.call_by(world.create(), "canister_info",
                                           TestSubnet::about(id, "num_requested_changes = opt 9"));
    CHECK(info.contains("total_num_changes = 1 : nat64"));
    CHECK(info.contains("environment_variables_hash = opt blob"));
    CHECK(info.contains("from_user = record { user_id = " + TestSubnet::text_of_id(world.user)));
}

TEST_CASE("a canister must be stopped before it is deleted, and not by itself") {
    TestSubnet world;
    const Principal id = world.create();
    CHECK(world.call("delete_canister", TestSubnet::about(id))
              .starts_with("IC0510: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai must be stopped before it "
                           "is deleted.\nStop the canister before deleting it."));
    CHECK(world.call_by(id, "delete_canister", TestSubnet::about(id))
              .starts_with("IC0512: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai cannot delete itself.\n"));
    CHECK(world.call("stop_canister", TestSubnet::about(id)) == "()");
    CHECK(world.call("delete_canister", TestSubnet::about(id)) == "()");
    CHECK(world.subnet->find(id) == nullptr);
}

TEST_CASE("a canister that tells a wrong version of itself is refused") {
    TestSubnet world;
    const Principal id = world.create();
    CHECK(world.call_by(id, "uninstall_code",
                        TestSubnet::about(id, "sender_canister_version = opt 7")) != "()");
}

}  // namespace icvm::replica
