#pragma once

/// Numbers of any size as bytes, and numbers as text.

#include <optional>
#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"

namespace icvm::replica::candid {

/// An integer of any size: its sign and its magnitude, least significant byte first, the last byte
/// not zero (zero has none).
struct Integer {
    bool negative = false;
    ByteVector magnitude;

    std::optional<i64> as_i64() const;    ///< when it fits
    std::optional<u64> as_u64() const;    ///< when it fits
    std::optional<u128> as_u128() const;  ///< when it fits
};

Integer integer_of(i64 value);
Integer integer_of(u64 value);

/// More digits than this are refused: conversion to binary takes more than linear time.
constexpr size_t decimal_digits_max = 1'000'000;
/// Numbers of more bytes than this are printed in hexadecimal, which takes linear time.
constexpr size_t decimal_bytes_max = 1 << 13;

/// From digits alone (no sign, no "_", no "0x"); nothing when there are more than
/// decimal_digits_max. Hexadecimal digits are never too many.
std::optional<Integer> integer_of_decimal(std::string_view digits);
Integer integer_of_hexadecimal(std::string_view digits);

/// "-1_234", underscores every three digits; "0x" and digits when it is too large for decimal.
std::string integer_text(const Integer& integer);
/// The same without underscores.
std::string integer_digits(const Integer& integer);
/// A field id as a label: "1_234".
std::string label(u32 id);

/// The shortest text that reads back as the same number; with a dot or exponent, or "NaN", "inf".
std::string float_text(f32 value);
std::string float_text(f64 value);

/// Reads any LEB128 number from the front of `bytes`; nothing at the end of the bytes.
std::optional<Integer> read_nat(Bytes& bytes);
std::optional<Integer> read_int(Bytes& bytes);
void write_nat(ByteVector& out, const Integer& integer);
void write_int(ByteVector& out, const Integer& integer);

}  // namespace icvm::replica::candid
