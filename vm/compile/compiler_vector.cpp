/// Vector instructions, two slots a vector; and wide arithmetic, which has two results.

#include "vm/code/shuffle.hpp"
#include "vm/compile/compiler.hpp"
#include "vm/compile/families.hpp"

namespace icvm::vm {

namespace {

// Forms of v128.store, in the order of code.def, to be added up.
constexpr u32 constant_address = 1;
constexpr u32 tracked = 2;
constexpr u32 checked = 4;
constexpr u32 far = 8;
constexpr u32 tracked_far = 1;

ValueType type_of_letter(char letter) {
    switch (letter) {
        case 'i': return types::i32;
        case 'I': return types::i64;
        case 'f': return types::f32;
        case 'F': return types::f64;
        default: return types::v128;
    }
}

/// The slot of an operand that has its lanes from `offset` bytes on in its lowest bits.
Operand part_of(const Operand& vector, u32 offset) {
    Operand part = vector;
    part.slots = 1;
    part.home += offset / 8;
    part.local += offset / 8;
    return part;
}

}  // namespace

void Compiler::vector_constant(const Instruction& i) {
    const u32 slot = slots_.push_home(types::v128);
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, Operation::constant_vector);
    append(destination);
    append(i.bits);
    append(i.bits_high);
    remember(start, slot, Operation::constant_vector, 2);
}

/// Up to three operands, in slots; returns the fields of their cell above the destination.
u64 Compiler::take_vector_operands(u32 count) {
    Operand operands[3];
    for (u32 n = count; n > 0; n--) operands[n - 1] = slots_.pop();
    u64 fields = 0;
    for (u32 n = 0; n < count; n++) fields |= u64(operand(operands[n], n)) << (16 * (n + 1));
    return fields;
}

/// Emits an operation whose operands are `fields`, into a new operand's home.
void Compiler::emit_vector(Operation operation, u64 fields, char result) {
    const ValueType type = type_of_letter(result);
    const u32 slot = slots_.push_home(type);
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append(destination | fields);
    remember(start, slot, operation, type.slots());
}

void Compiler::vector(const FamilyRow& row) {
    if (row.by != Operation::none && slots_.top().kind == Operand::Kind::constant) {
        const u32 count = u32(slots_.pop().bits) % 64;  // of each width a multiple
        return emit_vector(row.by, take_vector_operands(1) | u64(count) << 32, row.result);
    }
    emit_vector(row.first, take_vector_operands(row.arity), row.result);
}

void Compiler::vector_lane(const Instruction& i, const FamilyRow& row) {
    const u64 fields = take_vector_operands(row.arity);
    if (i.opcode != Opcode::i8x16_shuffle)
        return emit_vector(row.first, fields | u64(i.lane) << (16 * (row.arity + 1)), row.result);
    const u32 slot = slots_.push_home(types::v128);
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, row.first);
    append(destination | fields);
    append(marked_indices(i.bits));
    append(marked_indices(i.bits_high));
    remember(start, slot, row.first, 2);
}

void Compiler::vector_store(const Instruction& i, const FamilyRow& row) {
    const Operand value = slots_.pop();
    const Operand address = slots_.pop();
    const auto [bounds, is_constant, offset] = access(i, row.first, address);
    const u16 a = is_constant ? 0 : operand(address, 0);
    const u16 b = operand(value, 1);
    add_site(i.offset);
    const u32 forms = (input_.track ? tracked : 0) + (is_constant ? constant_address : 0);
    if (bounds == Bounds::guarded) {
        emit(form_of(row.first, forms));
        append_halves(a | u32(b) << 16, u32(offset));
    } else {
        emit(form_of(row.first, bounds == Bounds::far ? far + (input_.track ? tracked_far : 0)
                                                      : checked + forms));
        append_halves(a | u32(b) << 16, i.memory);
        append(offset);
    }
    forget();
}

/// The scalar load to the address's home, and from there into its lane.
void Compiler::vector_load_lane(const Instruction& i, const FamilyRow& row) {
    const Operand vector = slots_.pop();
    const u16 a = operand(vector, 1);
    kept_ = vector.home + vector.slots;
    load(i, row.first, types::i64);
    kept_ = 0;
    const u16 b = operand(slots_.pop(), 0);
    const u64 fields = u64(a) << 16 | u64(b) << 32 | u64(i.lane) << 48;
    Operation replace = Operation::i8x16_replace_lane;
    if (i.opcode == Opcode::v128_load16_lane) replace = Operation::i16x8_replace_lane;
    if (i.opcode == Opcode::v128_load32_lane) replace = Operation::i32x4_replace_lane;
    if (i.opcode == Opcode::v128_load64_lane) replace = Operation::i64x2_replace_lane;
    emit_vector(replace, fields, 'v');
}

/// A scalar store of the slot that the lane is in; first the lane is brought to the slot's lowest
/// bits, if it is not there.
void Compiler::vector_store_lane(const Instruction& i, const FamilyRow& row) {
    const Operand vector = slots_.pop();
    const u32 bytes = 1u << (u32(i.opcode) - u32(Opcode::v128_store8_lane));
    const u32 offset = i.lane * bytes;
    if (offset % 8 == 0) return store(i, row.first, part_of(vector, offset));
    Operation extract = Operation::i8x16_extract_lane_u;
    if (bytes == 2) extract = Operation::i16x8_extract_lane_u;
    if (bytes == 4) extract = Operation::i32x4_extract_lane;
    const u16 a = operand(vector, 1);
    const u16 destination = begin_write(vector.home);
    emit_result(vector.home, extract);
    append(destination | u64(a) << 16 | u64(i.lane) << 32);
    end_write(vector.home, 1);
    Operand scalar;
    scalar.home = vector.home;
    store(i, row.first, scalar);
}

void Compiler::wide(const FamilyRow& row) {
    Operand operands[4];
    for (u32 n = row.arity; n > 0; n--) operands[n - 1] = slots_.pop();
    u16 fields[4] = {};
    for (u32 n = 0; n < row.arity; n++) fields[n] = operand(operands[n], n);
    const u32 slot = slots_.push_home();
    slots_.push_home();
    const u16 destination = begin_write(slot);
    emit_result(slot, row.first);
    append(destination | u64(fields[0]) << 16 | u64(fields[1]) << 32 | u64(fields[2]) << 48);
    if (row.arity == 4) append(fields[3]);
    end_write(slot, 2);
    // Either result may be taken alone: none of them is written anywhere else.
    forget();
}

}  // namespace icvm::vm
