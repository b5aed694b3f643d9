/// Numeric instructions whose first operand is an i64, without comparisons.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i64_handlers(Handlers& handlers) { put_numeric_family<u64, false>(handlers); }

}  // namespace icvm::vm
