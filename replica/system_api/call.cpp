// Calls to other canisters (Interface spec, "Inter-canister method calls"). What a call takes from
// the balance it takes at once; when the execution traps, nothing of it has happened.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "replica/base/lossy_utf8.hpp"
#include "replica/cycles/cost_schedule.hpp"
#include "replica/state/subnet_record.hpp"
#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

/// Of an exported method's name, and so of any that is called.
constexpr u64 method_name_bytes_max = 20'000;
/// Of a method's name and the argument, within a subnet.
constexpr u64 payload_bytes_max = 10 * 1024 * 1024;
constexpr u32 timeout_s_max = 300;

constexpr u64 performed = 0, not_performed = u64(RejectCode::sys_transient);

/// mainnet's text for a call that nobody has begun.
std::unexpected<ExecutionError> not_begun(std::string_view name) {
    return std::unexpected(
        contract_violation(fmt::format("{} called when no call is under construction.", name)));
}

/// A table index that does not fit stands for a function that does not exist.
Closure closure(u64 function, u64 environment) {
    return {u32(std::min<u64>(function, std::numeric_limits<u32>::max())), environment};
}

std::unexpected<ExecutionError> payload_too_large(const OutgoingCall& call, u128 bytes) {
    return std::unexpected(contract_violation(
        fmt::format("Request to {}:{} has a payload size of {}, which exceeds the allowed limit of "
                    "{}.",
                    call.callee.text(), call.method, u64(bytes), payload_bytes_max),
        ""));
}

/// Withdraws what is attached to the call under construction.
CallResult attach_cycles(SystemCall& call, std::string_view name, u128 amount) {
    ExecutionContext& execution = call.execution;
    if (!execution.call) return not_begun(name);
    if (amount > execution.liquid_cycles())
        return std::unexpected(ExecutionError{
            ErrorCode::canister_contract_violation,
            fmt::format("Canister {} is out of cycles", execution.canister->id.text())});
    execution.call->cycles += amount;
    return 0;
}

/// Takes memory for the messages of a call from the subnet; false: there is not enough, or keeping
/// it would freeze the canister.
bool take_message_memory(ExecutionContext& execution, const MessageMemory& memory) {
    const u64 after = execution.message_memory() + memory.total();
    if (may_not_freeze(execution.context) &&
        execution.cycles() < execution.freezing_limit_with(execution.memory_usage(), after))
        return false;
    u64& left = execution.message_room.bytes;
    if (memory.guaranteed > left) return false;
    left -= memory.guaranteed;
    execution.calls_memory += memory;
    return true;
}

/// Prices what is sent; false: the canister cannot pay.
bool pay(const ExecutionContext& execution, OutgoingCall& call) {
    call.fee = execution.schedule->request(call.method.size() + call.argument.size());
    call.prepaid_execution = execution.schedule->callback_prepayment(execution.memory64);
    call.prepaid_transmission = execution.schedule->response_prepayment();
    return call.fee + call.prepaid_execution + call.prepaid_transmission <=
           execution.liquid_cycles();
}

/// One of the callbacks that the subnet has left; what is taken is not given back.
bool take_callback(ExecutionContext& execution) {
    u64& left = execution.message_room.callbacks;
    if (left == 0) return false;
    left--;
    return true;
}

u64 open_calls(const ExecutionContext& execution, const Principal& callee) {
    const auto made = execution.calls_to.find(callee);
    return execution.canister->calls.unanswered(callee) +
           (made == execution.calls_to.end() ? 0 : made->second);
}

/// Whether the receiver's queue has room for one more call of this canister. The management
/// canister and the subnet's id have one queue.
bool has_room(const ExecutionContext& execution, const Principal& callee) {
    const Principal management;
    if (callee != management && callee != subnet_id())
        return open_calls(execution, callee) < requests_max;
    return open_calls(execution, management) + open_calls(execution, subnet_id()) < requests_max;
}

/// In mainnet's order: memory, a callback, cycles, the queue.
bool accept(ExecutionContext& execution, OutgoingCall& call) {
    const MessageMemory memory =
        memory_of_request(call.method.size() + call.argument.size(), call.timeout_s.has_value());
    if (!take_message_memory(execution, memory)) return false;
    if (take_callback(execution) && pay(execution, call) && has_room(execution, call.callee))
        return true;
    execution.message_room.bytes += memory.guaranteed;
    execution.calls_memory -= memory;
    return false;
}

}  // namespace

CallResult call_new(SystemCall& call) {
    call.execution.call.reset();
    if (call[3] > method_name_bytes_max)
        return std::unexpected(
            contract_violation(fmt::format("Size of method_name {} exceeds the allowed limit of "
                                           "{}.",
                                           call[3], method_name_bytes_max),
                               ""));
    const Bytes name = TRY(call.heap("ic0.call_new method_name", call[2], call[3]));
    const Bytes id = TRY(call.heap("ic0.call_new callee_src", call[0], call[1]));
    const auto callee = Principal::from_bytes(id);
    if (!callee)
        return std::unexpected(ExecutionError{ErrorCode::canister_contract_violation,
                                              "Canister provided invalid principal id",
                                              toolchain_help()});
    call.execution.call = OutgoingCall{.callee = *callee,
                                       .method = lossy_utf8(name),
                                       .argument = {},
                                       .on_reply = closure(call[4], call[5]),
                                       .on_reject = closure(call[6], call[7]),
                                       .on_cleanup = {},
                                       .timeout_s = {}};
    return 0;
}

CallResult call_on_cleanup(SystemCall& call) {
    if (!call.execution.call) return not_begun("ic0.call_on_cleanup");
    if (call.execution.call->on_cleanup)
        return std::unexpected(
            contract_violation("ic0.call_on_cleanup can be called at most once between "
                               "`ic0.call_new` and `ic0.call_perform`"));
    call.execution.call->on_cleanup = closure(call[0], call[1]);
    return 0;
}

CallResult call_data_append(SystemCall& call) {
    if (!call.execution.call) return not_begun("ic0.call_data_append");
    OutgoingCall& made = *call.execution.call;
    const u128 bytes = u128(made.method.size()) + made.argument.size() + call[1];
    if (bytes > payload_bytes_max) return payload_too_large(made, bytes);
    const Bytes data = TRY(call.heap("ic0.call_data_append", call[0], call[1]));
    made.argument.insert(made.argument.end(), data.begin(), data.end());
    return 0;
}

CallResult call_with_best_effort_response(SystemCall& call) {
    if (!call.execution.call) return not_begun("ic0.call_with_best_effort_response");
    if (call.execution.call->timeout_s)
        return std::unexpected(contract_violation(
            "ic0_call_with_best_effort_response failed because a timeout is already set."));
    call.execution.call->timeout_s = std::min(u32(call[0]), timeout_s_max);
    return 0;
}

CallResult call_cycles_add128(SystemCall& call) {
    return attach_cycles(call, "ic0_call_cycles_add128", u128(call[0]) << 64 | call[1]);
}

CallResult call_cycles_add(SystemCall& call) {
    return attach_cycles(call, "ic0_call_cycles_add", call[0]);
}

CallResult call_perform(SystemCall& call) {
    ExecutionContext& execution = call.execution;
    if (!execution.call) return not_begun("ic0.call_perform");
    // What is attached has left the balance until the call is reset.
    OutgoingCall made = std::move(*execution.call);
    const bool is_accepted = accept(execution, made);
    execution.call.reset();
    if (!is_accepted) return not_performed;
    execution.calls_cost += made.cost();
    execution.calls_to[made.callee]++;
    execution.calls.push_back(std::move(made));
    return performed;
}

}  // namespace icvm::replica::calls
