#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Interface spec, "IC method provisional_create_canister_with_cycles", with the default amount:
/// the caller controls the new, empty, running canister. A local `name` may be given, once.
Result<Principal, Failure> create_canister(Subnet& subnet, const Principal& caller,
                                           const std::string& name);
/// That, and install_code into it, as one transition: when the installation fails, there is no new
/// canister.
Result<NewCanister, Failure> create_and_install(Subnet& subnet, const Principal& caller,
                                                const std::string& name,
                                                const InstallCode& request);

}  // namespace icvm::replica
