#pragma once

#include <string>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// A well-formed module in the text format (Wasm 6), flat, one instruction a line. Parsing the text
/// gives the same bytes again.
Result<std::string, Malformed> print_module(Bytes module);

}  // namespace icvm::vm
