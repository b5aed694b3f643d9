#include "replica/state/holdings.hpp"

#include <algorithm>

namespace icvm::replica {

Holdings holdings(const Canister& canister) {
    return {
        .memory_bytes = std::max(canister.settings.memory_allocation, memory_usage_bytes(canister)),
        .compute_percent = canister.settings.compute_allocation};
}

u128 freezing_limit(const Canister& canister, const CostSchedule& schedule) {
    return schedule.freezing_limit(holdings(canister), canister.settings.freezing_threshold,
                                   canister.reserved_cycles);
}

u128 liquid_cycles(const Canister& canister, const CostSchedule& schedule) {
    const u128 limit = freezing_limit(canister, schedule);
    return canister.cycles - std::min(canister.cycles, limit);
}

}  // namespace icvm::replica
