#include "vm/exec/handlers_vector.hpp"

namespace icvm::vm {

void put_vector_float_handlers(Handlers& handlers) { put_vector_operations<true>(handlers); }

}  // namespace icvm::vm
