/// Comparisons of i64, and the branches fused with them.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i64_comparison_handlers(Handlers& handlers) {
    put_numeric_family<u64, true>(handlers);
    put_branch_family<u64>(handlers);
}

}  // namespace icvm::vm
