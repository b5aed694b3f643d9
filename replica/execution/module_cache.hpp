#pragma once

#include <memory>

#include "replica/execution/canister_module.hpp"

namespace icvm::replica {

/// What canisters are compiled with; `guard` as in Options.
vm::CompileOptions canister_compile_options(bool guard, const vm::CostVersion& metering);

/// The modules that this process has made, for all replicas in it: who inspects a module and then
/// installs it makes it once. Any thread may call.
std::shared_ptr<const CanisterModule> find_module(const Sha256& hash,
                                                  const vm::CompileOptions& options);
void remember_module(std::shared_ptr<const CanisterModule> module,
                     const vm::CompileOptions& options);

}  // namespace icvm::replica
