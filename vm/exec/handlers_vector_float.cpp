#include "vm/exec/handlers_vector.hpp"

namespace icvm::vm {

void put_vector_float_handlers(Handlers& handlers) {
    using enum Operation;
    put_vector_operations<true>(handlers);
    put_vector_operation<true, numeric::f32x4_add_product, f32x4_add_product>(handlers);
    put_vector_operation<true, numeric::f64x2_add_product, f64x2_add_product>(handlers);
}

}  // namespace icvm::vm
