#include "replica/scheduler/charges.hpp"

#include <algorithm>

#include "replica/management/lifecycle.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr u64 second_ns = 1'000'000'000;

/// Takes `amount` from what is reserved, then from the balance: less when there is not enough.
u128 take(Canister& canister, u128 amount) {
    const u128 reserved = std::min(canister.reserved_cycles, amount);
    canister.reserved_cycles -= reserved;
    amount -= reserved;
    const u128 paid = std::min(canister.cycles, amount);
    canister.cycles -= paid;
    return reserved + paid;
}

/// Interface spec, "Canister out of cycles".
void run_out(Subnet& subnet, Canister& canister) {
    canister.settings.compute_allocation = 0;
    canister.settings.memory_allocation = 0;
    uninstall(subnet, canister,
              {.principal = Principal(), .is_canister = false, .canister_version = {}});
    canister.history = {};
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
    const u128 paid_memory = take(canister, memory);
    const u128 paid_compute = take(canister, compute);
    canister.consumed.memory += paid_memory;
    canister.consumed.compute_allocation += paid_compute;
    if (paid_memory < memory || paid_compute < compute) run_out(subnet, canister);
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
