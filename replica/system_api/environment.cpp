// Time, counters, environment variables (a canister has none yet), and the mode it runs in.

#include <fmt/format.h>

#include "replica/system_api/system_call.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::calls {

namespace {

/// Greatest name of an environment variable, in bytes (docs/mainnet.md, "Contexts").
constexpr u64 name_bytes_max = 128;

std::unexpected<ExecutionError> no_such_index(u64 index) {
    return std::unexpected(ExecutionError{
        ErrorCode::canister_contract_violation,
        fmt::format("Environment variable index {} is out of bounds. The number of environment "
                    "variables is 0.",
                    index)});
}

Result<std::string, ExecutionError> variable_name(SystemCall& call, std::string_view where) {
    if (call[1] > name_bytes_max)
        return std::unexpected(contract_violation(
            fmt::format("ic0.{}: Variable name is too large.", call.row.name), ""));
    const Bytes name =
        TRY(call.heap(fmt::format("ic0.{} {}", call.row.name, where), call[0], call[1]));
    if (!is_utf8(name))
        return std::unexpected(contract_violation(
            fmt::format("ic0.{}: Variable name is not a valid UTF-8 string.", call.row.name),
            "Provide a valid UTF-8 string for the environment variable name. See documentation: "));
    return std::string(text_of(name));
}

std::unexpected<ExecutionError> not_found(const std::string& name) {
    return std::unexpected(ExecutionError{ErrorCode::canister_contract_violation,
                                          fmt::format("Environment variable {} not found.", name)});
}

}  // namespace

CallResult time(SystemCall& call) { return call.execution.time_ns; }

CallResult global_timer_set(SystemCall& call) {
    const u64 previous = call.execution.timer();
    call.execution.global_timer = call[0];
    return previous;
}

CallResult performance_counter(SystemCall& call) {
    if (call[0] > 1)
        return std::unexpected(
            contract_violation(fmt::format("Error getting performance counter type {}", call[0])));
    // Both types: no context has had an execution before this one.
    return u64(call.execution.budget_at_start - call.host.budget->remaining());
}

CallResult in_replicated_execution(SystemCall& call) {
    return u64(replica::in_replicated_execution(call.execution.context));
}

CallResult env_var_count(SystemCall&) { return 0; }
CallResult env_var_name_size(SystemCall& call) { return no_such_index(call[0]); }
CallResult env_var_name_copy(SystemCall& call) { return no_such_index(call[0]); }

CallResult env_var_name_exists(SystemCall& call) {
    TRY(variable_name(call, "heap"));
    return 0;
}

CallResult env_var_value_size(SystemCall& call) {
    return not_found(TRY(variable_name(call, "heap")));
}

CallResult env_var_value_copy(SystemCall& call) {
    return not_found(TRY(variable_name(call, "name")));
}

}  // namespace icvm::replica::calls
