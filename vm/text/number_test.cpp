#include "vm/text/number.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace icvm::vm {
namespace {

std::optional<u64> f32_of(std::string_view text) { return float_value(text, 32); }
std::optional<u64> f64_of(std::string_view text) { return float_value(text, 64); }
u64 bits_of(double value) { return std::bit_cast<u64>(value); }

TEST_CASE("Integers have the range of both signednesses") {
    CHECK(natural_value("0xFFFF_FFFF_FFFF_FFFF") == ~u64(0));
    CHECK_FALSE(natural_value("0x1_0000_0000_0000_0000"));
    CHECK_FALSE(natural_value("18446744073709551616"));
    CHECK_FALSE(natural_value("4294967296", 32));
    CHECK(integer_value("-1", 32) == 0xFFFF'FFFF);
    CHECK(integer_value("-0x80000000", 32) == 0x8000'0000);
    CHECK(integer_value("+4294967295", 32) == 0xFFFF'FFFF);
    CHECK_FALSE(integer_value("-2147483649", 32));
    CHECK_FALSE(integer_value("4294967296", 32));
    CHECK(integer_value("-9223372036854775808", 64) == u64(1) << 63);
    CHECK_FALSE(integer_value("-9223372036854775809", 64));
    CHECK(integer_value("-128", 8) == 0x80);
    CHECK_FALSE(integer_value("-129", 8));
    CHECK(integer_value("-0", 8) == 0);
}

TEST_CASE("Infinities and NaN payloads are exact") {
    CHECK(f32_of("inf") == 0x7F80'0000);
    CHECK(f32_of("-inf") == 0xFF80'0000);
    CHECK(f32_of("nan") == 0x7FC0'0000);
    CHECK(f32_of("-nan:0x20_0000") == 0xFFA0'0000);
    CHECK(f64_of("nan:0xf_ffff_ffff_ffff") == 0x7FFF'FFFF'FFFF'FFFF);
    CHECK_FALSE(f32_of("nan:0x0"));
    CHECK_FALSE(f32_of("nan:0x80_0000"));
    CHECK_FALSE(f64_of("nan:0x10_0000_0000_0000"));
}

TEST_CASE("Halfway cases go to even, and a digit far behind decides") {
    CHECK(f32_of("0x1.000001p0") == 0x3F80'0000);
    CHECK(f32_of("0x1.000003p0") == 0x3F80'0002);
    CHECK(f32_of("0x1.0000010000000000000000000000000001p0") == 0x3F80'0001);
    CHECK(f32_of("0x1.000000ffffffffffffffffffffffffffffp0") == 0x3F80'0000);
    CHECK(f64_of("0x1.00000000000008p0") == 0x3FF0'0000'0000'0000);
    CHECK(f64_of("0x1.00000000000008000000000000001p0") == 0x3FF0'0000'0000'0001);
    CHECK(f64_of("0x1.00000000000018p0") == 0x3FF0'0000'0000'0002);
    CHECK(f64_of("9007199254740993") == bits_of(9007199254740992.0));
    CHECK(f64_of("9007199254740993." + std::string(1000, '0') + "1") ==
          bits_of(9007199254740994.0));
    CHECK(f32_of("16777217") == std::bit_cast<u32>(16777216.0F));
    CHECK(f32_of("16777217.0000000000000000000000000000000000001") ==
          std::bit_cast<u32>(16777218.0F));
    // Through a double, this would round up twice.
    CHECK(f32_of("1.00000017881393432617187499") == 0x3F80'0001);
    CHECK(f32_of("0x1.00000100000000001p-50") == 0x2680'0001);
}

TEST_CASE("The ends of the range are where they should be") {
    CHECK(f32_of("0x1.fffffefp127") == 0x7F7F'FFFF);
    CHECK_FALSE(f32_of("0x1.ffffffp127"));
    CHECK(f32_of("340282356779733661637539395458142568447.99") == 0x7F7F'FFFF);
    CHECK_FALSE(f32_of("340282356779733661637539395458142568448"));
    CHECK_FALSE(f64_of("0x1p1024"));
    CHECK_FALSE(f64_of("1e309"));
    CHECK(f64_of("0x1.fffffffffffff7p1023") == 0x7FEF'FFFF'FFFF'FFFF);
    CHECK(f32_of("0x1p-149") == 1);
    CHECK(f32_of("0x1p-150") == 0);
    CHECK(f32_of("0x1.00000000001p-150") == 1);
    CHECK(f32_of("0x1.fffffcp-127") == 0x007F'FFFF);
    CHECK(f32_of("0x1.fffffep-127") == 0x0080'0000);
    CHECK(f64_of("-0x1p-1074") == 0x8000'0000'0000'0001);
    CHECK(f64_of("4.9406564584124654e-324") == 1);
    CHECK(f64_of("2.4703282292062327e-324") == 0);
    CHECK(f64_of("2.4703282292062328e-324") == 1);
}

TEST_CASE("Exponents may be huge, and so may the digits that they undo") {
    CHECK(f64_of("0e99999999999999999999") == 0);
    CHECK(f64_of("0x0p99999999999999999999") == 0);
    CHECK(f64_of("1e-99999999999999999999") == 0);
    CHECK(f64_of("-0x1p-99999999999999999999") == u64(1) << 63);
    CHECK_FALSE(f64_of("1e99999999999999999999"));
    CHECK_FALSE(f32_of("0x1p99999999999999999999"));
    CHECK(f64_of("0." + std::string(5000, '0') + "1e5001") == bits_of(1));
    CHECK(f64_of("1" + std::string(5000, '0') + "e-5000") == bits_of(1));
    CHECK(f64_of("0x0." + std::string(5000, '0') + "1p20004") == bits_of(1));
    CHECK(f64_of("0x1" + std::string(5000, '0') + "p-20000") == bits_of(1));
    CHECK_FALSE(f64_of("1" + std::string(400, '0')));
    CHECK(f32_of("0." + std::string(100, '0') + "1") == 0);
    CHECK(f64_of("1_000.5_0e0_1") == bits_of(10005));
}

TEST_CASE("Literals of any value round as the C library rounds them") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 3000; i++) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        char text[64];
        const char* format = i % 3 == 0 ? "%.17g" : i % 3 == 1 ? "%.9e" : "%a";
        std::snprintf(text, sizeof text, format, value);
        CAPTURE(text);
        const double expected = std::strtod(text, nullptr);
        if (std::isfinite(expected)) CHECK(f64_of(text) == bits_of(expected));
        const float narrow = std::strtof(text, nullptr);
        CHECK(f32_of(text).has_value() == bool(std::isfinite(narrow)));
        if (std::isfinite(narrow)) CHECK(f32_of(text) == std::bit_cast<u32>(narrow));
    }
}

}  // namespace
}  // namespace icvm::vm
