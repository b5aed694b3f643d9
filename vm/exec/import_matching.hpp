#pragma once

#include <span>

#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// Whether the externs fit the imports of `module`, one by one (Wasm 4.5.2, "External Typing", and
/// 3.3.8, "External Types"). `types` are the module's.
Result<void, Unlinkable> match_imports(const Module& module, const ClosedTypes& types,
                                       std::span<const Extern> externs);

}  // namespace icvm::vm
