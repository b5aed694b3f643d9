#pragma once

/// The binary format (Candid spec, "Binary Format").

#include "replica/candid/candid.hpp"
#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

/// Values of no size (null, reserved, records of such) that a message may have beside
/// `values_per_byte` for each of its bytes: without a bound, ten bytes are a vec of 2^60 nulls.
constexpr u64 free_values_max = 1'000'000;
constexpr u64 values_per_byte = 2;

/// Longer messages are refused, so that values can be counted in 32 bits.
constexpr size_t message_bytes_max = size_t(1) << 28;

/// Reads values by the message's own types; `free_values` may take no byte, beside those that are
/// paid by bytes. Errors name the byte.
Result<Arguments, ValueError> decode(Bytes bytes, u64 free_values = free_values_max);

ByteVector encode(const Types& types, std::span<const Field> fields, const Values& values);

}  // namespace icvm::replica::candid
