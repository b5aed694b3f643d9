#pragma once

/// Settings in arguments and results (Interface spec, "IC method create_canister").

#include "replica/candid/native.hpp"

namespace icvm::replica::management {

constexpr size_t controllers_max = 10;
constexpr size_t viewers_max = 10;

struct Visibility {
    /// The controllers; everyone; these and the controllers.
    std::variant<std::monostate, std::monostate, candid::Bounded<Principal, viewers_max>> value;
    static constexpr auto candid_tags() {
        return candid::names("controllers", "public", "allowed_viewers");
    }
};

struct EnvironmentVariable {
    std::string name, value;
    CANDID_RECORD(EnvironmentVariable, name, value)
};

/// Those that are given change; a nat may have any size, its range is checked later.
struct CanisterSettings {
    std::optional<candid::Bounded<Principal, controllers_max>> controllers;
    std::optional<candid::Integer> compute_allocation;
    std::optional<candid::Integer> memory_allocation;
    std::optional<candid::Integer> freezing_threshold;
    std::optional<candid::Integer> reserved_cycles_limit;
    std::optional<candid::Integer> minimum_incoming_canister_call_cycles;
    std::optional<Visibility> log_visibility;
    std::optional<candid::Integer> log_memory_limit;
    std::optional<Visibility> snapshot_visibility;
    std::optional<Visibility> status_visibility;
    std::optional<candid::Integer> wasm_memory_limit;
    std::optional<candid::Integer> wasm_memory_threshold;
    std::optional<std::vector<EnvironmentVariable>> environment_variables;
    CANDID_RECORD(CanisterSettings, controllers, compute_allocation, memory_allocation,
                  freezing_threshold, reserved_cycles_limit, minimum_incoming_canister_call_cycles,
                  log_visibility, log_memory_limit, snapshot_visibility, status_visibility,
                  wasm_memory_limit, wasm_memory_threshold, environment_variables)
};

struct DefiniteCanisterSettings {
    std::vector<Principal> controllers;
    u128 compute_allocation = 0;
    u128 memory_allocation = 0;
    u128 freezing_threshold = 0;
    u128 reserved_cycles_limit = 0;
    u128 minimum_incoming_canister_call_cycles = 0;
    Visibility log_visibility;
    u128 log_memory_limit = 0;
    Visibility snapshot_visibility;
    Visibility status_visibility;
    u128 wasm_memory_limit = 0;
    u128 wasm_memory_threshold = 0;
    std::vector<EnvironmentVariable> environment_variables;
    CANDID_RECORD(DefiniteCanisterSettings, controllers, compute_allocation, memory_allocation,
                  freezing_threshold, reserved_cycles_limit, minimum_incoming_canister_call_cycles,
                  log_visibility, log_memory_limit, snapshot_visibility, status_visibility,
                  wasm_memory_limit, wasm_memory_threshold, environment_variables)
};

struct UpdateSettingsArguments {
    Principal canister_id;
    CanisterSettings settings;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(UpdateSettingsArguments, canister_id, settings, sender_canister_version)
};

}  // namespace icvm::replica::management
