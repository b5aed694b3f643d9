#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "replica/base/principal.hpp"
#include "replica/state/calls.hpp"
#include "vm/base/bytes.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// Virtual time starts here: 2021-05-10T00:00:00Z, in nanoseconds since 1970.
inline constexpr u64 time_start_ns = 1'620'604'800'000'000'000;

/// Counters of the subnet.
struct SubnetRecord {
    u64 next_canister = first_canister_index;
    u64 next_memory = 1;                             ///< MemoryId
    u64 round = 0;                                   ///< rounds so far; each moves time by 1 ns
    std::string metering{vm::default_costs().name};  ///< name of a vm::CostVersion
    std::string cycles = "free";                     ///< name of a CostSchedule
    u64 moved_ns = 0;                                ///< by which time was moved beside the rounds
    u64 next_ingress = 1;     ///< numbers of ingress messages that bring no id
    u64 random = 0;           ///< blocks of randomness drawn so far
    u128 cycles_created = 0;  ///< from nothing: of new canisters, and to top them up
    /// Of these, what is nowhere any more: of deleted canisters (what they had consumed, too), and
    /// attached to calls whose deadline has come.
    u128 cycles_gone = 0;
    bool has_cycles = true;  ///< false: it is of a version that did not keep the two above

    /// Cycles from nothing: `amount`, or what is left of 128 bits, so that no sum of cycles here
    /// ever exceeds them.
    u128 create_cycles(u128 amount) {
        amount = std::min(amount, ~cycles_created);
        cycles_created += amount;
        return amount;
    }
    u64 time_ns() const { return time_start_ns + round + moved_ns; }
};

inline constexpr std::string_view subnet_key = "subnet";

/// A call to the management canister, on its way or being answered.
struct ManagementCall {
    CallOrigin origin;
    Principal caller;
    std::optional<u64> caller_version;  ///< of a canister
    std::string method;
    ByteVector argument;
    u128 cycles = 0;    ///< attached, and not yet consumed
    u64 expiry_ns = 0;  ///< of a user: time after which it does not begin any more; 0: never
};

/// The management canister's queue.
struct ManagementQueue {
    std::deque<ManagementCall> waiting;
    std::deque<ManagementCall> next_round;  ///< raw_rand, which is answered a round later

    bool is_empty() const { return waiting.empty() && next_round.empty(); }
};

inline constexpr std::string_view management_key = "management";
ByteVector encode(const ManagementQueue& queue);
/// Nothing when the bytes are damaged.
std::optional<ManagementQueue> decode_management_queue(Bytes bytes);

/// What encode() writes; decode_subnet_record() knows 1 and 2, too.
inline constexpr u8 subnet_record_version = 4;
ByteVector encode(const SubnetRecord& record);
/// Nothing when the bytes are damaged, or of another version of the format.
std::optional<SubnetRecord> decode_subnet_record(Bytes bytes);

/// The subnet's public key as DER (a BLS12-381 key has 133 bytes). It is made up: nobody has the
/// private key, and nothing is signed with it.
Bytes root_key();
/// The subnet's own principal: self-authenticating by root_key().
const Principal& subnet_id();

}  // namespace icvm::replica
