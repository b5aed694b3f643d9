/// Numeric instructions that give an f64, or take one.

#include "vm/exec/handlers_float.hpp"

namespace icvm::vm {

void put_f64_handlers(Handlers& handlers) {
    put_float_family<f64>(handlers);
    put_products<f64>(handlers, Operation::f64_add_product);
}

}  // namespace icvm::vm
