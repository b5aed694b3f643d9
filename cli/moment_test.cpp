#include "cli/moment.hpp"

#include <catch2/catch.hpp>

namespace icvm::cli {

TEST_CASE("a moment as RFC 3339, and back") {
    constexpr u64 start = 1'620'604'800'000'000'000;
    CHECK(moment_text(0) == "1970-01-01T00:00:00Z");
    CHECK(moment_text(start) == "2021-05-10T00:00:00Z");
    CHECK(moment_text(start + 3) == "2021-05-10T00:00:00.000000003Z");
    CHECK(moment_text(moment_max_ns) == "2262-04-11T23:47:16.854775807Z");
    for (const u64 ns : {u64(0), start, start + 1, start + 3'723'000'000'050})
        CHECK(moment_from_text(moment_text(ns)) == ns);
}

TEST_CASE("spellings of a moment") {
    CHECK(moment_from_text("2021-05-10") == 1'620'604'800'000'000'000);
    CHECK(moment_from_text("2021-05-10T02:00:00+02:00") == 1'620'604'800'000'000'000);
    CHECK(moment_from_text("2021-05-09 22:30:00.5-01:30") == 1'620'604'800'500'000'000);
    CHECK(moment_from_text("1620604800000000000") == 1'620'604'800'000'000'000);
    CHECK(moment_from_text("2024-02-29T00:00:00Z"));
}

TEST_CASE("what is no moment") {
    for (const char* text :
         {"", "20x1", "2021-13-01", "2023-02-29", "2021-05-10T", "2021-05-10T24:00:00Z",
          "2021-05-10T00:00:60Z", "2021-05-10T00:00:00", "2021-05-10T00:00:00.Z",
          "2021-05-10T00:00:00.0000000001Z", "2021-05-10T00:00:00Zx", "1969-12-31", "2300-01-01",
          "9999999999999999999", "99999999999999999999", "1e9", "-5"})
        CHECK_FALSE(moment_from_text(text));
}

TEST_CASE("durations") {
    CHECK(duration_from_text("90s") == 90'000'000'000);
    CHECK(duration_from_text("1h30m") == 5'400'000'000'000);
    CHECK(duration_from_text("2d") == 172'800'000'000'000);
    CHECK(duration_from_text("250ms") == 250'000'000);
    CHECK(duration_from_text("1us5ns") == 1005);
    CHECK(duration_from_text("0s") == 0);
    for (const char* text :
         {"", "5", "s", "5x", "-5s", "5 s", "1.5h", "106752d", "5ss", "99999999999999999999s"})
        CHECK_FALSE(duration_from_text(text));
    CHECK(duration_text(0) == "0s");
    CHECK(duration_text(5'400'000'000'000) == "1h 30m");
    CHECK(duration_text(90'061'000'000'000) == "1d 1h");
    CHECK(duration_text(5'000'000'001) == "5s");
    CHECK(duration_text(999) == "999ns");
}

}  // namespace icvm::cli
