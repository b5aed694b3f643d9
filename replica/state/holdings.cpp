#include "replica/state/holdings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica {

Holdings holdings(const Canister& canister) {
    return {
        .memory_bytes = std::max(canister.settings.memory_allocation, memory_usage_bytes(canister)),
        .message_memory_bytes = canister.calls.message_memory().total(),
        .compute_percent = canister.settings.compute_allocation};
}

u64 beyond_holdings(const Canister& canister, u64 usage_bytes) {
    const u64 held = holdings(canister).memory_bytes;
    return usage_bytes - std::min(usage_bytes, held);
}

u128 freezing_limit(const Canister& canister, const CostSchedule& schedule) {
    return schedule.freezing_limit(holdings(canister), canister.settings.freezing_threshold,
                                   canister.reserved_cycles);
}

u128 liquid_cycles(const Canister& canister, const CostSchedule& schedule) {
    const u128 limit = freezing_limit(canister, schedule);
    return canister.cycles - std::min(canister.cycles, limit);
}

std::optional<std::string> out_of_cycles(const Canister& canister, const CostSchedule& schedule,
                                         u128 cycles, const Principal& caller) {
    if (cycles == 0) return std::nullopt;
    return out_of_cycles(canister, freezing_limit(canister, schedule), cycles, caller);
}

std::optional<std::string> out_of_cycles(const Canister& canister, u128 freezing_limit, u128 cycles,
                                         const Principal& caller) {
    const u128 needed = freezing_limit + cycles;
    if (canister.cycles >= needed) return std::nullopt;
    std::string text = fmt::format("Canister {} is out of cycles", canister.id.text());
    if (canister.is_controller(caller))
        text += fmt::format(": please top up the canister with at least {} additional cycles",
                            cycles_text(needed - canister.cycles));
    return text;
}

}  // namespace icvm::replica
