#include "replica/execution/memory_limits.hpp"

#include <fmt/format.h>

#include <array>

#include "replica/execution/management_refusal.hpp"
#include "replica/state/holdings.hpp"
#include "replica/system_api/memory_growth.hpp"

namespace icvm::replica {

namespace {

constexpr u64 heap_bytes_max = 4ull << 30;

}  // namespace

Result<void, Reject> check_heap(const Canister& canister) {
    const u64 limit = canister.settings.wasm_memory_limit;
    const u64 used = canister.code->heap_pages * vm::wasm_page_bytes;
    if (limit == 0 || used <= limit) return {};
    return std::unexpected(reject_of(beyond_wasm_memory_limit(limit, used), canister.id));
}

std::string bytes_text(u64 bytes) {
    constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    double amount = double(bytes);
    for (; amount > 1024 && unit + 1 < units.size(); unit++) amount /= 1024;
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.2f} {}", amount, units[unit]);
}

Result<void, Failure> reserve_storage(Subnet& subnet, Canister& canister, u64 bytes) {
    if (bytes == 0 || subnet.schedule().is_free) return {};
    const MemoryRoom room = subnet.memory_room(Context::update);
    const u128 amount = subnet.schedule().storage_reservation(bytes, room.storage);
    const u128 limit = canister.settings.reserved_cycles_limit;
    if (canister.reserved_cycles + amount > limit)
        return refuse(ManagementRefusal::memory_reserved_limit, bytes, cycles_text(limit),
                      cycles_text(canister.reserved_cycles + amount - limit));
    if (canister.cycles < amount)
        return refuse(ManagementRefusal::memory_cycles, bytes,
                      cycles_text(amount - canister.cycles));
    canister.cycles -= amount;
    canister.reserved_cycles += amount;
    return {};
}

Result<void, Failure> take_storage(Subnet& subnet, const Canister& before, Canister& canister) {
    if (auto fits = check_heap(canister); !fits)
        return std::unexpected(failure_of(std::move(fits.error())));
    const u64 held = holdings(before).memory_bytes, holds = holdings(canister).memory_bytes;
    if (holds <= held) return {};
    const u64 bytes = holds - held;
    TRY(reserve_storage(subnet, canister, bytes));
    const u128 limit = freezing_limit(canister, subnet.schedule());
    if (canister.cycles < limit)
        return refuse(ManagementRefusal::memory_cycles, bytes,
                      cycles_text(limit - canister.cycles));
    const u64 left = subnet.memory_room(Context::update).bytes;
    if (bytes > left)
        return refuse(ManagementRefusal::memory_oversubscribed, bytes_text(bytes),
                      bytes_text(left));
    return {};
}

bool is_low_on_memory(const Canister& canister) {
    const u64 threshold = canister.settings.wasm_memory_threshold;
    const u64 limit = canister.settings.wasm_memory_limit == 0
                          ? heap_bytes_max
                          : canister.settings.wasm_memory_limit;
    const u64 used = canister.code ? canister.code->heap_pages * vm::wasm_page_bytes : 0;
    return canister.code && u128(limit) < u128(used) + threshold;
}

void update_low_memory_hook(Canister& canister) {
    if (!is_low_on_memory(canister))
        canister.low_memory_hook = HookStatus::condition_not_satisfied;
    else if (canister.low_memory_hook == HookStatus::condition_not_satisfied)
        canister.low_memory_hook = HookStatus::ready;
}

}  // namespace icvm::replica
