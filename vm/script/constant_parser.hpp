#pragma once

#include "vm/script/script.hpp"
#include "vm/script/script_tokens.hpp"

namespace icvm::vm {

/// `either` within `either`: ours.
inline constexpr u32 either_nesting_max = 16;

/// A result that is expected, from its `(` on: (i32.const 1), (ref.null), (either …).
Result<Expected, TextError> parse_result(ScriptTokens& tokens, u32 nesting = 0);

/// An argument: a result that is one value (Wasm 6.4, constants).
Result<Expected, TextError> parse_argument(ScriptTokens& tokens);

}  // namespace icvm::vm
