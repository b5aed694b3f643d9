#include "vm/exec/constant_expression.hpp"

#include "vm/base/check.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/exec/fields.hpp"

namespace icvm::vm {

namespace {

u64 computed(Opcode opcode, u64 left, u64 right) {
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

void write_field(u8* place, ValueType type, const ConstantEvaluator::Bits& value) {
    const u64 slots[2] = {value.low, value.high};
    with_stored_type(type, [&](auto stored) { store_field<decltype(stored)>(place, slots); });
}

u64 reference_to(const void* object) { return reinterpret_cast<u64>(object); }

}  // namespace

ConstantEvaluator::ConstantEvaluator(const Instance& instance) : instance_(instance) {
    instance_.heap->add_roots(*this);
}

ConstantEvaluator::~ConstantEvaluator() { instance_.heap->remove_roots(*this); }

void ConstantEvaluator::visit_roots(RootVisitor& visitor) const {
    for (const Operand& operand : operands_)
        if (operand.is_reference) visitor.visit(operand.bits.low);
}

Result<ConstantEvaluator::Bits, TrapReason> ConstantEvaluator::evaluate(
    const ConstantExpression& expression) {
    InstructionReader reader(*instance_.module, expression);
    Instruction instruction{};
    operands_.clear();
    for (;;) {
        CHECK(reader.next(instruction).has_value());
        if (instruction.opcode == Opcode::end) break;
        if (!apply(instruction)) return std::unexpected(TrapReason::heap_exhausted);
    }
    CHECK(operands_.size() == 1);
    return pop().bits;
}

bool ConstantEvaluator::apply(const Instruction& instruction) {
    switch (instruction.opcode) {
        case Opcode::i32_const:
        case Opcode::i64_const:
        case Opcode::f32_const:
        case Opcode::f64_const: push(instruction.bits); return true;
        case Opcode::v128_const: push(instruction.bits, instruction.bits_high); return true;
        case Opcode::ref_null: push_reference(0); return true;
        case Opcode::ref_func:
            push_reference(reference_to(instance_.functions[instruction.index]));
            return true;
        case Opcode::global_get: apply_global_get(instruction.index); return true;
        case Opcode::ref_i31: push_reference(references::i31(u32(pop().bits.low))); return true;
        // The two hierarchies have one form.
        case Opcode::any_convert_extern:
        case Opcode::extern_convert_any: return true;
        case Opcode::struct_new:
        case Opcode::struct_new_default:
        case Opcode::array_new:
        case Opcode::array_new_default:
        case Opcode::array_new_fixed: return apply_aggregate(instruction);
        default: apply_binary(instruction.opcode); return true;
    }
}

void ConstantEvaluator::apply_global_get(u32 index) {
    const GlobalInstance& global = *instance_.globals[index];
    const ValueType type = global.type.value;
    const u64 high = type.slots() == 2 ? global.cell[1] : 0;
    operands_.push_back({{global.cell[0], high}, type.is_reference()});
}

void ConstantEvaluator::apply_binary(Opcode opcode) {
    const u64 right = pop().bits.low;
    const u64 left = pop().bits.low;
    push(computed(opcode, left, right));
}

bool ConstantEvaluator::apply_aggregate(const Instruction& instruction) {
    const RuntimeType& type = *instance_.types[instruction.index];
    switch (instruction.opcode) {
        case Opcode::struct_new: return new_structure(type, false);
        case Opcode::struct_new_default: return new_structure(type, true);
        case Opcode::array_new_fixed:
            return new_array(type, instruction.index2, instruction.index2);
        default: {
            const u32 length = u32(pop().bits.low);
            return new_array(type, length, instruction.opcode == Opcode::array_new ? 1 : 0);
        }
    }
}

bool ConstantEvaluator::new_structure(const RuntimeType& type, bool with_defaults) {
    Object* const object = instance_.heap->new_structure(type);
    if (!object) return false;
    const size_t operands = with_defaults ? 0 : type.fields.size();
    CHECK(operands_.size() >= operands);
    const Operand* const first = operands_.data() + operands_.size() - operands;
    for (size_t i = 0; i < operands; i++)
        write_field(object->content() + type.offsets[i], type.fields[i].type, first[i].bits);
    operands_.resize(operands_.size() - operands);
    push_reference(reference_to(object));
    return true;
}

/// `operands`: none for zeros, one for all elements, or one for each.
bool ConstantEvaluator::new_array(const RuntimeType& type, u32 length, u32 operands) {
    Object* const object = instance_.heap->new_array(type, length);
    if (!object) return false;
    CHECK(operands_.size() >= operands);
    const Operand* const first = operands_.data() + operands_.size() - operands;
    const bool each = operands == length;
    for (u64 i = 0; i < length && operands != 0; i++)
        write_field(object->content() + i * type.bytes, type.fields[0].type,
                    first[each ? i : 0].bits);
    operands_.resize(operands_.size() - operands);
    push_reference(reference_to(object));
    return true;
}

ConstantEvaluator::Operand ConstantEvaluator::pop() {
    CHECK(!operands_.empty());
    const Operand operand = operands_.back();
    operands_.pop_back();
    return operand;
}

}  // namespace icvm::vm
