#include "cli/setting_value.hpp"

#include <catch2/catch.hpp>

namespace icvm::cli {

TEST_CASE("amounts of settings in their units") {
    using enum SettingUnit;
    CHECK((amount_from_text(bytes, "3GiB") == u128(3) << 30));
    CHECK((amount_from_text(bytes, "500MB") == u128(500'000'000)));
    CHECK((amount_from_text(bytes, "4_096") == u128(4096)));
    CHECK((amount_from_text(bytes, "7B") == u128(7)));
    CHECK((amount_from_text(seconds, "30d") == u128(2'592'000)));
    CHECK((amount_from_text(seconds, "18446744073709551616") == u128(1) << 64));
    CHECK((amount_from_text(cycles, "5T") == u128(5'000'000'000'000)));
    CHECK((amount_from_text(cycles, "1.5T") == u128(1'500'000'000'000)));
    CHECK((amount_from_text(bytes, "0.5GiB") == u128(1) << 29));
    CHECK((amount_from_text(seconds, "1000000d") == u128(86'400'000'000)));
    CHECK((amount_from_text(seconds, "1d12h") == u128(129'600)));
    CHECK((amount_from_text(percent, "50%") == u128(50)));
    for (const char* text : {"", "T", "-1", "1.5", "1.T", "0.0000000000001T",
                             "340282366920938463463374607431768211456",
                             "340282366920938463463374607431768211455T", "5s"})
        CHECK_FALSE(amount_from_text(cycles, text));
    CHECK_FALSE(amount_from_text(seconds, "1500ms"));
    CHECK(amount_text(seconds, 2'592'000) == "2_592_000 s (30d)");
    CHECK(amount_text(bytes, 4096) == "4_096 bytes");
}

}  // namespace icvm::cli
