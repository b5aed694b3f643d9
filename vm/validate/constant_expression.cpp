#include "vm/validate/constant_expression.hpp"

#include <fmt/format.h>

#include "vm/base/check.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/validate/function_typing.hpp"

namespace icvm::vm {
namespace {

bool is_constant(Opcode opcode) {
    switch (opcode) {
        case Opcode::i32_const:
        case Opcode::i64_const:
        case Opcode::f32_const:
        case Opcode::f64_const:
        case Opcode::v128_const:
        case Opcode::i32_add:
        case Opcode::i32_sub:
        case Opcode::i32_mul:
        case Opcode::i64_add:
        case Opcode::i64_sub:
        case Opcode::i64_mul:
        case Opcode::ref_null:
        case Opcode::ref_func:
        case Opcode::ref_i31:
        case Opcode::struct_new:
        case Opcode::struct_new_default:
        case Opcode::array_new:
        case Opcode::array_new_default:
        case Opcode::array_new_fixed:
        case Opcode::any_convert_extern:
        case Opcode::extern_convert_any:
        case Opcode::global_get:
        case Opcode::end: return true;
        default: return false;
    }
}

/// Why the instruction may not stand in a constant expression; empty: it may.
std::string refusal(const Module& module, const Instruction& instruction, u32 globals) {
    if (!is_constant(instruction.opcode)) return "constant expression required";
    if (instruction.opcode != Opcode::global_get) return {};
    if (instruction.index >= globals) return fmt::format("unknown global {}", instruction.index);
    if (module.global_types[instruction.index].is_mutable) return "constant expression required";
    return {};
}

}  // namespace

Result<void, Invalid> validate_constant_expression(const Module& module, const ClosedTypes& types,
                                                   const ConstantExpression& expression,
                                                   ValueType type, u32 globals) {
    InstructionReader reader(module, expression);
    FunctionTyping typing(module, types, type);
    for (Instruction instruction{}; !typing.finished();) {
        const auto read = reader.next(instruction);
        CHECK(read);  // the decoder has walked it
        std::string reason = refusal(module, instruction, globals);
        if (reason.empty() && !typing.apply(instruction)) reason = typing.reason();
        if (!reason.empty())
            return std::unexpected(Invalid{instruction.offset, {}, std::move(reason)});
    }
    return {};
}

}  // namespace icvm::vm
