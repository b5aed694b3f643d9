/// Instructions whose type stands in opcode.def.

#include "spec-tests/differential/body.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::differential {

using vm::Immediate;
using vm::Opcode;

namespace {

bool starts(std::string_view text, std::string_view with) { return text.starts_with(with); }

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    for (const std::string_view one : names)
        if (name == one) return true;
    return false;
}

/// "add" of "f32x4.add".
std::string_view operation(const Row& row) { return row.text.substr(row.text.find('.') + 1); }

bool is_float(const Row& row) { return row.text[0] == 'f'; }

}  // namespace

/// Whether engines may differ in the bits of a NaN that it gives (Wasm 4.3.3).
bool Body::gives_nan(const Row& row) const {
    return is_float(row) &&
           is_one_of(operation(row), {"ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub",
                                      "mul", "div", "min", "max", "demote_f64", "promote_f32",
                                      "demote_f64x2_zero", "promote_low_f32x4", "relaxed_min",
                                      "relaxed_max", "relaxed_madd", "relaxed_nmadd"});
}

void Body::row(const Row& row, bool clean) {
    if (row.operands()[0] == 'a') return access(row);
    // Relaxed operations only where all engines must agree.
    if (!(profile_.portable && row.is_relaxed() && tame_relaxed(row)) && !tame_operands(row))
        operands(row, clean);
    op(row.opcode);
    immediates(row);
    if (row.results().size() == 2) op(random_.percent(50) ? Opcode::i64_add : Opcode::i64_xor);
    if (profile_.portable && gives_nan(row) && (clean || row.results()[0] == 'v'))
        make_canonical(row);
}

void Body::operands(const Row& row, bool clean) {
    const std::string_view name = operation(row);
    const bool keeps_bits = is_one_of(name, {"abs", "neg"});
    const bool bitwise = is_one_of(name, {"copysign", "reinterpret_f32", "reinterpret_f64"}) ||
                         row.family >= Family::vector_load;
    for (const char letter : row.operands())
        expression(type_of_letter(letter), bitwise || (keeps_bits && clean));
}

/// Division by what is not zero, conversion of what fits: mostly.
bool Body::tame_operands(const Row& row) {
    const std::string_view name = operation(row);
    if (random_.percent(12)) return false;
    if (starts(name, "div_") || starts(name, "rem_")) {
        const char letter = row.operands()[0];
        expression(type_of_letter(letter));
        expression(type_of_letter(letter));
        constant(letter, 1 + 2 * random_.below(50));
        op(letter == 'i' ? Opcode::i32_or : Opcode::i64_or);
        if (name.ends_with("_s") && random_.percent(80)) {  // not the least by minus one
            constant(letter, ~u64(0) >> (letter == 'i' ? 33 : 1));
            op(letter == 'i' ? Opcode::i32_and : Opcode::i64_and);
        }
        return true;
    }
    if (starts(name, "trunc_f") && row.family == Family::numeric) {
        const char letter = row.operands()[0];
        expression(vm::types::i32);
        i32_constant(0x00FF'FFFF);
        op(Opcode::i32_and);
        op(letter == 'f' ? Opcode::f32_convert_i32_s : Opcode::f64_convert_i32_s);
        constant(letter, letter == 'f' ? 0x3F80'1234 : 0x3FF0'0012'3456'789A);
        op(letter == 'f' ? Opcode::f32_mul : Opcode::f64_mul);
        return true;
    }
    return false;
}

/// Lanes that are small integers, as integers or as floats.
void Body::small_vector(bool floats, bool doubles) {
    expression(vm::types::v128);
    constant('v', 0x0000'0FFF'0000'0FFF, 0x0000'0FFF'0000'0FFF);
    op(Opcode::v128_and);
    constant('v', 0x0000'0001'0000'0001, 0x0000'0001'0000'0001);
    op(Opcode::v128_or);
    if (floats) op(doubles ? Opcode::f64x2_convert_low_i32x4_s : Opcode::f32x4_convert_i32x4_s);
}

bool Body::tame_relaxed(const Row& row) {
    const std::string_view name = operation(row);
    const bool doubles = starts(row.text, "f64x2") || name.find("f64x2") != name.npos;
    const auto masked = [&](u64 mask) {
        expression(vm::types::v128);
        constant('v', mask, mask);
        op(Opcode::v128_and);
    };
    if (name == "relaxed_swizzle") {
        expression(vm::types::v128);
        masked(0x8F8F'8F8F'8F8F'8F8F);
    } else if (name == "relaxed_laneselect") {
        expression(vm::types::v128);
        expression(vm::types::v128);
        expression(vm::types::v128);
        expression(vm::types::v128);
        op(starts(row.text, "i64") ? Opcode::i64x2_eq : Opcode::i64x2_ne);
    } else if (name == "relaxed_q15mulr_s") {
        expression(vm::types::v128);
        masked(0x7FFF'7FFF'7FFF'7FFF);
    } else if (starts(name, "relaxed_dot")) {
        expression(vm::types::v128);
        masked(0x7F7F'7F7F'7F7F'7F7F);
        if (row.operands().size() == 3) expression(vm::types::v128);
    } else {
        for (size_t i = 0; i < row.operands().size(); i++) small_vector(true, doubles);
    }
    return true;
}

void Body::immediates(const Row& row) {
    const auto lanes = [&](u32 count) { code_.push_back(u8(random_.below(count))); };
    switch (row.immediate) {
        case Immediate::lane_2: return lanes(2);
        case Immediate::lane_4: return lanes(4);
        case Immediate::lane_8: return lanes(8);
        case Immediate::lane_16: return lanes(16);
        case Immediate::shuffle:
            for (int i = 0; i < 16; i++) lanes(32);
            return;
        default: return;
    }
}

/// NaNs on the stack, or in the lanes of the vector there, become one.
void Body::make_canonical(const Row& row) {
    const char letter = row.results()[0];
    const u32 local = scratch(type_of_letter(letter));
    op(Opcode::local_tee, local);
    const bool single = starts(row.text, "f32");
    if (letter == 'v') {
        const u64 nan = single ? 0x7FC0'0000'7FC0'0000 : 0x7FF8'0000'0000'0000;
        constant('v', nan, nan);
    } else {
        constant(letter, single ? 0x7FC0'0000 : 0x7FF8'0000'0000'0000);
    }
    get(local);
    get(local);
    if (letter == 'v') {
        op(single ? Opcode::f32x4_eq : Opcode::f64x2_eq);
        op(Opcode::v128_bitselect);
    } else {
        op(single ? Opcode::f32_eq : Opcode::f64_eq);
        op(Opcode::select);
    }
}

}  // namespace icvm::differential
