#include <catch2/catch.hpp>

#include "replica/system_api/direct_call.hpp"

namespace icvm::replica {

namespace {

using test::DirectCall;

}  // namespace

TEST_CASE("debug_print pays twice what the log holds, and 50 for each byte that it takes") {
    DirectCall call;
    CHECK(call("debug_print", {0, 10}) == "");
    CHECK(call.used == 100 + 2 * 10 + 50 * 10);
    // 4096 bytes hold 4046 more: a record takes 40 beside its text.
    CHECK(call("debug_print", {0, 5000}) == "");
    CHECK(call.used == 100 + 2 * 4096 + 50 * 4046);
    CHECK(call("debug_print", {0, 10}) == "");
    CHECK(call.used == 100 + 2 * 10 + 50 * 0);
}

TEST_CASE("trap pays for its text once more") {
    DirectCall call;
    call("trap", {0, 10});
    CHECK(call.used == 500 + 10 + 2 * 10 + 50 * 10);
    CHECK(call("trap", {0, ~u64(0)}).starts_with("IC0522"));
}

TEST_CASE("text outside of the heap does not trap debug_print, and has a place holder in trap") {
    DirectCall call;
    CHECK(call("debug_print", {65530, 10}) == "");
    CHECK(call.execution.log ==
          std::vector<std::string>{"(debug_print message out of memory bounds)"});
    CHECK(call("trap", {65530, 10})
              .starts_with("IC0503: Canister called `ic0.trap` with message: '(trap message out of "
                           "memory bounds)'\nConsider"));
}

TEST_CASE("texts are cut at 32 KiB and need not be UTF-8") {
    DirectCall call;
    call.put(0, std::string(40'000, 'x'));
    CHECK(call("debug_print", {0, 40'000}) == "");
    CHECK(call.execution.log.at(0) == std::string(32 * 1024, 'x'));
    call.put(0, "a\xFFz");
    CHECK(
        call("trap", {0, 3})
            .starts_with("IC0503: Canister called `ic0.trap` with message: 'a\uFFFDz'\nConsider"));
}

}  // namespace icvm::replica
