#include "replica/scheduler/charges.hpp"

#include <algorithm>
#include <utility>

#include "replica/management/lifecycle.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr u64 second_ns = 1'000'000'000;

/// Takes `amount` from what is reserved, then from the balance. False: there is not enough.
bool pay(Canister& canister, u128 amount, u128& consumed) {
    const u128 reserved = std::min(canister.reserved_cycles, amount);
    if (canister.cycles < amount - reserved) return false;
    canister.reserved_cycles -= reserved;
    canister.cycles -= amount - reserved;
    consumed += amount;
    return true;
}

/// Interface spec, "Canister out of cycles": how many changes its history had is kept.
void run_out(Subnet& subnet, Canister& canister) {
    canister.consumed.uninstall += std::exchange(canister.cycles, 0);
    canister.consumed.uninstall += std::exchange(canister.reserved_cycles, 0);
    canister.settings.compute_allocation = 0;
    canister.settings.memory_allocation = 0;
    canister.history.forget_recent();
    subnet.mark(canister, Part::history);
    for (const Snapshot& snapshot : canister.snapshots) erase_stored(subnet.storage(), snapshot);
    canister.snapshots.clear();
    subnet.mark(canister, Part::snapshots);
    drop_code(subnet, canister);
}

void charge(Subnet& subnet, const Principal& id) {
    const u64 now = subnet.time_ns();
    Canister& canister = subnet.change(id);
    const u64 seconds = (now - canister.charged_until_ns) / second_ns;
    canister.charged_until_ns += seconds * second_ns;
    const IdleRates rates = subnet.schedule().idle_per_day(holdings(canister));
    const u128 memory =
        idle_charge(rates.memory, seconds) + idle_charge(rates.message_memory, seconds);
    const u128 compute = idle_charge(rates.compute, seconds);
    if (!pay(canister, memory, canister.consumed.memory) ||
        !pay(canister, compute, canister.consumed.compute_allocation))
        run_out(subnet, canister);
}

}  // namespace

void charge_resources(Subnet& subnet) {
    if (subnet.schedule().is_free) return;
    std::vector<Principal> due;
    for (const auto& [id, canister] : subnet.canisters())
        if (subnet.time_ns() - canister.charged_until_ns >= idle_charge_interval_s * second_ns)
            due.push_back(id);
    for (const Principal& id : due) charge(subnet, id);
}

}  // namespace icvm::replica
