#pragma once

#include "vm/code/draft.hpp"
#include "vm/code/forms.hpp"

namespace icvm::vm {

/// Makes the cells, sites and exception handlers of `code` from a draft: gives registers to locals
/// and operands, and chooses handlers (docs/interpreter.md, "Assigning registers"). The draft is
/// used up.
void assign_registers(Draft& draft, const HandlerTable& handlers, const FormTables& forms,
                      FunctionCode& code);

}  // namespace icvm::vm
