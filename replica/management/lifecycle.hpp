#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// What a new canister is made with.
struct NewCanisterRequest {
    std::optional<Principal> id;  ///< nothing: the next one
    std::string name;             ///< local alias; may be empty
    Settings settings;
    u128 cycles = cycles_default;  ///< created for it
    ChangeOrigin origin;
};

/// Interface spec, "IC method create_canister" and provisional_create_canister_with_cycles.
Result<Principal, Failure> create_canister(Subnet& subnet, NewCanisterRequest request);

/// Interface spec, "IC method stop_canister". False: it is answered when the canister's calls have
/// ended (`stop` waits for that).
Result<bool, Failure> stop_canister(Subnet& subnet, const Principal& caller, const Principal& id,
                                    StopRequest stop);
Result<void, Failure> start_canister(Subnet& subnet, const Principal& caller, const Principal& id);
Result<void, Failure> uninstall_code(Subnet& subnet, const ChangeOrigin& origin,
                                     const Principal& id);
Result<void, Failure> delete_canister(Subnet& subnet, const Principal& caller, const Principal& id);

/// An empty canister is left, whose open calls are rejected.
void drop_code(Subnet& subnet, Canister& canister);
/// The same as its history tells it.
void uninstall(Subnet& subnet, Canister& canister, const ChangeOrigin& origin);

}  // namespace icvm::replica
