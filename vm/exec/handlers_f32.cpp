/// Numeric instructions whose first operand is an f32.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_f32_handlers(Handlers& handlers) {
    put_numeric_family<f32, false>(handlers);
    put_numeric_family<f32, true>(handlers);
    put_branch_family<f32>(handlers);
}

}  // namespace icvm::vm
