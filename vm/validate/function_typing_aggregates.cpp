#include <fmt/format.h>

#include "vm/binary/module_limits.hpp"
#include "vm/validate/function_typing.hpp"

namespace icvm::vm {
namespace {

ValueType reference_to(u32 type, bool nullable) {
    return ValueType::reference(HeapType::of_index(type), nullable);
}

/// As an operand (Wasm 3.1.2).
ValueType unpacked(ValueType type) { return type.is_packed() ? types::i32 : type; }

/// get is of an unpacked type, get_s and get_u are of a packed one.
bool fits_extension(bool is_plain_get, ValueType type) { return is_plain_get != type.is_packed(); }

}  // namespace

bool FunctionTyping::apply_aggregate(const Instruction& instruction) {
    const u32 type = instruction.index;
    switch (instruction.opcode) {
        case Opcode::struct_new:
        case Opcode::struct_new_default: return apply_struct_new(instruction);
        case Opcode::struct_get:
        case Opcode::struct_get_s:
        case Opcode::struct_get_u:
        case Opcode::struct_set: return apply_struct(instruction);
        case Opcode::array_len:
            return pop(ValueType::reference(heap_types::array, true)) && push(types::i32);
        default: break;
    }
    const DefinedType* array = find_aggregate(type, CompositeKind::array);
    if (array == nullptr) return false;
    const FieldType& element = array->fields[0];
    switch (instruction.opcode) {
        case Opcode::array_new:
        case Opcode::array_new_default:
        case Opcode::array_new_fixed:
        case Opcode::array_new_data:
        case Opcode::array_new_elem:
            return apply_array_new(instruction, element) && push(reference_to(type, false));
        case Opcode::array_get:
        case Opcode::array_get_s:
        case Opcode::array_get_u: return apply_array_get(instruction, element);
        default: return apply_array_change(instruction, element);
    }
}

const DefinedType* FunctionTyping::find_aggregate(u32 index, CompositeKind kind) {
    if (!check_type_index(index)) return nullptr;
    const DefinedType& type = module_.types[index];
    if (type.kind == kind) return &type;
    fail(
        fmt::format("non-{} type {}", kind == CompositeKind::array ? "array" : "structure", index));
    return nullptr;
}

bool FunctionTyping::apply_struct_new(const Instruction& instruction) {
    const DefinedType* type = find_aggregate(instruction.index, CompositeKind::structure);
    if (type == nullptr) return false;
    for (size_t i = type->fields.size(); i-- > 0;) {
        const ValueType field = unpacked(type->fields[i].type);
        if (instruction.opcode == Opcode::struct_new) {
            if (!pop(field)) return false;
        } else if (!field.is_defaultable()) {
            return fail("field type is not defaultable: " + to_string(field));
        }
    }
    return push(reference_to(instruction.index, false));
}

bool FunctionTyping::apply_struct(const Instruction& instruction) {
    const DefinedType* type = find_aggregate(instruction.index, CompositeKind::structure);
    if (type == nullptr) return false;
    if (instruction.index2 >= type->fields.size()) return unknown("field", instruction.index2);
    const FieldType& field = type->fields[instruction.index2];
    const ValueType reference = reference_to(instruction.index, true);
    if (instruction.opcode == Opcode::struct_set) {
        if (!field.is_mutable) return fail("immutable field");
        return pop(unpacked(field.type)) && pop(reference);
    }
    if (!fits_extension(instruction.opcode == Opcode::struct_get, field.type))
        return fail(field.type.is_packed() ? "field is packed" : "field is unpacked");
    return pop(reference) && push(unpacked(field.type));
}

/// The operands of array.new and its like.
bool FunctionTyping::apply_array_new(const Instruction& instruction, const FieldType& element) {
    const ValueType type = unpacked(element.type);
    switch (instruction.opcode) {
        case Opcode::array_new: return pop(types::i32) && pop(type);
        case Opcode::array_new_default:
            if (!type.is_defaultable()) return fail("array type is not defaultable");
            return pop(types::i32);
        case Opcode::array_new_fixed:
            if (instruction.index2 > array_operands_max) return fail("too many operands");
            for (u32 i = 0; i < instruction.index2; i++)
                if (!pop(type)) return false;
            return true;
        default: return check_segment(instruction, element) && pop(types::i32) && pop(types::i32);
    }
}

bool FunctionTyping::apply_array_get(const Instruction& instruction, const FieldType& element) {
    if (!fits_extension(instruction.opcode == Opcode::array_get, element.type))
        return fail(element.type.is_packed() ? "array is packed" : "array is unpacked");
    return pop(types::i32) && pop(reference_to(instruction.index, true)) &&
           push(unpacked(element.type));
}

bool FunctionTyping::apply_array_change(const Instruction& instruction, const FieldType& element) {
    if (!element.is_mutable) return fail("immutable array");
    const ValueType type = unpacked(element.type);
    const ValueType reference = reference_to(instruction.index, true);
    switch (instruction.opcode) {
        case Opcode::array_set: return pop(type) && pop(types::i32) && pop(reference);
        case Opcode::array_fill:
            return pop(types::i32) && pop(type) && pop(types::i32) && pop(reference);
        case Opcode::array_copy: return apply_array_copy(instruction, element);
        default:
            return check_segment(instruction, element) && pop(types::i32) && pop(types::i32) &&
                   pop(types::i32) && pop(reference);
    }
}

bool FunctionTyping::apply_array_copy(const Instruction& instruction, const FieldType& element) {
    const DefinedType* source = find_aggregate(instruction.index2, CompositeKind::array);
    if (source == nullptr) return false;
    if (!types_.matches(source->fields[0].type, element.type))
        return fail("array types do not match");
    return pop(types::i32) && pop(types::i32) && pop(reference_to(instruction.index2, true)) &&
           pop(types::i32) && pop(reference_to(instruction.index, true));
}

/// The segment that array.new_data, array.new_elem, array.init_data or array.init_elem reads.
bool FunctionTyping::check_segment(const Instruction& instruction, const FieldType& element) {
    if (instruction.opcode == Opcode::array_new_data ||
        instruction.opcode == Opcode::array_init_data)
        return check_data(instruction.index2) &&
               (!element.type.is_reference() || fail("array type is not numeric or vector"));
    return check_element(instruction.index2) &&
           match(module_.elements[instruction.index2].type, element.type);
}

}  // namespace icvm::vm
