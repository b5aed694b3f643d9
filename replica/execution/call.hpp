#pragma once

#include "replica/execution/entry.hpp"

namespace icvm::replica {

/// A call that a canister shall answer (Interface spec, "Call context creation", "Message
/// execution").
struct Invocation {
    CallOrigin origin;
    std::string method;
    ByteVector argument;
    u128 cycles = 0;
    u64 deadline_ns = 0;
};

/// Executes an update call, or a query method in replicated mode, and applies what comes of it. A
/// Failure is never a reject: those are answers.
Result<void, Failure> execute_call(Subnet& subnet, const Principal& id, Invocation call);

/// The response to a call that the canister has made: runs its callback.
Result<void, Failure> execute_response(Subnet& subnet, const Principal& id, Response response);

/// A heartbeat, the global timer, or the low-memory hook. One that the canister cannot pay for
/// stays due.
Result<void, Failure> execute_task(Subnet& subnet, const Principal& id, Context task);

/// What an execution has paid for beforehand.
struct Prepayment {
    u128 cycles = 0;
    u64 instructions_max = 0;
    bool memory64 = false;  ///< the price of an instruction
};

/// Takes from the balance what `instructions_max` of a module may cost, or IC0207; `caller` learns
/// how much is missing when it controls the canister.
Result<Prepayment, Reject> prepay(Subnet& subnet, Canister& canister, u64 instructions_max,
                                  bool memory64, const Principal& caller);
/// Gives back what was not used.
void settle(Subnet& subnet, Canister& canister, const Prepayment& prepaid, u64 instructions);

}  // namespace icvm::replica
