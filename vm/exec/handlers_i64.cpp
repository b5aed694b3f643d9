/// Numeric instructions whose first operand is an i64.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i64_handlers(Handlers& handlers) {
    put_numeric_family<u64>(handlers);
    put_branch_family<u64>(handlers);
}

}  // namespace icvm::vm
