#pragma once

#include <string>
#include <vector>

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

struct CanisterStatus {
    Principal id;
    std::string name;  ///< local alias; may be empty
    Status status = Status::running;
    u64 version = 0;
    std::optional<std::array<u8, 32>> module_hash;
    u64 module_bytes = 0;  ///< as uploaded
    std::string module_path;
    std::vector<Principal> controllers;
    u64 heap_bytes = 0;
    u64 stable_bytes = 0;
    bool enhanced_persistence = false;  ///< has the enhanced-orthogonal-persistence section
    u128 cycles = 0;
};

/// What the canister's owner sees of it. Unlike the IC method canister_status it asks for no
/// controller: whoever has the state's folder can read it.
Result<CanisterStatus, Failure> canister_status(const Subnet& subnet, const Principal& id);

}  // namespace icvm::replica
