#include "vm/exec/constant_expression.hpp"

#include "vm/base/check.hpp"
#include "vm/binary/instruction_reader.hpp"

namespace icvm::vm {

namespace {

u64 apply(Opcode opcode, u64 left, u64 right) {
    switch (opcode) {
        case Opcode::i32_add: return u32(left + right);
        case Opcode::i32_sub: return u32(left - right);
        case Opcode::i32_mul: return u32(left * right);
        case Opcode::i64_add: return left + right;
        case Opcode::i64_sub: return left - right;
        case Opcode::i64_mul: return left * right;
        default: CHECK(!"validated as a constant instruction"); return 0;
    }
}

}  // namespace

u64 ConstantEvaluator::evaluate(const ConstantExpression& expression) {
    InstructionReader reader(*instance_.module, expression);
    Instruction instruction{};
    operands_.clear();
    for (;;) {
        CHECK(reader.next(instruction).has_value());
        switch (instruction.opcode) {
            case Opcode::end: CHECK(operands_.size() == 1); return operands_[0];
            case Opcode::i32_const:
            case Opcode::i64_const:
            case Opcode::f32_const:
            case Opcode::f64_const: operands_.push_back(instruction.bits); break;
            case Opcode::ref_null: operands_.push_back(0); break;
            case Opcode::ref_func:
                operands_.push_back(reinterpret_cast<u64>(instance_.functions[instruction.index]));
                break;
            case Opcode::global_get:
                operands_.push_back(instance_.globals[instruction.index]->cell[0]);
                break;
            default: {
                CHECK(operands_.size() >= 2);
                const u64 right = operands_.back();
                operands_.pop_back();
                operands_.back() = apply(instruction.opcode, operands_.back(), right);
            }
        }
    }
}

}  // namespace icvm::vm
