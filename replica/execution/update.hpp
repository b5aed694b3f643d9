#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

// Greatest instructions of one message (docs/metering.md, "Stages of install_code").
inline constexpr u64 update_instructions_max = 40'000'000'000;
inline constexpr u64 query_instructions_max = 5'000'000'000;
inline constexpr u64 inspect_instructions_max = 200'000'000;

/// An update call by ingress (Interface spec, "API Request submission" to "Message execution";
/// docs/mainnet.md, "Executing a message"). A canister that rejects by itself or does not answer
/// keeps its effects, though the result is a Failure; after any other Failure nothing has changed.
Result<Reply, Failure> execute_update(Subnet& subnet, const Principal& caller, const Call& call);

}  // namespace icvm::replica
