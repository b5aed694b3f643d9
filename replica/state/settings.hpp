#pragma once

/// What the controllers of a canister decide about it (Interface spec, "IC method
/// create_canister").

#include <map>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

/// Who may read something of a canister, beside its controllers.
struct Visibility {
    enum class Kind : u8 { controllers, everyone, allowed_viewers };

    Kind kind = Kind::controllers;
    std::vector<Principal> viewers;  ///< of allowed_viewers

    bool operator==(const Visibility&) const = default;
};

/// What create_canister sets when it is not asked for another limit, as mainnet does (the Interface
/// Specification has 0): room is left for an upgrade.
inline constexpr u64 default_wasm_memory_limit = 3ull << 30;

/// With the defaults of a new canister.
struct Settings {
    std::vector<Principal> controllers;          ///< each once, shorter ones first, then by bytes
    u64 compute_allocation = 0;                  ///< percent
    u64 memory_allocation = 0;                   ///< bytes: guaranteed, no limit
    u64 freezing_threshold = 30 * 24 * 60 * 60;  ///< seconds
    u128 reserved_cycles_limit = 5'000'000'000'000;
    u128 minimum_incoming_canister_call_cycles = 0;  ///< calls of other canisters bring as much
    u64 wasm_memory_limit = 0;                       ///< bytes; 0: none
    u64 wasm_memory_threshold = 0;                   ///< bytes left, below which the hook runs
    Visibility log_visibility, snapshot_visibility, status_visibility;
    u64 log_memory_limit = 4096;  ///< bytes
    /// In the order of their names' bytes, as env_var_name_* counts them.
    std::map<std::string, std::string> environment_variables;

    bool is_controller(const Principal& principal) const;
    /// Whether a visibility, one of the above, lets `principal` see.
    bool allows(const Visibility& visibility, const Principal& principal) const;
    bool operator==(const Settings&) const = default;
};

void encode(RecordWriter& out, const Settings& settings);
/// Damaged bytes: `in` is not ok().
Settings decode_settings(RecordReader& in);

}  // namespace icvm::replica
