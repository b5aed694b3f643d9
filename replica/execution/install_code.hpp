#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Shared by all stages of install_code (docs/metering.md, "Stages of install_code").
inline constexpr u64 install_instructions_max = 300'000'000'000;

/// Interface spec, "IC method install_code"; docs/mainnet.md, "Lifecycle". All or nothing, but for
/// the cycles that it has cost. Within a round; a Failure of kind reject names the stage.
/// `why_no_module`: its chunks are none, of which is spoken where the module is needed.
Result<void, Failure> install_code(Subnet& subnet, const ChangeOrigin& origin,
                                   const InstallCode& request,
                                   const std::optional<Failure>& why_no_module = {});

}  // namespace icvm::replica
