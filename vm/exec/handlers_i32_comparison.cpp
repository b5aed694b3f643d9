/// Comparisons of i32, and the branches fused with them.

#include "vm/exec/handlers_numeric.hpp"

namespace icvm::vm {

void put_i32_comparison_handlers(Handlers& handlers) {
    put_numeric_family<u32, true>(handlers);
    put_branch_family<u32>(handlers);
}

}  // namespace icvm::vm
