#pragma once

#include <optional>

#include "cli/calling.hpp"

namespace icvm::cli {

/// A call as the command line says it: CANISTER METHOD [ARGS].
struct PlannedCall {
    CanisterCall call;                          ///< an update
    std::optional<replica::ModuleInfo> module;  ///< nothing: the callee is empty, or the system's
    Service service;                            ///< of --candid, else the callee's own; may be null
    /// nullptr: there is no module.
    const replica::ModuleInfo* module_info() const { return module ? &*module : nullptr; }
    /// Whether it is a query when nobody says otherwise.
    bool is_exported_as_query() const;
};

/// Finds the callee (aaaaa-aa is the management canister) and encodes the arguments.
Result<PlannedCall, Problem> plan_call(Context& context, const Session& session);
/// Whether the operands can be a call; exit 2.
Done check_call_operands(const Invocation& invocation);

}  // namespace icvm::cli
