#include "replica/management/flexible_outcall.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica::management {

namespace {

constexpr HttpReplication two_of_three{2, 3, 3};

Payload response(size_t bytes) {
    return Payload(candid::encode_as(HttpRequestResult{200, {}, ByteVector(bytes, 'x')}));
}

OutcallBudget budget(u128 attached, const HttpReplication& counts) {
    HttpOutcall outcall{.kind = HttpOutcall::Kind::flexible};
    outcall.replication = {counts.min_responses, counts.max_responses, counts.total_requests};
    return {outcall, 13, attached, attached == 0};
}

FlexibleHttpError error_of(const FlexibleOutcome& outcome) {
    REQUIRE(outcome.result.value.index() == 1);
    return std::get<1>(outcome.result.value);
}

}  // namespace

TEST_CASE("as many responses as may count are delivered, and fit into a block") {
    const auto count = [](size_t bytes) {
        const auto outcome = flexible_outcome(response(bytes), two_of_three, budget(0, {}));
        REQUIRE(outcome.result.value.index() == 0);
        return std::get<0>(outcome.result.value).size();
    };
    CHECK(count(10) == 3);
    CHECK(count(900'000) == 2);
}

TEST_CASE("responses that are too large together are told with their sizes") {
    const Payload payload = response(1'100'000);
    const auto error = error_of(flexible_outcome(payload, two_of_three, budget(0, {})));
    REQUIRE(error.global_error);
    CHECK(error.global_error->value.index() == 2);
    const std::string size = std::to_string(std::get<ByteVector>(payload).size());
    CHECK(error.message ==
          "Responses too large: need at least 2 OK responses to fit within 2097152 bytes, but even "
          "the smallest 2 (= 2 min_responses - 0 unseen) of 3 OK responses have sizes [" +
              size + ", " + size + "] bytes (3 ok + 0 reject + 0 unseen = 3 total_requests)");
    REQUIRE(error.node_details.size() == 3);
    CHECK(error.node_details[0].error->code == "ok");
    CHECK(error.node_details[0].error->message == size + " bytes");
    CHECK(error.node_details[0].node_id != error.node_details[1].node_id);
}

TEST_CASE(
    "fewer responses are delivered when the budget does not pay for all, and none below that") {
    // Asking: 13 (1,000,000 + 90,000 x 13 + 2,000 x 13 x 2 + 100,000 x 2).
    constexpr u128 base = 31'486'000;
    const Payload payload = response(10);
    const u64 bytes = std::get<ByteVector>(payload).size();
    const u128 of_two = 9'490 * 2 * (181 + bytes), of_three = 9'490 * 3 * (181 + bytes) + 1'638'000;
    const auto outcome = [&](u128 left) {
        return flexible_outcome(payload, two_of_three, budget(base + left, two_of_three));
    };
    CHECK(std::get<0>(outcome(of_three + 3).result.value).size() == 3);
    CHECK(outcome(of_three + 3).delivery == of_three);
    CHECK(std::get<0>(outcome(of_three - 1).result.value).size() == 2);
    CHECK(outcome(of_two + 3).delivery == of_two);
    const auto none = outcome(of_two - 1);
    CHECK(none.delivery == 0);
    CHECK(error_of(none).global_error->value.index() == 1);
    CHECK(
        error_of(none).message.starts_with("Out of cycles: 3 of the assigned replicas reported a "
                                           "collective spend of 0 cycles, leaving "));
}

TEST_CASE("what a transform has made of it must be a response") {
    const Payload payload(ByteVector{'x'});
    const auto error = error_of(flexible_outcome(payload, two_of_three, budget(0, {})));
    CHECK(error.global_error->value.index() == 3);
    CHECK(error.message == "Too many rejects: 2 responses are rejects");
}

}  // namespace icvm::replica::management
