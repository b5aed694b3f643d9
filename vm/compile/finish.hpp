#pragma once

#include "vm/compile/compiler.hpp"
#include "vm/compile/draft.hpp"

namespace icvm::vm {

/// Makes the cells, sites and exception handlers of `code` from a draft, whose own are moved; the
/// rest of it is there.
void finish_code(Draft& draft, const CompileInput& input, FunctionCode& code);

}  // namespace icvm::vm
