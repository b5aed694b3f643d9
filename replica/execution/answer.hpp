#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// The answer to a call: a user gets it by the status of the message, a canister by its callback,
/// the system needs none. `refund`: cycles that were attached and not accepted.
void answer(Subnet& subnet, const CallOrigin& origin, const Principal& respondent, Payload payload,
            u128 refund);

/// A user's message has begun, and is not answered yet.
void note_processing(Subnet& subnet, const CallOrigin& origin);

/// A reject as the caller sees it: a canister finds the error code in the text.
Payload payload_of(Reject reject, const CallOrigin& origin);
/// The same of an error that brings no code along: of the management canister and of routing.
Payload plain_payload_of(Reject reject);

/// Puts a request into its receiver's queue; one that cannot be delivered is answered at once.
void send(Subnet& subnet, Request request);

/// What a canister must be for a call to reach it: IC0508, IC0509.
Result<void, Reject> require_running(const Canister& canister);

/// Who has called: a user, a canister, or the management canister for the system.
Principal caller_of(const CallOrigin& origin);

/// A context without an answer is answered, one without callbacks removed. `error`: why its
/// execution failed.
void conclude(Subnet& subnet, Canister& canister, ContextId id, std::optional<Reject> error);
/// The answer of an execution that has one; the rest of what was attached goes back.
void respond(Subnet& subnet, Canister& canister, CallContext& context, Answer& answered);
/// A context that no further execution will answer.
void respond_failure(Subnet& subnet, Canister& canister, CallContext& context,
                     std::optional<Reject> error);

/// A stopping canister without open calls is stopped, and those who wait for that are told.
void finish_stopping(Subnet& subnet, Canister& canister);

}  // namespace icvm::replica
