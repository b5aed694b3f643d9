/// Numeric instructions whose first operand is an i32, without comparisons.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i32_handlers(Handlers& handlers) { put_numeric_family<u32, false>(handlers); }

}  // namespace icvm::vm
