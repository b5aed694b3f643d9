#include "vm/exec/handlers_vector.hpp"

namespace icvm::vm {

void put_vector_integer_handlers(Handlers& handlers) { put_vector_operations<false>(handlers); }

}  // namespace icvm::vm
