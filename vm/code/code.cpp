#include "vm/code/rows.hpp"

namespace icvm::vm {

std::string_view to_string(Operation operation) { return operation_rows[size_t(operation)].id; }

std::string_view operands_of(Operation operation) {
    return operation_rows[size_t(operation)].operands;
}

}  // namespace icvm::vm
