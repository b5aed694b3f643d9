#pragma once

#include "replica/management/interface/interface.hpp"
#include "replica/simulator/cast.hpp"

namespace icvm::replica::simulator {

/// A call to the management canister: any method, about any canister of the cast.
RandomCall random_management_call(Random& random, const Cast& cast);

/// Of snapshots: taken, loaded, listed, deleted, read and written.
RandomCall random_snapshot_call(Random& random, const Cast& cast);

/// What is hard for a canister that waits for answers: stopped, upgraded, emptied, deleted.
RandomCall random_strike(Random& random, const Cast& cast, const Principal& canister);

/// What a user asks for when there shall be one canister more, or one less, or more cycles in it.
RandomCall random_creation(Random& random, const Cast& cast);
RandomCall deletion(const Principal& canister);
RandomCall top_up(const Principal& canister, u64 cycles);

template <class Arguments>
RandomCall management_call(management::Method method, const Arguments& arguments) {
    return {.callee = Principal(),
            .method = std::string(management::method_name(method)),
            .argument = candid::encode_as(arguments)};
}

}  // namespace icvm::replica::simulator
