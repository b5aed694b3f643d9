#pragma once

#include <array>
#include <string_view>

#include "vm/code/code.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

/// How the compiler takes an instruction: one table instead of questions one after the other.
enum class Family : u8 {
    other,
    equal_zero,
    numeric,
    load,
    store,
    memory,     ///< memory and table instructions but loads and stores
    reference,  ///< instructions of typed references, calls and branches among them
    aggregate,
    wide,
    vector,
    vector_lane,
    vector_load,
    vector_store,
    vector_load_lane,
    vector_store_lane,
};

struct FamilyRow {
    Family family = Family::other;
    u8 arity = 0;
    char type = 0;    ///< of the first operand, as in opcode.def
    char result = 0;  ///< the same of the result
    bool can_trap = false;
    Operation first = Operation::none;  ///< of its forms
    Operation by = Operation::none;     ///< of a vector's shift: by a constant
};

namespace families_detail {

/// Division, remainder, and truncation that does not saturate.
constexpr bool can_trap(std::string_view text) {
    return text.find(".div_") != text.npos || text.find(".rem_") != text.npos ||
           text.find(".trunc_f") != text.npos;
}

constexpr FamilyRow row(Family family, Operation first, std::string_view text,
                        std::string_view signature) {
    const size_t colon = signature.find(':');
    if (colon == signature.npos) return {.family = family, .first = first};
    return {family,
            u8(colon),
            signature[0],
            signature.back(),
            family == Family::numeric && can_trap(text),
            first,
            Operation::none};
}

constexpr Operation load_of(Opcode opcode) {
    switch (opcode) {
        case Opcode::i32_load:
        case Opcode::f32_load:
        case Opcode::v128_load32_lane:
        case Opcode::i64_load32_u: return Operation::load32_u_guarded;
        case Opcode::i64_load:
        case Opcode::v128_load64_lane:
        case Opcode::f64_load: return Operation::load64_guarded;
        case Opcode::i32_load8_s: return Operation::load8_s32_guarded;
        case Opcode::i32_load8_u:
        case Opcode::v128_load8_lane:
        case Opcode::i64_load8_u: return Operation::load8_u_guarded;
        case Opcode::i32_load16_s: return Operation::load16_s32_guarded;
        case Opcode::i32_load16_u:
        case Opcode::v128_load16_lane:
        case Opcode::i64_load16_u: return Operation::load16_u_guarded;
        case Opcode::i64_load8_s: return Operation::load8_s64_guarded;
        case Opcode::i64_load16_s: return Operation::load16_s64_guarded;
        case Opcode::i64_load32_s: return Operation::load32_s64_guarded;
        default: return Operation::none;
    }
}

constexpr Operation store_of(Opcode opcode) {
    switch (opcode) {
        case Opcode::i32_store:
        case Opcode::f32_store:
        case Opcode::v128_store32_lane:
        case Opcode::i64_store32: return Operation::store32_guarded;
        case Opcode::i64_store:
        case Opcode::v128_store64_lane:
        case Opcode::f64_store: return Operation::store64_guarded;
        case Opcode::i32_store8:
        case Opcode::v128_store8_lane:
        case Opcode::i64_store8: return Operation::store8_guarded;
        case Opcode::i32_store16:
        case Opcode::v128_store16_lane:
        case Opcode::i64_store16: return Operation::store16_guarded;
        default: return Operation::none;
    }
}

}  // namespace families_detail

/// By place_of(opcode).
inline constexpr std::array<FamilyRow, opcode_places> families = [] {
    using namespace families_detail;
    std::array<FamilyRow, opcode_places> table{};
#define ROW(family, id, operation, text, signature) \
    table[place_of(Opcode::id)] = row(Family::family, operation, text, signature);
#define WASM_NUMERIC(code, id, text, immediate, signature, cost) \
    ROW(numeric, id, Operation::id, text, signature)
#define WASM_LOAD(code, id, text, immediate, signature, cost) \
    ROW(load, id, load_of(Opcode::id), text, signature)
#define WASM_STORE(code, id, text, immediate, signature, cost) \
    ROW(store, id, store_of(Opcode::id), text, signature)
#define WASM_MEMORY(code, id, text, immediate, signature, cost) \
    ROW(memory, id, Operation::none, text, "*")
#define WASM_TABLE(code, id, text, immediate, signature, cost) \
    ROW(memory, id, Operation::none, text, "*")
#define WASM_REFERENCE(code, id, text, immediate, signature, cost) \
    ROW(reference, id, Operation::none, text, "*")
#define WASM_AGGREGATE(code, id, text, immediate, signature, cost) \
    ROW(aggregate, id, Operation::none, text, "*")
#define WASM_WIDE(code, id, text, immediate, signature, cost) \
    ROW(wide, id, Operation::id, text, signature)
#define WASM_VECTOR(code, id, text, immediate, signature, cost) \
    ROW(vector, id, Operation::id, text, signature)
#define WASM_VECTOR_LANE(code, id, text, immediate, signature, cost) \
    ROW(vector_lane, id, Operation::id, text, signature)
#define WASM_VECTOR_LOAD(code, id, text, immediate, signature, cost) \
    ROW(vector_load, id, Operation::id##_guarded, text, signature)
#define WASM_VECTOR_STORE(code, id, text, immediate, signature, cost) \
    ROW(vector_store, id, Operation::id##_guarded, text, signature)
#define WASM_VECTOR_LOAD_LANE(code, id, text, immediate, signature, cost) \
    ROW(vector_load_lane, id, load_of(Opcode::id), text, signature)
#define WASM_VECTOR_STORE_LANE(code, id, text, immediate, signature, cost) \
    ROW(vector_store_lane, id, store_of(Opcode::id), text, signature)
#include "vm/wasm/opcode.def"
#undef ROW
#define CODE_SHIFT(id) table[place_of(Opcode::id)].by = Operation::id##_by;
#include "vm/code/code.def"
    // What the rows of opcode.def put elsewhere.
    for (const Opcode opcode : {Opcode::ref_null, Opcode::ref_func, Opcode::ref_is_null})
        table[place_of(opcode)] = {};
    for (const Opcode opcode :
         {Opcode::call_ref, Opcode::return_call_ref, Opcode::br_on_null, Opcode::br_on_non_null,
          Opcode::br_on_cast, Opcode::br_on_cast_fail})
        table[place_of(opcode)].family = Family::reference;
    table[place_of(Opcode::i32_eqz)] = {
        Family::equal_zero, 1, 'i', 'i', false, Operation::i32_eq_si, Operation::none};
    table[place_of(Opcode::i64_eqz)] = {
        Family::equal_zero, 1, 'I', 'i', false, Operation::i64_eq_si, Operation::none};
    return table;
}();

}  // namespace icvm::vm
