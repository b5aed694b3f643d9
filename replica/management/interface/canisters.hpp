#pragma once

/// Canisters come and go, start and stop.

#include "replica/management/interface/settings.hpp"

namespace icvm::replica::management {

/// Of methods that take nothing or return nothing.
struct Nothing {};

/// Of the methods that need to know no more than the canister.
struct CanisterIdRecord {
    Principal canister_id;
    CANDID_RECORD(CanisterIdRecord, canister_id)
};

struct CreateCanisterArguments {
    std::optional<CanisterSettings> settings;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(CreateCanisterArguments, settings, sender_canister_version)
};

struct ProvisionalCreateArguments {
    std::optional<candid::Integer> amount;
    std::optional<CanisterSettings> settings;
    std::optional<Principal> specified_id;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(ProvisionalCreateArguments, amount, settings, specified_id,
                  sender_canister_version)
};

struct ProvisionalTopUpArguments {
    Principal canister_id;
    candid::Integer amount;
    CANDID_RECORD(ProvisionalTopUpArguments, canister_id, amount)
};

struct UninstallCodeArguments {
    Principal canister_id;
    std::optional<u64> sender_canister_version;
    CANDID_RECORD(UninstallCodeArguments, canister_id, sender_canister_version)
};

}  // namespace icvm::replica::management
