#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"

namespace icvm::cli {

/// "61_204"
std::string grouped(u128 value);
/// "245 kB", "4.2 MB", "18 EB": a digit after the point below ten; powers of 1000.
std::string short_size(u64 bytes);
/// Lower-case digits.
std::string hex(Bytes bytes);
/// "8f31…c2": enough to tell two hashes apart by eye.
std::string short_hash(const std::array<u8, 32>& hash);
/// The number of a message of this state; of another message, its id in hex.
std::string message_text(const std::array<u8, 32>& id);
/// The other way; nothing when it is neither.
std::optional<std::array<u8, 32>> message_from_text(std::string_view text);
/// Without separators.
std::string decimal(u128 value);
/// Digits, also "1_000"; nothing when it is none, or larger than 2^128-1.
std::optional<u128> number_from_text(std::string_view text);
/// Digits of either case, an optional 0x in front, white space between; nothing when it is none.
std::optional<ByteVector> bytes_from_hex(std::string_view text);

}  // namespace icvm::cli
