#include "replica/management/charge.hpp"

#include <algorithm>

#include "replica/state/holdings.hpp"

namespace icvm::replica {

Result<void, std::string> withdraw(const Subnet& subnet, Canister& canister, u128 cycles,
                                   const Principal& caller) {
    if (auto why = out_of_cycles(canister, subnet.schedule(), cycles, caller))
        return std::unexpected(std::move(*why));
    canister.cycles -= cycles;
    canister.consumed.instructions += cycles;
    return {};
}

Result<void, Failure> check_memory_usage(const Subnet& subnet, const Canister& canister,
                                         u64 bytes) {
    const u64 before = memory_usage_bytes(canister);
    if (bytes <= before) return {};
    Holdings after = holdings(canister);
    after.memory_bytes = std::max(after.memory_bytes, bytes);
    const u128 limit = subnet.schedule().freezing_limit(after, canister.settings.freezing_threshold,
                                                        canister.reserved_cycles);
    if (canister.cycles >= limit) return {};
    return refuse(ManagementRefusal::memory_cycles, bytes - before,
                  cycles_text(limit - canister.cycles));
}

}  // namespace icvm::replica
