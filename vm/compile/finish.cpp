#include "vm/compile/finish.hpp"

#include "vm/assign/assign.hpp"

namespace icvm::vm {

void finish_code(Draft& draft, const CompileInput& input, FunctionCode& code) {
    assign_registers(draft, input.handlers, input.forms, code);
}

}  // namespace icvm::vm
