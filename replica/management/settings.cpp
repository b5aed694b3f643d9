#include "replica/management/settings.hpp"

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/holdings.hpp"
#include "replica/state/settings_change.hpp"

namespace icvm::replica {

namespace {

/// Of the others, what `part` of them comes to.
template <class Part>
u64 sum_of_others(const Subnet& subnet, const Principal& id, Part part) {
    u64 sum = 0;
    for (const auto& [other, canister] : subnet.canisters())
        if (other != id) sum += std::min(part(canister), ~u64(0) - sum);
    return sum;
}

Result<void, Failure> check_capacity(const Subnet& subnet, const Canister& canister,
                                     const Settings& after) {
    if (after.memory_allocation > canister.settings.memory_allocation) {
        const u64 held = holdings(canister).memory_bytes;
        const u64 left = subnet.memory_room(Context::update).bytes + held;
        if (after.memory_allocation > left)
            return refuse(ManagementRefusal::memory_oversubscribed,
                          bytes_text(after.memory_allocation), bytes_text(left));
    }
    if (after.compute_allocation > canister.settings.compute_allocation) {
        const u64 used = sum_of_others(subnet, canister.id, [](const Canister& other) {
            return other.settings.compute_allocation;
        });
        const u64 left =
            compute_capacity_percent - 1 - std::min(used, compute_capacity_percent - 1);
        if (after.compute_allocation > left)
            return refuse(ManagementRefusal::compute_oversubscribed, after.compute_allocation,
                          left);
    }
    return {};
}

/// Only what is allocated in addition must not freeze the canister: a threshold may.
Result<void, Failure> check_balance(const Subnet& subnet, const Canister& canister,
                                    const Settings& after) {
    const Holdings held{
        .memory_bytes = std::max(after.memory_allocation, memory_usage_bytes(canister)),
        .compute_percent = after.compute_allocation};
    const u128 limit =
        subnet.schedule().freezing_limit(held, after.freezing_threshold, canister.reserved_cycles);
    if (canister.cycles >= limit) return {};
    const std::string missing = cycles_text(limit - canister.cycles);
    if (after.compute_allocation > canister.settings.compute_allocation)
        return refuse(ManagementRefusal::compute_allocation_cycles, after.compute_allocation,
                      missing);
    if (after.memory_allocation > canister.settings.memory_allocation)
        return refuse(ManagementRefusal::memory_allocation_cycles,
                      bytes_text(after.memory_allocation), missing);
    return {};
}

}  // namespace

Result<Settings, Failure> checked_settings(const Subnet& subnet, const Canister& canister,
                                           const management::CanisterSettings& change) {
    auto after = changed(canister.settings, change);
    if (!after) return std::unexpected(failure_of(std::move(after.error())));
    TRY(check_capacity(subnet, canister, *after));
    TRY(check_balance(subnet, canister, *after));
    if (auto within = check_limits(*after, canister.reserved_cycles); !within)
        return std::unexpected(failure_of(std::move(within.error())));
    return std::move(*after);
}

bool is_paid_afterwards(const std::string& method, Bytes argument) {
    constexpr size_t argument_bytes_max = 324;
    return method == "update_settings" && argument.size() <= argument_bytes_max;
}

void pay_afterwards(Subnet& subnet, const ManagementCall& call) {
    const auto about =
        management::effective_canister(management::Method::update_settings, call.argument);
    if (!about || !*about || !subnet.find(**about)) return;
    Canister& canister = subnet.change(**about);
    const u128 cost = subnet.schedule().ingress(call.method.size() + call.argument.size());
    if (canister.cycles < freezing_limit(canister, subnet.schedule()) + cost) return;
    canister.cycles -= cost;
    canister.consumed.ingress_induction += cost;
}

Result<void, Failure> reserve_allocation(Subnet& subnet, Canister& canister,
                                         const Settings& after) {
    const u64 used = memory_usage_bytes(canister);
    const u64 held = std::max(canister.settings.memory_allocation, used);
    const u64 holds = std::max(after.memory_allocation, used);
    if (holds <= held || subnet.schedule().is_free) return {};
    const u128 amount = subnet.schedule().storage_reservation(
        holds - held, subnet.memory_room(Context::update).storage);
    const u128 reserved = canister.reserved_cycles + amount;
    if (reserved > after.reserved_cycles_limit)
        return refuse(ManagementRefusal::allocation_reserved_limit,
                      bytes_text(after.memory_allocation), cycles_text(after.reserved_cycles_limit),
                      cycles_text(reserved - after.reserved_cycles_limit));
    if (canister.cycles < amount)
        return refuse(ManagementRefusal::memory_allocation_cycles,
                      bytes_text(after.memory_allocation), cycles_text(amount - canister.cycles));
    canister.cycles -= amount;
    canister.reserved_cycles += amount;
    return {};
}

/// Interface spec, "IC method update_settings".
ManagementResult<management::Nothing> management::methods::update_settings(
    ManagementContext& context, const UpdateSettingsArguments& given) {
    // Conditions.
    Subnet& subnet = context.subnet;
    if (auto within = changed(Settings(), given.settings); !within)
        return std::unexpected(failure_of(std::move(within.error())));
    const Canister& found = *TRY(find_managed(subnet, given.canister_id));
    TRY(require_controller(found, context.caller));
    Settings after = TRY(checked_settings(subnet, found, given.settings));

    // State after.
    Canister& canister = subnet.change(given.canister_id);
    TRY(reserve_allocation(subnet, canister, after));
    canister.settings = std::move(after);
    canister.version++;
    if (given.settings.log_memory_limit) {
        canister.log.shrink(canister.settings.log_memory_limit);
        subnet.mark(canister, Part::log);
    }
    if (given.settings.controllers) {
        canister.history.add({.time_ns = subnet.time_ns(),
                              .version = canister.version,
                              .origin = context.change_origin(),
                              .details = ControllersChange{canister.settings.controllers}});
        subnet.mark(canister, Part::history);
    }
    update_low_memory_hook(canister);
    subnet.refresh(canister);
    return Nothing{};
}

}  // namespace icvm::replica
