#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::cli {

/// Times are nanoseconds since 1970, UTC, without leap seconds: 2262-04-11 is the last day.
inline constexpr u64 moment_max_ns = 0x7FFF'FFFF'FFFF'FFFF;

/// RFC 3339: "2021-05-10T00:00:00.000000003Z", without the fraction when it is 0.
std::string moment_text(u64 ns);
/// RFC 3339 with Z or an offset, the time of day may be left out ("2026-11-22"); or nanoseconds as
/// digits. Nothing when it is none, or out of range.
std::optional<u64> moment_from_text(std::string_view text);

/// "90s", "1h30m", "250ms": a sum of numbers with ns, us, ms, s, m, h, d; nothing when it is none.
std::optional<u64> duration_from_text(std::string_view text);
/// The two largest units: "1h 30m", "5s", "250ms", "0s".
std::string duration_text(u64 ns);

}  // namespace icvm::cli
