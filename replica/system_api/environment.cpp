// Time, counters, environment variables, and the mode that a canister runs in.

#include <fmt/format.h>

#include <iterator>

#include "replica/system_api/system_call.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::calls {

namespace {

/// Greatest name of an environment variable, in bytes (docs/mainnet.md, "Contexts").
constexpr u64 name_bytes_max = 128;

using Environment = std::map<std::string, std::string>;

const Environment& environment(const SystemCall& call) {
    static const Environment none;
    return call.execution.environment ? *call.execution.environment : none;
}

/// The call[0]-th name.
Result<Bytes, ExecutionError> name_at_index(const SystemCall& call) {
    const Environment& variables = environment(call);
    if (call[0] < variables.size())
        return bytes_of(std::next(variables.begin(), std::ptrdiff_t(call[0]))->first);
    return std::unexpected(ExecutionError{
        ErrorCode::canister_contract_violation,
        fmt::format("Environment variable index {} is out of bounds. The number of environment "
                    "variables is {}.",
                    call[0], variables.size())});
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
            "Provide a valid UTF-8 string for the environment variable name."));
    return std::string(text_of(name));
}

/// The value of the variable that is named at call[0], call[1].
Result<Bytes, ExecutionError> named_value(SystemCall& call, std::string_view where) {
    const std::string name = TRY(variable_name(call, where));
    const auto found = environment(call).find(name);
    if (found != environment(call).end()) return bytes_of(found->second);
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
        return std::unexpected(contract_violation(
            fmt::format("Error getting performance counter type {}", call[0]), ""));
    const u64 used = u64(call.execution.budget_at_start - call.host.budget->remaining());
    return call[0] == 0 ? used : call.execution.instructions_before + used;
}

CallResult in_replicated_execution(SystemCall& call) {
    return u64(replica::in_replicated_execution(call.execution.context));
}

CallResult env_var_count(SystemCall& call) { return environment(call).size(); }

CallResult env_var_name_size(SystemCall& call) { return TRY(name_at_index(call)).size(); }

CallResult env_var_name_copy(SystemCall& call) {
    return call.copy("name", TRY(name_at_index(call)), call[1], call[2], call[3]);
}

CallResult env_var_name_exists(SystemCall& call) {
    return u64(environment(call).contains(TRY(variable_name(call, "heap"))));
}

CallResult env_var_value_size(SystemCall& call) { return TRY(named_value(call, "heap")).size(); }

CallResult env_var_value_copy(SystemCall& call) {
    return call.copy("value", TRY(named_value(call, "name")), call[2], call[3], call[4]);
}

}  // namespace icvm::replica::calls
