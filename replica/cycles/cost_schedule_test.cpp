// Expected numbers are worked out by hand from the price list: docs/mainnet.md, "Cycles".

#include "replica/cycles/cost_schedule.hpp"

#include <catch2/catch.hpp>

#include "replica/cycles/saturating.hpp"

namespace icvm::replica {

namespace {

const CostSchedule& thirteen = *find_cost_schedule("13");
const CostSchedule& free_of_charge = *find_cost_schedule("free");
/// Of a fiduciary subnet: 34 / 13 of each fee, rounded down.
constexpr CostSchedule thirty_four{.name = "34", .nodes = 34, .is_free = false};

constexpr u64 gib = 1ull << 30;
constexpr u64 day = 86'400;

}  // namespace

TEST_CASE("schedules are found by name") {
    CHECK(thirteen.nodes == 13);
    CHECK(free_of_charge.is_free);
    CHECK(find_cost_schedule("14") == nullptr);
    CHECK(find_cost_schedule("") == nullptr);
}

TEST_CASE("instructions cost one cycle each, two in memory64, and a message five million") {
    CHECK(thirteen.execution(0, false) == 5'000'000);
    CHECK(thirteen.execution(1'000'000'000, false) == 1'005'000'000);
    CHECK(thirteen.execution(1'000'000'000, true) == 2'005'000'000);
    CHECK(thirteen.instructions(123, false) == 123);
    CHECK(thirteen.instructions(123, true) == 246);
    CHECK(thirteen.callback_prepayment(false) == 40'005'000'000);
    CHECK(thirteen.callback_prepayment(true) == 80'005'000'000);
    CHECK(thirty_four.execution(0, false) == 13'076'923);
    CHECK(thirty_four.instructions(1'000'000'000, false) == 2'615'384'615);
    CHECK(thirteen.instructions(~u64(0), true) == u128(~u64(0)) * 2);
}

TEST_CASE("messages cost by the byte") {
    CHECK(thirteen.ingress(0) == 1'200'000);
    CHECK(thirteen.ingress(324) == 1'848'000);
    CHECK(thirteen.request(0) == 260'000);
    CHECK(thirteen.request(17) == 277'000);
    CHECK(thirteen.response(17) == 17'000);
    CHECK(thirteen.response_prepayment() == 2'097'152'000);
    // 260,000 + 17,000 + 2,097,152,000 + 40,005,000,000
    CHECK(thirteen.call(17, false) == 42'102'429'000);
    CHECK(thirteen.call(17, true) == 82'102'429'000);
    // 1,200,000 * 34 / 13 = 3,138,461.5; a byte 5,230.7, rounded before it is multiplied.
    CHECK(thirty_four.ingress(1'000) == 3'138'461 + 5'230'000);
    // Bytes of a request are multiplied before they are rounded: 1,000,000 * 34 / 13.
    CHECK(thirty_four.request(1'000) == 680'000 + 2'615'384);
}

TEST_CASE("what the management canister asks for") {
    CHECK(thirteen.create_canister() == 500'000'000'000);
    CHECK(thirty_four.create_canister() == 1'307'692'307'692);
    CHECK(thirteen.signature() == 10'000'000'000);
    CHECK(thirty_four.signature() == 26'153'846'153);
    // (3,000,000 + 60,000 * 13) * 13, 5,200 for a byte sent, 10,400 for a byte received.
    CHECK(thirteen.http_request(0, 0) == 49'140'000);
    CHECK(thirteen.http_request(100, 2'000'000) == 49'140'000 + 520'000 + 20'800'000'000);
    CHECK(thirty_four.http_request(0, 0) == 171'360'000);
}

TEST_CASE("an outcall of pricing version 2 pays base, consumption and delivery") {
    HttpOutcall outcall{.request_bytes = 1'000,
                        .round_trip_ms = 2'000,
                        .raw_response_bytes = 3'000,
                        .transformed_response_bytes = 2'000,
                        .transform_instructions = 1'000'000};
    // Base: 13 * (1,000,000 + 50 * 1,000 + 140,000 * 13 + 800 * 169).
    // One node: 50 * 3,000 + 300 * 2,000 + floor(1,000,000 / 13) = 826,923.
    // Delivery of 2,000 bytes is 13 * 730 * 2,000 = 18,980,000: each of 9 nodes holds 2,108,889.
    CHECK(thirteen.http_request(outcall) == 39'067'600 + 13 * (826'923 + 2'108'889));

    // A reject of 1,025 bytes may be delivered instead: 9,727,250 / 9, rounded up.
    outcall.transformed_response_bytes = 0;
    CHECK(thirteen.http_request(outcall) == 39'067'600 + 13 * (826'923 + 1'080'806));

    // Base: 13 * (1,050,000 + 90,000 * 13 + 2,000 * 13 + 100,000); gossip: 50 * 1,025 * 13.
    outcall.kind = HttpOutcall::Kind::non_replicated;
    CHECK(thirteen.http_request(outcall) == 30'498'000 + 826'923 + 666'250 + 9'727'250);

    // Base: 13 * (1,050,000 + 1,170,000 + 26,000 * 2 + 200,000).
    // Delivery: 9,490 * 4 * (181 + 1,025), and 13 * 126,000 for each of 2 more responses.
    outcall.kind = HttpOutcall::Kind::flexible;
    outcall.replication = {2, 3, 4};
    CHECK(thirteen.http_request(outcall) ==
          32'136'000 + 4 * (826'923 + 666'250) + 45'779'760 + 3'276'000);

    // Nothing is delivered; base: 13 * 2,220,000.
    outcall.replication = {0, 0, 4};
    CHECK(thirteen.http_request(outcall) == 28'860'000 + 4 * (826'923 + 666'250));
}

TEST_CASE("a flexible outcall asks all nodes, and counts two thirds and one, unless told") {
    const HttpOutcall::Replication replication = default_replication(13);
    CHECK(replication.min_responses == 9);
    CHECK(replication.max_responses == 13);
    CHECK(replication.total_requests == 13);
}

TEST_CASE("any outcall has a price") {
    constexpr u64 all = ~u64(0);
    constexpr u32 many = ~u32(0);
    for (const auto kind : {HttpOutcall::Kind::fully_replicated, HttpOutcall::Kind::non_replicated,
                            HttpOutcall::Kind::flexible})
        for (const u32 count : {0u, many})
            CHECK(thirteen.http_request({all, all, all, all, all, kind, {count, count, count}}) >
                  u128(all));
}

TEST_CASE("storage and computation are paid by the day") {
    CHECK(thirteen.storage(gib, 1) == 127'000);
    CHECK(thirteen.storage(gib / 2, 3) == 190'500);
    CHECK(thirteen.storage(1, 8'454) == 0);  // below 2^30 / 127,000 seconds
    CHECK(thirteen.storage(1, 8'455) == 1);
    CHECK(thirteen.compute_allocation(3, 10) == 300'000'000);

    const Holdings holdings{
        .memory_bytes = 2 * gib, .message_memory_bytes = gib / 4, .compute_percent = 1};
    const IdleRates rates = thirteen.idle_per_day(holdings);
    CHECK(rates.memory == 21'945'600'000);
    CHECK(rates.message_memory == 2'743'200'000);
    CHECK(rates.compute == 864'000'000'000);
    CHECK(thirteen.idle_cycles_burned_per_day(holdings) == 888'688'800'000);
    CHECK(idle_charge(rates.memory, 10) == 2'540'000);
    CHECK(idle_charge(100, day - 1) == 99);
}

TEST_CASE("the freezing limit is what idling burns in the threshold, without what is reserved") {
    const Holdings holdings{.memory_bytes = gib};
    // 127,000 * 86,400 a day, for 30 days.
    CHECK(thirteen.freezing_limit(holdings, 30 * day, 0) == 329'184'000'000);
    CHECK(thirteen.freezing_limit(holdings, 30 * day, 329'183'999'999) == 1);
    CHECK(thirteen.freezing_limit(holdings, 30 * day, 400'000'000'000) == 0);
    CHECK(thirteen.freezing_limit(holdings, 0, 0) == 0);
    // The rate of a day is rounded first: a byte burns 10 cycles (10.2) a day.
    CHECK(thirteen.freezing_limit({.memory_bytes = 1}, 30 * day, 0) == 300);
    // 2^64 bytes for 2^64 seconds are more than there can be: the sum stops.
    CHECK(thirteen.freezing_limit({.memory_bytes = ~u64(0)}, ~u64(0), 0) == Saturating::max / day);
}

TEST_CASE("storage is reserved on a subnet that is filled above its threshold") {
    // The price of a byte rises from 0 at 100 GiB to 300,000,000 seconds at 200 GiB.
    const auto reserved = [](u64 usage, u64 bytes) {
        return thirteen.storage_reservation(bytes * gib, {usage * gib, 100 * gib, 200 * gib});
    };
    CHECK(reserved(0, 100) == 0);
    // Up to 120 GiB: 20 GiB for 300,000,000 * 20 / 100 / 2 seconds.
    CHECK(reserved(50, 70) == u128(20) * 127'000 * 30'000'000);
    // From 120 to 140: 40 GiB for 60,000,000 seconds, without the above.
    CHECK(reserved(120, 20) == u128(127'000) * (40 * u128(60'000'000) - 20 * u128(30'000'000)));
    CHECK(reserved(200, 10) == 0);
    CHECK(reserved(190, 10) == reserved(190, 1000));
    CHECK(thirteen.storage_reservation(gib, {}) == 0);
    CHECK(thirteen.storage_reservation(~u64(0), {~u64(0), 5, 5}) == 0);
    CHECK(free_of_charge.storage_reservation(gib, {2048 * gib}) == 0);
}

TEST_CASE("everything is free in the free schedule") {
    const Holdings holdings{
        .memory_bytes = gib, .message_memory_bytes = gib, .compute_percent = 100};
    for (const bool memory64 : {false, true}) {
        CHECK(free_of_charge.execution(1'000'000, memory64) == 0);
        CHECK(free_of_charge.instructions(1'000'000, memory64) == 0);
        CHECK(free_of_charge.call(1'000'000, memory64) == 0);
    }
    CHECK(free_of_charge.ingress(1'000) == 0);
    CHECK(free_of_charge.create_canister() == 0);
    CHECK(free_of_charge.signature() == 0);
    CHECK(free_of_charge.http_request(1'000, 1'000) == 0);
    CHECK(free_of_charge.http_request(HttpOutcall{}) == 0);
    CHECK(free_of_charge.idle_cycles_burned_per_day(holdings) == 0);
    CHECK(free_of_charge.freezing_limit(holdings, 30 * day, 0) == 0);
}

TEST_CASE("sums and products of cycles stop at their bounds") {
    const Saturating most(Saturating::max);
    CHECK((most + 1).value == Saturating::max);
    CHECK((most * 2).value == Saturating::max);
    CHECK((most * 0).value == 0);
    CHECK((Saturating(1) - 2).value == 0);
    CHECK((Saturating(3) - 2).value == 1);
}

}  // namespace icvm::replica
