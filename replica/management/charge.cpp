#include "replica/management/charge.hpp"

#include <algorithm>

#include "replica/execution/memory_limits.hpp"
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

Result<void, Failure> take_growth(Subnet& subnet, Canister& canister, const Growth& growth,
                                  const Principal& caller) {
    const u64 allocation = canister.settings.memory_allocation;
    const u64 held = std::max(allocation, growth.before);
    const u64 holds = std::max(allocation, growth.after);
    const u64 bytes = holds - std::min(held, holds);
    const u64 left = subnet.memory_room(Context::update).bytes;
    if (bytes > left)
        return refuse(ManagementRefusal::memory_oversubscribed, bytes_text(bytes),
                      bytes_text(left));
    Holdings after = holdings(canister);
    after.memory_bytes = holds;
    const u128 limit = subnet.schedule().freezing_limit(after, canister.settings.freezing_threshold,
                                                        canister.reserved_cycles);
    if (canister.cycles < limit)
        return refuse(ManagementRefusal::memory_cycles, bytes,
                      cycles_text(limit - canister.cycles));
    if (auto why = out_of_cycles(canister, limit, growth.cycles, caller))
        return refuse(ManagementRefusal::snapshot_cycles, *why);
    canister.cycles -= growth.cycles;
    if (auto reserved = reserve_storage(subnet, canister, bytes); !reserved) {
        canister.cycles += growth.cycles;
        return reserved;
    }
    canister.consumed.instructions += growth.cycles;
    return {};
}

Result<void, Failure> check_growth(Subnet& subnet, const Canister& canister, const Growth& growth,
                                   const Principal& caller) {
    Canister copy = canister;
    return take_growth(subnet, copy, growth, caller);
}

}  // namespace icvm::replica
