/// Numeric instructions whose first operand is an i32.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i32_handlers(Handlers& handlers) {
    put_numeric_family<u32>(handlers);
    put_branch_family<u32>(handlers);
}

}  // namespace icvm::vm
