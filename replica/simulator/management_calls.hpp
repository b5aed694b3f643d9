#pragma once

#include "replica/simulator/program.hpp"

namespace icvm::replica::simulator {

/// A call to the management canister: any method, about any canister of the cast.
RandomCall random_management_call(Random& random, const Cast& cast);

/// What a user asks for when there shall be one canister more.
RandomCall random_creation(Random& random, const Cast& cast);

}  // namespace icvm::replica::simulator
