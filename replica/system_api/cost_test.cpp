#include <catch2/catch.hpp>

#include "replica/candid/native.hpp"
#include "replica/system_api/direct_call.hpp"

namespace icvm::replica {

namespace {

using test::DirectCall;

const std::string violated = "IC0504: Canister violated contract: ";
constexpr u64 at = 1000;  ///< where costs are written

/// Of the outcall that replica/cycles/cost_schedule_test.cpp works out by hand.
constexpr u128 outcall_cost = 77'233'156;

std::string parameters(std::string_view outcall_type) {
    const std::string text =
        "(record { request_bytes = 1_000 : nat64; http_roundtrip_time_ms = 2_000 : nat64; "
        "raw_response_bytes = 3_000 : nat64; transformed_response_bytes = 2_000 : nat64; "
        "transform_instructions = 1_000_000 : nat64" +
        std::string(outcall_type) + " })";
    const ByteVector bytes = candid::encode_arguments(text, nullptr, nullptr).value();
    return std::string(text_of(bytes));
}

}  // namespace

TEST_CASE("costs are those of the subnet's schedule") {
    for (const bool memory64 : {false, true})
        for (const CostSchedule& schedule : cost_schedules) {
            DirectCall call(memory64);
            call.execution.schedule = &schedule;
            CHECK(call("cost_call", {10, 7, at}) == "");
            CHECK(call.cycles(at) == schedule.call(17, memory64));
            CHECK(call("cost_create_canister", {at}) == "");
            CHECK(call.cycles(at) == schedule.create_canister());
            CHECK(call("cost_http_request", {100, 2000, at}) == "");
            CHECK(call.cycles(at) == schedule.http_request(100, 2000));
            CHECK(call("subnet_self_node_count") == "");
            CHECK(call.result == 13);
        }
    DirectCall call;
    CHECK(call("cost_call", {~u64(0), ~u64(0), at}) == "");
    CHECK(call.cycles(at) == cost_schedules[0].call(~u64(0), false));
}

TEST_CASE("keys have a price, by algorithm and name") {
    for (const auto& [name, algorithms] : {std::pair<const char*, u64>("cost_sign_with_ecdsa", 2),
                                           {"cost_sign_with_schnorr", 2},
                                           {"cost_vetkd_derive_key", 1}}) {
        DirectCall call;
        INFO(name);
        for (const std::string_view key : {"dfx_test_key", "test_key_1", "key_1"})
            for (u64 algorithm = 0; algorithm < algorithms; algorithm++) {
                call.put(0, key);
                CHECK(call(name, {0, key.size(), algorithm, at}) == "");
                CHECK(call.result == 0);
                CHECK(call.cycles(at) == 10'000'000'000);
            }
        call.put(at, "untouched, sixteen");
        call.put(0, "key_2");
        CHECK(call(name, {0, 5, 0, at}) == "");
        CHECK(call.result == 2);
        CHECK(call(name, {0, 5, algorithms, at}) == "");
        CHECK(call.result == 1);
        CHECK(call.text(at, 18) == "untouched, sixteen");
        call.put(0, "key\xFF");
        CHECK(call(name, {0, 4, 99, at})
                  .starts_with(violated + "Failed to decode key name key\uFFFD\nIf"));
        CHECK(call(name, {65535, 2, 99, at})
                  .starts_with(violated + "ic0." + name + " heap: src=65535 + length=2 exceeds"));
        call.put(0, "key_1");
        CHECK(call(name, {0, 5, 0, 65521})
                  .starts_with(violated + "ic0_" + name +
                               " failed because dst + size is out of bounds.Found dst = 65521 and "
                               "size = 16 while must be <= 65536\nIf"));
        CHECK(call.used == 505);
    }
}

TEST_CASE("an outcall of pricing version 2 is described in Candid") {
    DirectCall call;
    const auto cost = [&](std::string_view outcall_type) {
        const std::string bytes = parameters(outcall_type);
        call.put(0, bytes);
        CHECK(call("cost_http_request_v2", {0, bytes.size(), at}) == "");
        CHECK(call.used == 10'000);
        return call.cycles(at);
    };
    CHECK(cost("") == outcall_cost);
    CHECK(cost("; outcall_type = null") == outcall_cost);
    CHECK(cost("; outcall_type = opt variant { fully_replicated = null }") == outcall_cost);
    CHECK(cost("; something = \"else\"") == outcall_cost);
    HttpOutcall outcall{1'000, 2'000, 3'000, 2'000, 1'000'000, HttpOutcall::Kind::non_replicated};
    CHECK(cost("; outcall_type = opt variant { non_replicated = null }") ==
          cost_schedules[0].http_request(outcall));
    outcall.kind = HttpOutcall::Kind::flexible;
    outcall.replication = {9, 13, 13};
    CHECK(cost("; outcall_type = opt variant { flexible = null : opt record {} }") ==
          cost_schedules[0].http_request(outcall));
    outcall.replication = {1, 2, 3};
    CHECK(cost("; outcall_type = opt variant { flexible = opt record { min_responses = 1 : nat32; "
               "max_responses = 2 : nat32; total_requests = 3 : nat32 } }") ==
          cost_schedules[0].http_request(outcall));
    call.execution.schedule = find_cost_schedule("free");
    CHECK(cost("") == 0);
}

TEST_CASE("what describes no outcall traps") {
    DirectCall call;
    const std::string refused = violated + "Failed to decode HttpRequestV2CostParams from Candid: ";
    CHECK(call("cost_http_request_v2", {0, 0, at}).starts_with(refused));
    CHECK(call("cost_http_request_v2", {0, 5000, at}).starts_with(refused + "it is too large"));
    const std::string bytes = parameters("");
    call.put(0, bytes);
    for (u64 size = 0; size < bytes.size(); size++)
        CHECK(call("cost_http_request_v2", {0, size, at}).starts_with(refused));
    // A field that is a vec of 100,000 nulls, in a few bytes.
    const std::string nulls("DIDL\x02\x6D\x7F\x6C\x01\x00\x00\x01\x01\xA0\x8D\x06", 16);
    call.put(0, nulls);
    const std::string refusal = call("cost_http_request_v2", {0, nulls.size(), at});
    CHECK(refusal.starts_with(refused));
    CHECK(refusal.find("100000 elements are too many") != refusal.npos);
    const ByteVector other =
        candid::encode_arguments("(record { request_bytes = 1 : nat64 })", nullptr, nullptr)
            .value();
    call.put(0, other);
    CHECK(call("cost_http_request_v2", {0, other.size(), at}).starts_with(refused));
    CHECK(call("cost_http_request_v2", {65536, 1, at})
              .starts_with(violated + "ic0.cost_http_request_v2 heap: src=65536 + length=1"));
}

}  // namespace icvm::replica
