/// Vector instructions: two slots an operand.

#include "vm/compile/compiler.hpp"

namespace icvm::vm {

void Compiler::vector_constant(const Instruction& i) {
    const u32 slot = slots_.push_home(types::v128);
    const u16 destination = begin_write(slot);
    const u32 start = emit(Operation::constant_vector);
    append(destination);
    append(i.bits);
    append(i.bits_high);
    remember(start, slot, Operation::constant_vector, 2);
}

}  // namespace icvm::vm
