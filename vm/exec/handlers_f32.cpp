/// Numeric instructions that give an f32, or take one.

#include "vm/exec/handlers_float.hpp"

namespace icvm::vm {

void put_f32_handlers(Handlers& handlers) {
    put_float_family<f32>(handlers);
    put_products<f32>(handlers, Operation::f32_add_product);
}

}  // namespace icvm::vm
