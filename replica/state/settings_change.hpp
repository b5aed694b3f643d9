#pragma once

/// What is asked of settings, and what of it may be (Interface spec, "IC method update_settings").

#include "replica/base/reject.hpp"
#include "replica/management/interface/settings.hpp"
#include "replica/state/settings.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

constexpr size_t environment_variables_max = 20;
constexpr size_t environment_name_bytes_max = 128;
constexpr size_t environment_value_bytes_max = 128;
constexpr u64 log_memory_bytes_min = 4096;  ///< 0 is allowed, too
constexpr u64 log_memory_bytes_max = 2 * 1024 * 1024;

/// `before` with the fields that `change` has; all of them, or an error with mainnet's text: ranges
/// (IC0504), then environment variables (IC0408).
Result<Settings, Reject> changed(const Settings& before,
                                 const management::CanisterSettings& change);

/// The checks that come last, after those of what the subnet can give: that no more is reserved
/// than the limit (IC0540), and the size of the log (IC0406).
Result<void, Reject> check_limits(const Settings& after, u128 reserved_cycles);

/// As canister_status tells them.
management::DefiniteCanisterSettings definite(const Settings& settings);

}  // namespace icvm::replica
