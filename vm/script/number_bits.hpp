#pragma once

#include <optional>

#include "vm/text/lexer.hpp"

namespace icvm::vm {

/// The bits of an integer literal of 8 to 64 bits, signed or not; nothing: it is none, or too
/// large.
std::optional<u64> integer_bits(const Token& token, u32 bits);
/// The bits of a floating-point literal of 32 or 64 bits; integers are such literals, too.
std::optional<u64> float_bits(const Token& token, u32 bits);

}  // namespace icvm::vm
