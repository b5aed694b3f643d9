#pragma once

#include <map>
#include <string>

#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// By name.
using HostModule = std::map<std::string, Extern, std::less<>>;

/// The module "spectest", which scripts import (WebAssembly/spec, interpreter/README, "Spectest
/// host module"). It prints nothing. What could not be made, for want of memory, is not in it.
HostModule add_spectest(Store& store, const MemoryOptions& options);

}  // namespace icvm::vm
