#include <catch2/catch.hpp>

#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

using test::TestSubnet;

namespace {

ByteVector module_with_sections() {
    test::ModuleBuilder builder(false);
    builder.custom("icp:public shown", "to all");
    builder.custom("icp:private hidden", "to some");
    return builder.build();
}

}  // namespace

TEST_CASE("the status has every field that agents read") {
    TestSubnet world("13");
    const Principal id = world.create("(record { amount = opt 1_000_000_000_000_000 })");
    REQUIRE(world.install(id, module_with_sections()) == "()");
    const std::string status = world.call("canister_status", TestSubnet::about(id));
    for (const char* part :
         {"status = variant { running }", "ready_for_migration = false", "version = 1 : nat64",
          "module_hash = opt blob", "wasm_binary_size = ", "canister_history_size = ",
          "log_memory_store_size = 0 : nat", "idle_cycles_burned_per_day = ", "query_stats = ",
          "log_visibility = variant { controllers }", "reserved_cycles = 0 : nat"})
        CHECK(status.contains(part));
    CHECK(world.call_as(world.stranger, "canister_status", TestSubnet::about(id))
              .starts_with("IC0512: Only the controllers of the canister "));
    CHECK(world.call_by(id, "canister_status", TestSubnet::about(id)).starts_with("(record"));
}

TEST_CASE("whom the visibility of the status allows may see it") {
    TestSubnet world;
    const Principal id = world.create(
        "(record { settings = opt record { status_visibility = opt variant { allowed_viewers = vec "
        "{ principal \"2vxsx-fae\" } } } })");
    const std::string about = TestSubnet::about(id);
    CHECK(world.call_as(Principal::anonymous(), "canister_status", about).starts_with("(record"));
    CHECK(world.call_as(world.stranger, "canister_status", about).starts_with("IC0512"));
}

TEST_CASE("metadata is told to those who may see it") {
    TestSubnet world;
    const Principal id = world.create(), other = world.create();
    const auto metadata = [&](const Principal& caller, const std::string& name) {
        return world.call_as(caller, "canister_metadata",
                             TestSubnet::about(id, "name = \"" + name + "\""));
    };
    CHECK(metadata(other, "shown") ==
          "IC0406: The canister " + id.text() +
              " has no Wasm module and hence no metadata is available.");
    REQUIRE(world.install(id, module_with_sections()) == "()");
    CHECK(metadata(other, "shown") == "(record { value = blob \"to all\" })");
    CHECK(metadata(world.user, "hidden") == "(record { value = blob \"to some\" })");
    CHECK(metadata(other, "hidden") ==
          "IC0406: The canister " + id.text() + " has no metadata section with the name hidden.");
}

TEST_CASE("the history tells the changes that are asked for, the newest of them") {
    TestSubnet world;
    const Principal id = world.create();
    REQUIRE(world.install(id, module_with_sections()) == "()");
    REQUIRE(world.call("uninstall_code", TestSubnet::about(id)) == "()");
    const auto info = [&](const std::string& count) {
        return world.call_by(id, "canister_info",
                             TestSubnet::about(id, "num_requested_changes = opt " + count));
    };
    CHECK(info("0").contains("total_num_changes = 3 : nat64"));
    CHECK(info("0").contains("recent_changes = vec {}"));
    CHECK(info("1").contains("code_uninstall"));
    CHECK(!info("1").contains("code_deployment"));
    CHECK(info("100").contains("creation"));
    CHECK(info("100").contains("mode = variant { install }"));
}

TEST_CASE("metrics tell what was consumed, to the controllers") {
    TestSubnet world("13");
    const Principal id = world.create("(record { amount = opt 1_000_000_000_000_000 })");
    REQUIRE(world.install(id, module_with_sections()) == "()");
    CHECK(
        !world.call("canister_metrics", TestSubnet::about(id)).contains("instructions = 0 : nat"));
    CHECK(world.call_as(world.stranger, "canister_metrics", TestSubnet::about(id))
              .starts_with("IC0512"));
}

TEST_CASE("logs are told by index and by time, to those who may see them") {
    TestSubnet world;
    const Principal id = world.create(), other = world.create();
    for (int i = 0; i < 3; i++)
        world.subnet->change(id).log.append(u64(100 + i), "line " + std::to_string(i), 4096);
    const auto logs = [&](const std::string& filter) {
        return world.query_by(other, "fetch_canister_logs", TestSubnet::about(id, filter));
    };
    CHECK(logs("") == "IC0406: Caller " + other.text() + " is not allowed to access canister logs");
    world.call(
        "update_settings",
        TestSubnet::about(id, "settings = record { log_visibility = opt variant { public } }"));
    CHECK(logs("").contains("line 0"));
    CHECK(logs("").contains("line 2"));
    const std::string one = logs("filter = opt variant { by_idx = record { start = 1; end = 2 } }");
    CHECK(one.contains("idx = 1 : nat64"));
    CHECK(!one.contains("idx = 0"));
    CHECK(!one.contains("idx = 2"));
    CHECK(logs("filter = opt variant { by_timestamp_nanos = record { start = 0; end = 101 } }")
              .contains("timestamp_nanos = 100 : nat64"));
    CHECK(world.call("fetch_canister_logs", TestSubnet::about(id)) ==
          "IC0406: fetch_canister_logs API is not accessible via ingress in replicated mode");
    CHECK(world.call_by(other, "fetch_canister_logs", TestSubnet::about(id)) ==
          "IC0406: fetch_canister_logs API is only accessible to end users in non-replicated mode");
}

TEST_CASE("what one machine cannot do is refused") {
    TestSubnet world;
    const Principal id = world.create();
    CHECK(world.call_by(id, "bitcoin_get_balance", "()") ==
          "IC0406: No bitcoin canisters available.");
    CHECK(world.call_by(id, "subnet_info", "(record { subnet_id = principal \"2vxsx-fae\" })")
              .starts_with("IC0406: Provided target subnet ID 2vxsx-fae does not match current "
                           "subnet ID "));
    CHECK(world
              .call_by(id, "subnet_info",
                       "(record { subnet_id = " + TestSubnet::text_of_id(subnet_id()) + " })")
              .contains("registry_version = 1"));
    CHECK(world.call_by(id, "list_canisters", "()") ==
          "IC0406: The caller is not authorized to call this method.");
    CHECK(world
              .call_by(id, "http_request",
                       "(record { url = \"https://x\"; method = variant { get }; headers = vec {} "
                       "})")
              .starts_with("IC0406: HTTPS outcalls are not possible here"));
}

}  // namespace icvm::replica
