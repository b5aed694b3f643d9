#include "spec-tests/differential/rows.hpp"

namespace icvm::differential {

const std::vector<Row>& all_rows() {
    static const std::vector<Row> rows = {
#define ROW(family, code, id, text, immediate, signature) \
    {vm::Opcode::id, text, vm::Immediate::immediate, signature, Family::family},
#define WASM_CONTROL(code, id, text, imm, sig, cost) ROW(control, code, id, text, imm, sig)
#define WASM_PARAMETRIC(code, id, text, imm, sig, cost) ROW(parametric, code, id, text, imm, sig)
#define WASM_VARIABLE(code, id, text, imm, sig, cost) ROW(variable, code, id, text, imm, sig)
#define WASM_TABLE(code, id, text, imm, sig, cost) ROW(table, code, id, text, imm, sig)
#define WASM_REFERENCE(code, id, text, imm, sig, cost) ROW(reference, code, id, text, imm, sig)
#define WASM_LOAD(code, id, text, imm, sig, cost) ROW(load, code, id, text, imm, sig)
#define WASM_STORE(code, id, text, imm, sig, cost) ROW(store, code, id, text, imm, sig)
#define WASM_MEMORY(code, id, text, imm, sig, cost) ROW(memory, code, id, text, imm, sig)
#define WASM_CONST(code, id, text, imm, sig, cost) ROW(constant, code, id, text, imm, sig)
#define WASM_NUMERIC(code, id, text, imm, sig, cost) ROW(numeric, code, id, text, imm, sig)
#define WASM_AGGREGATE(code, id, text, imm, sig, cost) ROW(aggregate, code, id, text, imm, sig)
#define WASM_WIDE(code, id, text, imm, sig, cost) ROW(wide, code, id, text, imm, sig)
#define WASM_VECTOR_LOAD(code, id, text, imm, sig, cost) ROW(vector_load, code, id, text, imm, sig)
#define WASM_VECTOR_STORE(code, id, text, imm, sig, cost) \
    ROW(vector_store, code, id, text, imm, sig)
#define WASM_VECTOR_LOAD_LANE(code, id, text, imm, sig, cost) \
    ROW(vector_load_lane, code, id, text, imm, sig)
#define WASM_VECTOR_STORE_LANE(code, id, text, imm, sig, cost) \
    ROW(vector_store_lane, code, id, text, imm, sig)
#define WASM_VECTOR_LANE(code, id, text, imm, sig, cost) ROW(vector_lane, code, id, text, imm, sig)
#define WASM_VECTOR(code, id, text, imm, sig, cost) ROW(vector, code, id, text, imm, sig)
#include "vm/wasm/opcode.def"
#undef ROW
    };
    return rows;
}

bool is_in(const Profile& profile, const Row& row) {
    using vm::Opcode;
    switch (row.opcode) {
        case Opcode::throw_:
        case Opcode::throw_ref:
        case Opcode::try_table: return profile.exceptions;
        case Opcode::call_ref:
        case Opcode::return_call_ref:
        case Opcode::br_on_null:
        case Opcode::br_on_non_null:
        case Opcode::ref_as_non_null: return profile.references;
        case Opcode::br_on_cast:
        case Opcode::br_on_cast_fail:
        case Opcode::ref_eq: return profile.aggregates;
        default: break;
    }
    if (u16(row.opcode) >= 0xFD00) return profile.vectors;
    if (u16(row.opcode) >= 0xFB00 && u16(row.opcode) < 0xFC00) return profile.aggregates;
    return row.family != Family::wide || !profile.portable;
}

RowTable::RowTable(const Profile& profile) {
    for (const Row& row : all_rows()) {
        if (row.signature == "*" || row.signature[0] == ':' || row.family == Family::memory ||
            row.family == Family::control || !is_in(profile, row))
            continue;
        const bool memory = row.operands().find('a') != std::string_view::npos;
        if (row.results().empty()) {
            stores_.push_back(&row);
            continue;
        }
        any_[size_t(row.results()[0])].push_back(&row);
        if (!memory) pure_[size_t(row.results()[0])].push_back(&row);
    }
}

const std::vector<const Row*>& RowTable::giving(char letter, bool with_memory) const {
    return (with_memory ? any_ : pure_)[size_t(letter)];
}

vm::ValueType type_of_letter(char letter) {
    switch (letter) {
        case 'i': return vm::types::i32;
        case 'I': return vm::types::i64;
        case 'f': return vm::types::f32;
        case 'F': return vm::types::f64;
        default: return vm::types::v128;
    }
}

char letter_of(vm::ValueType type) {
    switch (type.code()) {
        case 0x7F: return 'i';
        case 0x7E: return 'I';
        case 0x7D: return 'f';
        case 0x7C: return 'F';
        case 0x7B: return 'v';
        default: return 0;
    }
}

}  // namespace icvm::differential
