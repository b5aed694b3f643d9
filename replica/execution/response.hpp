#pragma once

#include "replica/execution/run.hpp"

namespace icvm::replica {

/// Failure of a message whose execution failed, or was answered by a reject: with what was
/// executed and printed.
std::unexpected<Failure> failed(Failure failure, ExecutionContext& context);
std::unexpected<Failure> failed(Reject reject, u64 instructions, ExecutionContext& context);

/// The reject of a callback whose cleanup has failed, too.
Reject with_cleanup_error(Reject callback, const std::optional<ExecutionError>& callback_error,
                          const std::optional<ExecutionError>& cleanup_error,
                          const Principal& canister);

/// "Canister <id> not found"
std::unexpected<Failure> not_found(const Principal& id);

/// IC0536 "Canister has no <kind> method '<name>'.", as mainnet ends it.
Reject no_method(const Principal& canister, std::string_view kind, std::string_view name);

}  // namespace icvm::replica
