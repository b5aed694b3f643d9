#include "cli/number.hpp"

#include <catch2/catch.hpp>

#include "cli/progress.hpp"

using namespace icvm;
using namespace icvm::cli;

TEST_CASE("numbers are grouped by three digits") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1_000");
    CHECK(grouped(61204) == "61_204");
    CHECK(grouped(100'000'000'000'000) == "100_000_000_000_000");
    CHECK(grouped(~u128(0)) == "340_282_366_920_938_463_463_374_607_431_768_211_455");
}

TEST_CASE("sizes are short") {
    CHECK(short_size(0) == "0 B");
    CHECK(short_size(999) == "999 B");
    CHECK(short_size(1000) == "1.0 kB");
    CHECK(short_size(245'017) == "245 kB");
    CHECK(short_size(4'325'376) == "4.3 MB");
    CHECK(short_size(~u64(0)) == "18 EB");
}

TEST_CASE("counts of instructions are short in a progress line") {
    CHECK(short_count(12) == "12");
    CHECK(short_count(61'204) == "61 k");
    CHECK(short_count(300'000'000'000) == "300 B");
}

TEST_CASE("hex reads what it prints, and nothing else") {
    const ByteVector bytes{0x00, 0x4D, 0xFF};
    CHECK(hex(bytes) == "004dff");
    CHECK(bytes_from_hex("004dff") == bytes);
    CHECK(bytes_from_hex("0x00 4D\nFF") == bytes);
    CHECK(bytes_from_hex("") == ByteVector{});
    CHECK_FALSE(bytes_from_hex("0"));
    CHECK_FALSE(bytes_from_hex("0g"));
}
