#pragma once

#include <map>
#include <string>

#include "vm/vm.hpp"

namespace icvm::spec_tests {

/// By name.
using Exports = std::map<std::string, vm::Extern, std::less<>>;

/// The module "spectest", which the scripts import (WebAssembly/spec, interpreter/README,
/// "Spectest host module"). It prints nothing.
Exports add_spectest(vm::Store& store, const vm::MemoryOptions& options);

}  // namespace icvm::spec_tests
