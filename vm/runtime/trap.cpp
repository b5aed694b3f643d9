#include "vm/runtime/trap.hpp"

namespace icvm::vm {

std::string_view to_string(TrapReason reason) {
    switch (reason) {
#define TRAP(id, text) \
    case TrapReason::id: return text;
#include "vm/runtime/trap.def"
    }
    return "unknown trap";
}

}  // namespace icvm::vm
