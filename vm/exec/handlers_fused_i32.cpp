/// Fused instructions, of which the first takes an i32.

#include "vm/exec/handlers_fused.hpp"

namespace icvm::vm {

void put_fused_i32_handlers(Handlers& handlers) {
    put_chains<u32>(handlers);
    put_tests<u32>(handlers);
    put_steps<u32>(handlers);
}

}  // namespace icvm::vm
