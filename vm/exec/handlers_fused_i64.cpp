/// Fused instructions, of which the first takes an i64.

#include "vm/exec/handlers_fused.hpp"

namespace icvm::vm {

void put_fused_i64_handlers(Handlers& handlers) {
    put_chains<u64>(handlers);
    put_tests<u64>(handlers);
    put_steps<u64>(handlers);
}

}  // namespace icvm::vm
