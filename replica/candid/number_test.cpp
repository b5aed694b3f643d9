#include "replica/candid/number.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace icvm::replica::candid {

namespace {

std::string nat_round_trip(std::string_view digits) {
    ByteVector bytes;
    write_nat(bytes, *integer_of_decimal(digits));
    Bytes rest = bytes;
    const auto read = read_nat(rest);
    REQUIRE(read);
    REQUIRE(rest.empty());
    return integer_digits(*read);
}

ByteVector leb(i64 value) {
    ByteVector bytes;
    write_int(bytes, integer_of(value));
    return bytes;
}

}  // namespace

TEST_CASE("a nat of any size reads back from decimal digits and from LEB128") {
    for (const char* digits : {"0", "1", "127", "128", "16383", "16384", "4294967296",
                               "18446744073709551615", "18446744073709551616"})
        CHECK(nat_round_trip(digits) == digits);
    for (const size_t size : {19, 20, 287, 288, 289, 576, 577, 1153, 5000, 19'000}) {
        std::string digits(size, '0');
        for (size_t i = 0; i < size; i++) digits[i] = char('0' + (i * i + 7 * i + 3) % 10);
        digits[0] = '9';
        CHECK(nat_round_trip(digits) == digits);
        CHECK(nat_round_trip("1" + std::string(size, '0')) == "1" + std::string(size, '0'));
    }
}

TEST_CASE("LEB128 numbers are as short as they can be") {
    CHECK(leb(0) == ByteVector{0});
    CHECK(leb(63) == ByteVector{0x3F});
    CHECK(leb(64) == ByteVector{0xC0, 0});
    CHECK(leb(-1) == ByteVector{0x7F});
    CHECK(leb(-64) == ByteVector{0x40});
    CHECK(leb(-65) == ByteVector{0xBF, 0x7F});
    CHECK(leb(-128) == ByteVector{0x80, 0x7F});
    ByteVector bytes;
    write_nat(bytes, integer_of(u64(128)));
    CHECK(bytes == ByteVector{0x80, 1});
    bytes.clear();
    write_nat(bytes, integer_of(std::numeric_limits<u64>::max()));
    CHECK(bytes == ByteVector{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1});
}

TEST_CASE("an int reads back with its sign, at every width") {
    for (u32 bits = 0; bits < 64; bits++) {
        for (const i64 near : {i64(-2), i64(-1), i64(0), i64(1)}) {
            for (const i64 sign : {i64(1), i64(-1)}) {
                const i64 value = i64(u64(sign) * ((u64(1) << bits) + u64(near)));
                const ByteVector bytes = leb(value);
                Bytes rest = bytes;
                CHECK(read_int(rest)->as_i64() == value);
            }
        }
    }
    Integer huge = *integer_of_decimal("123456789012345678901234567890");
    huge.negative = true;
    ByteVector bytes;
    write_int(bytes, huge);
    Bytes rest = bytes;
    CHECK(integer_text(*read_int(rest)) == "-123_456_789_012_345_678_901_234_567_890");
}

TEST_CASE("overlong LEB128 is the same number, unfinished LEB128 is none") {
    const u8 zero[] = {0x80, 0x80, 0x80, 0x00}, minus_one[] = {0xFF, 0xFF, 0x7F};
    const u8 unfinished[] = {0x80, 0x80};
    Bytes rest = zero;
    CHECK(read_nat(rest)->magnitude.empty());
    rest = minus_one;
    CHECK(read_int(rest)->as_i64() == -1);
    rest = unfinished;
    CHECK(!read_nat(rest));
    CHECK(!read_int(rest));
    rest = {};
    CHECK(!read_nat(rest));
}

TEST_CASE("a nat of a million digits is read") {
    const std::string digits = "7" + std::string(999'999, '3');
    const auto integer = integer_of_decimal(digits);
    REQUIRE(integer);
    // It is larger than what is printed in decimal, and comes back in hexadecimal.
    const std::string text = integer_text(*integer);
    REQUIRE(text.starts_with("0x"));
    CHECK(integer_of_hexadecimal(text.substr(2)).magnitude == integer->magnitude);
    CHECK(!integer_of_decimal(std::string(decimal_digits_max + 1, '1')));
    CHECK(integer_of_decimal(std::string(decimal_digits_max + 1, '0')));
}

TEST_CASE("the largest number that is printed in decimal comes back from it") {
    const Integer integer{false, ByteVector(decimal_bytes_max, 0xFF)};
    const std::string text = integer_digits(integer);
    CHECK(!text.starts_with("0x"));
    CHECK(integer_of_decimal(text)->magnitude == integer.magnitude);
}

TEST_CASE("numbers have an underscore every three digits") {
    CHECK(integer_text(integer_of(u64(0))) == "0");
    CHECK(integer_text(integer_of(u64(999))) == "999");
    CHECK(integer_text(integer_of(u64(1000))) == "1_000");
    CHECK(integer_text(integer_of(i64(-123456))) == "-123_456");
    CHECK(integer_text(integer_of(std::numeric_limits<i64>::min())) ==
          "-9_223_372_036_854_775_808");
    CHECK(label(4294967295) == "4_294_967_295");
}

TEST_CASE("a float's text always has a dot or an exponent, and reads back") {
    CHECK(float_text(0.0) == "0.0");
    CHECK(float_text(-0.0) == "-0.0");
    CHECK(float_text(3.0) == "3.0");
    CHECK(float_text(0.1) == "0.1");
    CHECK(float_text(0.1f) == "0.1");
    CHECK(float_text(1e100) == "1e+100");
    CHECK(float_text(5e-324) == "5e-324");
    CHECK(float_text(std::numeric_limits<f64>::max()) == "1.7976931348623157e+308");
    CHECK(float_text(std::numeric_limits<f32>::quiet_NaN()) == "NaN");
    CHECK(float_text(-std::numeric_limits<f64>::infinity()) == "-inf");
}

TEST_CASE("integers that fit 64 bits are told from those that do not") {
    CHECK(integer_of_decimal("9223372036854775807")->as_i64() == std::numeric_limits<i64>::max());
    CHECK(!integer_of_decimal("9223372036854775808")->as_i64());
    CHECK(integer_of_decimal("18446744073709551615")->as_u64() == std::numeric_limits<u64>::max());
    CHECK(!integer_of_decimal("18446744073709551616")->as_u64());
    CHECK(integer_of(std::numeric_limits<i64>::min()).as_i64() == std::numeric_limits<i64>::min());
    CHECK(!integer_of(i64(-1)).as_u64());
}

}  // namespace icvm::replica::candid
