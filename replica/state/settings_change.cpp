#include "replica/state/settings_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "replica/cycles/cost_schedule.hpp"

namespace icvm::replica {

namespace {

using candid::Integer;

std::unexpected<Reject> refused(ErrorCode code, std::string message) {
    return std::unexpected(reject(code, std::move(message)));
}

/// A number from 0 to `max`; `range` is what mainnet says of it. wasm_memory_limit and _threshold
/// end at 2^48, and still say 2^64-1.
template <class Number>
struct Range {
    const std::optional<Integer>& wanted;
    std::string_view range;
    Number& field;
    Number max = std::numeric_limits<Number>::max();

    Result<void, Reject> set() const {
        if (!wanted) return {};
        const auto number = wanted->as_u128();
        if (!number || *number > max)
            return refused(ErrorCode::canister_contract_violation,
                           fmt::format("{}, got {}", range, candid::integer_text(*wanted)));
        field = Number(*number);
        return {};
    }
};
template <class Number>
Range(const std::optional<Integer>&, std::string_view, Number&) -> Range<Number>;

constexpr u64 compute_percent_max = 100;
constexpr u64 wasm_memory_bytes_max = 1ull << 48;

Result<void, Reject> set_numbers(const management::CanisterSettings& change, Settings& after) {
    TRY((Range<u64>{change.compute_allocation,
                    "ComputeAllocation expected to be in the range [0..100]",
                    after.compute_allocation, compute_percent_max}
             .set()));
    TRY((Range{change.memory_allocation, "MemoryAllocation expected to be in the range [0..2^64-1]",
               after.memory_allocation}
             .set()));
    TRY((Range{change.freezing_threshold,
               "Freezing threshold expected to be in the range of [0..2^64-1]",
               after.freezing_threshold}
             .set()));
    TRY((Range{change.reserved_cycles_limit,
               "Reserved cycles limit expected to be in the range of [0..2^128-1]",
               after.reserved_cycles_limit}
             .set()));
    TRY((Range{change.minimum_incoming_canister_call_cycles,
               "Minimum incoming canister call cycles expected to be in the range of [0..2^128-1]",
               after.minimum_incoming_canister_call_cycles}
             .set()));
    TRY((Range{change.log_memory_limit,
               "Log memory limit expected to be in the range of [0..2^64-1]",
               after.log_memory_limit}
             .set()));
    TRY((Range<u64>{change.wasm_memory_limit,
                    "Wasm memory limit expected to be in the range of [0..2^64-1]",
                    after.wasm_memory_limit, wasm_memory_bytes_max}
             .set()));
    return Range<u64>{change.wasm_memory_threshold,
                      "Wasm memory threshold expected to be in the range of [0..2^64-1]",
                      after.wasm_memory_threshold, wasm_memory_bytes_max}
        .set();
}

Result<void, Reject> check_environment(const std::map<std::string, std::string>& variables) {
    constexpr ErrorCode code = ErrorCode::invalid_management_payload;
    if (variables.size() > environment_variables_max)
        return refused(code, fmt::format("Too many environment variables: {} (max: {})",
                                         variables.size(), environment_variables_max));
    constexpr std::string_view too_long =
        "Environment variable {} \"{}\" exceeds the maximum allowed length of {}.";
    for (const auto& [name, value] : variables) {
        if (name.size() > environment_name_bytes_max)
            return refused(code, fmt::format(too_long, "name", name, environment_name_bytes_max));
        if (value.size() > environment_value_bytes_max)
            return refused(code,
                           fmt::format(too_long, "value", value, environment_value_bytes_max));
    }
    return {};
}

Result<void, Reject> set_environment(const management::CanisterSettings& change, Settings& after) {
    if (!change.environment_variables) return {};
    std::map<std::string, std::string> variables;
    for (const auto& [name, value] : *change.environment_variables)
        if (!variables.emplace(name, value).second)
            return refused(ErrorCode::invalid_management_payload,
                           "Duplicate environment variables are not allowed");
    TRY(check_environment(variables));
    after.environment_variables = std::move(variables);
    return {};
}

void set_controllers(const management::CanisterSettings& change, Settings& after) {
    if (!change.controllers) return;
    after.controllers = *change.controllers;
    const auto order = [](const Principal& principal) {
        return std::pair(principal.bytes().size(), principal);
    };
    std::ranges::sort(after.controllers, {}, order);
    const auto repeated = std::ranges::unique(after.controllers);
    after.controllers.erase(repeated.begin(), repeated.end());
}

void set_visibility(const std::optional<management::Visibility>& wanted, Visibility& field) {
    if (!wanted) return;
    field = {.kind = Visibility::Kind(wanted->value.index()), .viewers = {}};
    if (const auto* viewers = std::get_if<2>(&wanted->value)) field.viewers = *viewers;
}

management::Visibility definite(const Visibility& visibility) {
    management::Visibility told;
    switch (visibility.kind) {
        case Visibility::Kind::controllers: told.value.emplace<0>(); break;
        case Visibility::Kind::everyone: told.value.emplace<1>(); break;
        case Visibility::Kind::allowed_viewers:
            told.value.emplace<2>().assign(visibility.viewers.begin(), visibility.viewers.end());
    }
    return told;
}

}  // namespace

Result<Settings, Reject> changed(const Settings& before,
                                 const management::CanisterSettings& change) {
    Settings after = before;
    TRY(set_numbers(change, after));
    TRY(set_environment(change, after));
    set_controllers(change, after);
    set_visibility(change.log_visibility, after.log_visibility);
    set_visibility(change.snapshot_visibility, after.snapshot_visibility);
    set_visibility(change.status_visibility, after.status_visibility);
    return after;
}

Result<void, Reject> check_limits(const Settings& after, u128 reserved_cycles) {
    if (reserved_cycles > after.reserved_cycles_limit)
        return refused(
            ErrorCode::reserved_cycles_limit_is_too_low,
            fmt::format("Cannot set the reserved cycles limit {} below the reserved cycles balance "
                        "of the canister {}.\nSet the reserved cycles limit in the canister "
                        "settings to a value that is at least the current reserved cycles balance. "
                        "See documentation: reserved-cycles-limit-is-too-low",
                        cycles_text(after.reserved_cycles_limit), cycles_text(reserved_cycles)));
    const u64 log_bytes = after.log_memory_limit;
    if (log_bytes != 0 && log_bytes < log_memory_bytes_min)
        return refused(ErrorCode::canister_rejected_message,
                       fmt::format("The canister log memory limit {} is too low. It must be at "
                                   "least {}.",
                                   log_bytes, log_memory_bytes_min));
    if (log_bytes > log_memory_bytes_max)
        return refused(ErrorCode::canister_rejected_message,
                       fmt::format("The canister log memory limit {} is too high. It must be at "
                                   "most {}.",
                                   log_bytes, log_memory_bytes_max));
    return {};
}

management::DefiniteCanisterSettings definite(const Settings& settings) {
    management::DefiniteCanisterSettings told{
        .controllers = settings.controllers,
        .compute_allocation = settings.compute_allocation,
        .memory_allocation = settings.memory_allocation,
        .freezing_threshold = settings.freezing_threshold,
        .reserved_cycles_limit = settings.reserved_cycles_limit,
        .minimum_incoming_canister_call_cycles = settings.minimum_incoming_canister_call_cycles,
        .log_visibility = definite(settings.log_visibility),
        .log_memory_limit = settings.log_memory_limit,
        .snapshot_visibility = definite(settings.snapshot_visibility),
        .status_visibility = definite(settings.status_visibility),
        .wasm_memory_limit = settings.wasm_memory_limit,
        .wasm_memory_threshold = settings.wasm_memory_threshold,
        .environment_variables = {}};
    for (const auto& [name, value] : settings.environment_variables)
        told.environment_variables.push_back({name, value});
    return told;
}

}  // namespace icvm::replica
