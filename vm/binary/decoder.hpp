#pragma once

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Decodes a module (Wasm 5.5). Bodies stay bytes: whoever walks them finds what is malformed in
/// them. Nothing is validated: indices may point nowhere.
Result<Module, Malformed> decode_module(ByteVector bytes);

}  // namespace icvm::vm
