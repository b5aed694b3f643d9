#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "replica/cycles/cost_schedule.hpp"
#include "replica/state/canister.hpp"
#include "replica/state/holdings.hpp"
#include "replica/state/stable_memory.hpp"
#include "replica/system_api/execution_error.hpp"
#include "replica/system_api/subnet_room.hpp"

namespace icvm::replica {

/// As what a canister's code runs (Interface spec, "Overview of imports").
enum class Context : u8 {
    start,
    init,  ///< canister_post_upgrade, too
    pre_upgrade,
    update,
    replicated_query,
    non_replicated_query,
    transform,
    composite_query,
    reply_callback,
    reject_callback,
    composite_reply_callback,
    composite_reject_callback,
    cleanup,
    composite_cleanup,
    inspect_message,
    heartbeat,
    global_timer,
    on_low_wasm_memory,
};

/// "non replicated query", as mainnet names it.
std::string_view mode_name(Context context);
bool in_replicated_execution(Context context);
/// Where what an execution takes of memory, and of cycles for it, must not freeze the canister: not
/// in callbacks, which must be able to end, not where nothing stays, and not in install_code, which
/// looks at its end.
bool may_not_freeze(Context context);
/// Where memory is taken from the subnet at once.
bool takes_room(Context context);

/// Greatest reply, in bytes.
inline constexpr u64 reply_bytes_max_replicated = 2 * 1024 * 1024;
inline constexpr u64 reply_bytes_max_query = 3 * 1024 * 1024;
/// Of the lines that one message prints: ours.
inline constexpr u64 log_bytes_max = 1024 * 1024;

/// What a canister answers: nothing yet, a reply, or the text of a reject.
struct Rejection {
    std::string message;
};
using Answer = std::variant<std::monostate, ByteVector, Rejection>;

/// A call that an execution makes (Interface spec, "Inter-canister method calls").
struct OutgoingCall {
    Principal callee;
    std::string method;
    ByteVector argument;
    u128 cycles = 0;  ///< attached
    Closure on_reply, on_reject;
    std::optional<Closure> on_cleanup;
    std::optional<u32> timeout_s;   ///< a best-effort call
    u128 fee = 0;                   ///< of the request's transmission
    u128 prepaid_execution = 0;     ///< of the callback
    u128 prepaid_transmission = 0;  ///< of the response

    u128 cost() const { return cycles + fee + prepaid_execution + prepaid_transmission; }
};

/// One execution as the System API sees it: what it may read, and its effects, which are collected
/// here and applied at once when the whole message succeeds.
struct ExecutionContext {
    Context context = Context::update;
    const Canister* canister = nullptr;
    Principal caller;
    Bytes argument;           ///< of a reply callback: the reply
    std::string_view method;  ///< inspect_message
    u64 time_ns = 0;
    bool memory64 = false;
    i64 budget_at_start = 0;    ///< instructions that this execution began with
    u64 instruction_limit = 0;  ///< of the whole message, for the error's text
    StableMemory* stable = nullptr;
    const CostSchedule* schedule = &cost_schedules[0];
    /// The canister's environment variables, in the order of their names' bytes; nullptr: none.
    const std::map<std::string, std::string>* environment = nullptr;
    u64 instructions_before = 0;  ///< of earlier executions of the call context
    /// Of a caller that signs by a canister; empty for all others.
    Bytes caller_info, caller_info_signer;
    /// Makes that of the certified data, in queries of the canister that the user has called, when
    /// it is looked at; empty: there is none.
    std::function<Bytes()> data_certificate;
    /// What the subnet has left, asked when it is needed; empty: as much as an empty one.
    std::function<MemoryRoom()> ask_memory_room;

    // The call that it answers.
    u128 cycles_available = 0;      ///< attached to it, and not yet accepted
    bool responded_before = false;  ///< by an earlier execution
    u64 deadline_ns = 0;            ///< 0: none
    // The response that a callback handles.
    u32 reject_code = 0;
    std::string_view reject_message;
    u128 cycles_refunded = 0;

    // Effects.
    Answer response;
    ByteVector reply_data;  ///< appended, and not yet replied with
    bool message_accepted = false;
    std::optional<ByteVector> certified_data;
    std::optional<u64> global_timer;
    u128 cycles_accepted = 0;
    u128 cycles_burned = 0;
    std::optional<OutgoingCall> call;       ///< under construction
    std::vector<OutgoingCall> calls;        ///< performed
    std::map<Principal, u64> calls_to;      ///< how many of `calls`
    u128 calls_cost = 0;                    ///< of `calls`
    MessageMemory calls_memory;             ///< that `calls` keep
    u64 memory_grown = 0;                   ///< bytes of heap and stable memory
    u128 cycles_reserved = 0;               ///< for them
    std::optional<MemoryRoom> memory_room;  ///< what is left of it
    u64 room_taken = 0;                     ///< of it, in bytes
    MessageRoom message_room;               ///< what is left of it
    std::vector<std::string> log;
    u64 log_bytes = 0;             ///< of `log`
    std::vector<u64> log_records;  ///< sizes of the records that mainnet's log would hold

    std::optional<ExecutionError> error;  ///< why a host function trapped; then, why it failed
    std::string trap_message;             ///< of ic0.trap
    std::string trap_line;                ///< for the canister's log; empty: none
    u64 slice_overrun = 0;  ///< instructions of a slice that was overspent; 0: none was

    /// The balance as the canister sees it.
    u128 cycles() const;
    /// Above the freezing limit.
    u128 liquid_cycles() const;
    /// The freezing limit when it uses so much memory.
    u128 freezing_limit_with(u64 memory_bytes, u64 message_memory_bytes) const;
    u64 memory_usage() const { return memory_usage_bytes(*canister) + memory_grown; }
    u64 message_memory() const {
        return canister->calls.message_memory().total() + calls_memory.total();
    }
    u64 timer() const { return global_timer.value_or(canister->global_timer); }
    bool has_responded() const {
        return responded_before || !std::holds_alternative<std::monostate>(response);
    }
    /// Keeps a line that the canister prints.
    void print(std::string line);
};

}  // namespace icvm::replica
