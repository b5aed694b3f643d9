/// Numeric instructions whose first operand is an f64.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_f64_handlers(Handlers& handlers) {
    put_numeric_family<f64, false>(handlers);
    put_numeric_family<f64, true>(handlers);
    put_branch_family<f64>(handlers);
}

}  // namespace icvm::vm
