#pragma once

/// Prices, in cycles (Interface spec, "Cycle cost calculation"; docs/mainnet.md, "Cycles").

#include <string>
#include <string_view>

#include "replica/cycles/http_outcall.hpp"
#include "vm/base/integers.hpp"

namespace icvm::replica {

/// What a canister pays for without doing anything.
struct Holdings {
    u64 memory_bytes = 0;          ///< allocated or used, whichever is more
    u64 message_memory_bytes = 0;  ///< of its queues
    u64 compute_percent = 0;       ///< its compute allocation
};

/// Cycles a day for each of them: mainnet charges them one by one, each rounded down.
struct IdleRates {
    u128 memory = 0, message_memory = 0, compute = 0;
};

/// How full the subnet is: above `threshold` new storage is paid in advance.
struct StorageSaturation {
    u64 usage_bytes = 0;
    u64 threshold_bytes = 750ull << 30;
    u64 capacity_bytes = 2ull << 40;
};

/// Callbacks are paid in advance for as much as they may execute and receive.
inline constexpr u64 callback_instructions_max = 40'000'000'000;
inline constexpr u64 response_bytes_max = 2 * 1024 * 1024;

/// How often what is held is charged.
inline constexpr u64 idle_charge_interval_s = 10;

/// Prices of an application subnet. They are those of 13 nodes, scaled by `nodes` / 13, where the
/// multiplication comes first; with `is_free` each of them is 0.
struct CostSchedule {
    std::string_view name;
    u64 nodes;
    bool is_free;

    /// A message, or a callback, that executes so many instructions.
    u128 execution(u64 instructions, bool memory64) const;
    /// Instructions without a message: those that a prepayment gives back, and those that the
    /// management canister executes (which are never of memory64).
    u128 instructions(u64 count, bool memory64) const;
    /// Execution of a callback, prepaid when the call is made.
    u128 callback_prepayment(bool memory64) const;

    /// Reception of an ingress message of so many bytes: its whole envelope.
    u128 ingress(u64 bytes) const;
    /// A call whose method name and argument have so many bytes, without what is prepaid.
    u128 request(u64 bytes) const;
    /// A response of so many bytes.
    u128 response(u64 bytes) const;
    /// The largest response, prepaid when the call is made; what it was smaller comes back.
    u128 response_prepayment() const { return response(response_bytes_max); }
    /// What must be above the freezing limit for call_perform: ic0.cost_call.
    u128 call(u64 bytes, bool memory64) const;

    u128 create_canister() const;
    /// sign_with_ecdsa, sign_with_schnorr and vetkd_derive_key, at a key of this subnet.
    u128 signature() const;
    /// http_request with pricing version 1.
    u128 http_request(u64 request_bytes, u64 response_bytes) const;
    /// With pricing version 2: what to attach, some of which comes back.
    u128 http_request(const HttpOutcall& outcall) const;

    u128 storage(u64 bytes, u64 seconds) const;
    u128 compute_allocation(u64 percent, u64 seconds) const;
    IdleRates idle_per_day(const Holdings& holdings) const;
    /// idle_cycles_burned_per_day of canister_status.
    u128 idle_cycles_burned_per_day(const Holdings& holdings) const;
    /// Below this balance a canister is frozen: what it burns in `threshold_s` seconds, without
    /// what is reserved.
    u128 freezing_limit(const Holdings& holdings, u64 threshold_s, u128 reserved) const;
    /// Cycles to reserve when storage grows by `bytes` on a subnet that is so full before.
    u128 storage_reservation(u64 bytes, const StorageSaturation& before) const;

private:
    u128 scaled(u128 cycles) const;
};

/// "5_000_000", as mainnet's texts show amounts.
std::string cycles_text(u128 cycles);

/// Of a daily rate, for so many seconds.
u128 idle_charge(u128 rate_per_day, u64 seconds);

inline constexpr CostSchedule cost_schedules[] = {
    {.name = "13", .nodes = 13, .is_free = false},
    {.name = "free", .nodes = 13, .is_free = true},
};

/// nullptr: there is none of that name.
const CostSchedule* find_cost_schedule(std::string_view name);

}  // namespace icvm::replica
