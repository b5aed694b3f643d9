#pragma once

#include "replica/system_api/context.hpp"

namespace icvm::replica {

/// What mainnet says of a trap (docs/mainnet.md, "Errors"), with the backtrace behind it when the
/// module has names. Takes the error of a host function from `context`.
ExecutionError error_of_trap(const vm::Trap& trap, ExecutionContext& context);

/// As a reject of `canister`, with the backtrace beside the message.
Reject reject_of_trap(const vm::Trap& trap, ExecutionContext& context);

/// IC0521: the module could not be instantiated.
ExecutionError not_instantiated(std::string_view reason);

}  // namespace icvm::replica
