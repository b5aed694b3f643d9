#include "vm/validate/constant_expression.hpp"

#include <fmt/format.h>

#include <vector>

#include "vm/base/check.hpp"
#include "vm/binary/instruction_reader.hpp"

namespace icvm::vm {
namespace {

/// One walk over a constant expression.
class ConstantTyping {
public:
    ConstantTyping(const Module& module, u32 globals) : module_(module), globals_(globals) {}

    Result<void, Invalid> apply(const Instruction& instruction) {
        switch (instruction.opcode) {
            case Opcode::i32_const: return push(types::i32);
            case Opcode::i64_const: return push(types::i64);
            case Opcode::f32_const: return push(types::f32);
            case Opcode::f64_const: return push(types::f64);
            case Opcode::ref_null: return push(instruction.type);
            case Opcode::ref_func:
                if (instruction.index >= module_.function_types.size())
                    return invalid(instruction,
                                   fmt::format("unknown function {}", instruction.index));
                return push(types::funcref);
            case Opcode::global_get: return apply_global_get(instruction);
            case Opcode::i32_add:
            case Opcode::i32_sub:
            case Opcode::i32_mul: return apply_binary(instruction, types::i32);
            case Opcode::i64_add:
            case Opcode::i64_sub:
            case Opcode::i64_mul: return apply_binary(instruction, types::i64);
            default: return invalid(instruction, "constant expression required");
        }
    }

    Result<void, Invalid> finish(const Instruction& end, ValueType type) {
        if (operands_.size() != 1)
            return invalid(end, fmt::format("type mismatch: expected one {}, found {} values",
                                            to_string(type), operands_.size()));
        if (operands_[0] == type) return {};
        return invalid(end, fmt::format("type mismatch: expected {}, found {}", to_string(type),
                                        to_string(operands_[0])));
    }

private:
    Result<void, Invalid> push(ValueType type) {
        operands_.push_back(type);
        return {};
    }

    Result<void, Invalid> apply_global_get(const Instruction& instruction) {
        if (instruction.index >= globals_)
            return invalid(instruction, fmt::format("unknown global {}", instruction.index));
        const GlobalType& type = module_.global_types[instruction.index];
        if (type.is_mutable) return invalid(instruction, "constant expression required");
        return push(type.value);
    }

    Result<void, Invalid> apply_binary(const Instruction& instruction, ValueType type) {
        const size_t size = operands_.size();
        if (size < 2 || operands_[size - 1] != type || operands_[size - 2] != type)
            return invalid(instruction, "type mismatch: expected two of " + to_string(type));
        operands_.pop_back();
        return {};
    }

    static std::unexpected<Invalid> invalid(const Instruction& instruction, std::string reason) {
        return std::unexpected(Invalid{instruction.offset, {}, std::move(reason)});
    }

    const Module& module_;
    u32 globals_;
    std::vector<ValueType> operands_;
};

}  // namespace

Result<void, Invalid> validate_constant_expression(const Module& module,
                                                   const ConstantExpression& expression,
                                                   ValueType type, u32 globals) {
    InstructionReader reader(module, expression);
    ConstantTyping typing(module, globals);
    for (Instruction instruction{};;) {
        const auto read = reader.next(instruction);
        CHECK(read);  // the decoder has walked it
        if (instruction.opcode == Opcode::end) return typing.finish(instruction, type);
        TRY(typing.apply(instruction));
    }
}

}  // namespace icvm::vm
