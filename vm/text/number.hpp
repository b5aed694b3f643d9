#pragma once

#include <optional>
#include <string_view>

#include "vm/base/integers.hpp"

/// The values of number literals (Wasm 6.3.2, 6.3.3). The literals are well-formed (literal.hpp);
/// nothing means that the value is out of range.

namespace icvm::vm {

/// A natural number below 2^bits.
std::optional<u64> natural_value(std::string_view literal, unsigned bits = 64);

/// A number from -2^(bits-1) to 2^bits-1, in two's complement of `bits` bits.
std::optional<u64> integer_value(std::string_view literal, unsigned bits);

/// The bits of the f32 or f64 (`bits`: 32, 64) that is nearest to a floating or integer literal,
/// to even when two are (Wasm 6.3.3, float). However many digits there are.
std::optional<u64> float_value(std::string_view literal, unsigned bits);

}  // namespace icvm::vm
