#pragma once

#include "replica/cycles/cost_schedule.hpp"
#include "replica/state/message.hpp"

namespace icvm::replica {

/// Of a subnet, in bytes and numbers (docs/mainnet.md, "Limits").
/// Kept for callbacks, lest they fail where their call did not.
inline constexpr u64 subnet_memory_reserve_bytes = 10ull << 30;
inline constexpr u64 subnet_message_bytes_max = 15ull << 30;
/// Callbacks that each canister may have whatever the others have.
inline constexpr u64 canister_callbacks_min = 50;
/// mainnet executes in so many threads: each has its part of what is left, and of the capacity.
inline constexpr u64 subnet_threads = 4;

/// Of heaps, stable memories and all else that is kept: what an execution finds left in the subnet,
/// and takes of it.
struct MemoryRoom {
    u64 bytes = (SubnetCapacity().memory_bytes - subnet_memory_reserve_bytes) / subnet_threads;
    StorageSaturation storage{
        .usage_bytes = subnet_memory_reserve_bytes / subnet_threads,
        .threshold_bytes = SubnetCapacity().storage_threshold_bytes / subnet_threads,
        .capacity_bytes = SubnetCapacity().memory_bytes / subnet_threads};
};

/// The same of calls.
struct MessageRoom {
    u64 bytes = subnet_message_bytes_max / subnet_threads;  ///< for those without a deadline
    u64 callbacks = SubnetCapacity().callbacks;
};

}  // namespace icvm::replica
