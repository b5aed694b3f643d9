#include <catch2/catch.hpp>

#include "replica/system_api/direct_call.hpp"

namespace icvm::replica {

namespace {

using test::DirectCall;

const std::map<std::string, std::string> environment = {
    {"", "nameless"}, {"\u00E9", "last"}, {"B", ""}, {"a", "value of a"}};

const std::string violated = "IC0504: Canister violated contract: ";

}  // namespace

TEST_CASE("environment variables are counted in the order of their names' bytes") {
    DirectCall call;
    CHECK(call("env_var_count") == "");
    CHECK(call.result == 0);
    call.execution.environment = &environment;
    call("env_var_count");
    CHECK(call.result == 4);
    const char* names[] = {"", "B", "a", "\u00E9"};
    for (u64 i = 0; i < 4; i++) {
        const std::string name = names[i];
        CHECK(call("env_var_name_size", {i}) == "");
        CHECK(call.result == name.size());
        CHECK(call("env_var_name_copy", {i, 100, 0, name.size()}) == "");
        CHECK(call.text(100, name.size()) == name);
    }
    CHECK(call("env_var_name_copy", {3, 100, 1, 1}) == "");
    CHECK(call.text(100, 1) == "\xA9");
}

TEST_CASE("environment variables are found by name") {
    DirectCall call;
    call.execution.environment = &environment;
    call.put(10, "a");
    CHECK(call("env_var_name_exists", {10, 1}) == "");
    CHECK(call.result == 1);
    CHECK(call("env_var_name_exists", {10, 2}) == "");
    CHECK(call.result == 0);
    CHECK(call("env_var_name_exists", {10, 0}) == "");
    CHECK(call.result == 1);
    CHECK(call("env_var_value_size", {10, 1}) == "");
    CHECK(call.result == 10);
    CHECK(call("env_var_value_copy", {10, 1, 200, 6, 4}) == "");
    CHECK(call.text(200, 4) == "of a");
}

TEST_CASE("what is no variable traps with mainnet's words") {
    DirectCall call;
    call.execution.environment = &environment;
    const std::string no_index =
        "IC0504: Environment variable index 4 is out of bounds. The number of environment "
        "variables is 4.\n";
    CHECK(call("env_var_name_size", {4}) == no_index);
    CHECK(call("env_var_name_copy", {4, 70000}) == no_index);
    CHECK(call("env_var_name_copy", {2, 65536, 0, 1})
              .starts_with(violated +
                           "ic0.env_var_name_copy heap: src=65536 + length=1 exceeds the "
                           "slice size=65536\nIf"));
    CHECK(call("env_var_name_copy", {2, 0, 1, 1})
              .starts_with(violated + "ic0.env_var_name_copy name: src=1 + length=1 exceeds the "
                                      "slice size=1\nIf"));
    call.put(10, "zz");
    CHECK(call("env_var_value_size", {10, 2}) == "IC0504: Environment variable zz not found.\n");
    CHECK(call("env_var_value_copy", {10, 2, 70000}) ==
          "IC0504: Environment variable zz not found.\n");
    call.put(10, "a");
    CHECK(call("env_var_value_copy", {10, 1, 65530, 0, 10})
              .starts_with(violated + "ic0.env_var_value_copy heap: src=65530 + length=10"));
    CHECK(call("env_var_value_copy", {10, 1, 0, 1, 10})
              .starts_with(violated + "ic0.env_var_value_copy value: src=1 + length=10 exceeds the "
                                      "slice size=10\nIf"));
    call.put(10, "\xFF");
    for (const auto& [name, where] :
         {std::pair<std::string, std::string>("env_var_name_exists", "heap"),
          {"env_var_value_size", "heap"},
          {"env_var_value_copy", "name"}}) {
        CHECK(call(name, {10, 1}) ==
              violated + "ic0." + name +
                  ": Variable name is not a valid UTF-8 string.\nProvide a valid UTF-8 string for "
                  "the environment variable name.");
        CHECK(call(name, {0, 129}) == violated + "ic0." + name + ": Variable name is too large.\n");
        CHECK(call(name, {65535, 2})
                  .starts_with(violated + "ic0." + name + " " + where +
                               ": src=65535 + length=2 exceeds"));
    }
}

TEST_CASE("performance counters: of the execution, of its call context, and no others") {
    DirectCall call;
    call.execution.instructions_before = 1'000'000;
    CHECK(call("performance_counter", {0}) == "");
    CHECK(call.result == 200);
    CHECK(call("performance_counter", {1}) == "");
    CHECK(call.result == 1'000'200);
    CHECK(call("performance_counter", {2}) ==
          violated + "Error getting performance counter type 2\n");
}

}  // namespace icvm::replica
