#pragma once

#include "replica/cycles/cost_schedule.hpp"
#include "replica/state/canister.hpp"

namespace icvm::replica {

/// What the canister pays for without doing anything.
Holdings holdings(const Canister& canister);

/// How much more it holds when it uses so many bytes.
u64 beyond_holdings(const Canister& canister, u64 usage_bytes);

/// Below this balance it is frozen (Interface spec, "Freezing threshold").
u128 freezing_limit(const Canister& canister, const CostSchedule& schedule);

/// What it may spend: its balance above the freezing limit.
u128 liquid_cycles(const Canister& canister, const CostSchedule& schedule);

/// Why the canister cannot pay so much and stay above its freezing limit, in mainnet's words;
/// nothing: it can. `caller` learns how much is missing when it controls the canister.
std::optional<std::string> out_of_cycles(const Canister& canister, const CostSchedule& schedule,
                                         u128 cycles, const Principal& caller);
/// The same, above another limit.
std::optional<std::string> out_of_cycles(const Canister& canister, u128 freezing_limit, u128 cycles,
                                         const Principal& caller);

}  // namespace icvm::replica
