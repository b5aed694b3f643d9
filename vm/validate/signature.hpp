#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "vm/wasm/opcode.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// What opcode.def says about an instruction's type, in a form that is quick to apply.
struct Signature {
    /// Which rule types the instruction. `plain`, `lane`, `shuffle`, `access` and `lane_access` go
    /// by the types below, the others by its opcode.
    enum class Rule : u8 {
        control,
        memory,
        table,
        reference,
        aggregate,
        plain,
        lane,         ///< and an immediate that names a lane
        shuffle,      ///< and 16 of them
        access,       ///< of memory: the first operand is an address
        lane_access,  ///< of memory, and a lane
    } rule = Rule::control;
    u8 operands = 0;     ///< number of them
    u8 results = 0;      ///< number of them
    u8 alignment = 0;    ///< of an access: the natural one, log2
    u8 lanes = 0;        ///< that the lane is below
    u8 operand[4] = {};  ///< their types by code; 0: an address
    u8 result[2] = {};
};

namespace signature_detail {

constexpr u8 type_code(char letter) {
    switch (letter) {
        case 'i': return types::i32.code();
        case 'I': return types::i64.code();
        case 'f': return types::f32.code();
        case 'F': return types::f64.code();
        case 'v': return types::v128.code();
        default: return 0;
    }
}

constexpr u8 vector_bytes = 16;

/// The number behind `first` in a run of enumerators; nothing: it is not in the run.
constexpr std::optional<u8> step(Immediate immediate, Immediate first, Immediate last) {
    if (immediate < first || immediate > last) return std::nullopt;
    return u8(u8(immediate) - u8(first));
}

constexpr void read_immediate(Signature& signature, Immediate immediate) {
    using Rule = Signature::Rule;
    using enum Immediate;
    if (const auto log2 = step(immediate, memory_argument_0, memory_argument_4)) {
        signature.rule = Rule::access;
        signature.alignment = *log2;
    } else if (const auto lane = step(immediate, memory_argument_lane_0, memory_argument_lane_3)) {
        signature.rule = Rule::lane_access;
        signature.alignment = *lane;
        signature.lanes = u8(vector_bytes >> *lane);
    } else if (const auto lanes = step(immediate, lane_2, lane_16)) {
        signature.rule = Rule::lane;
        signature.lanes = u8(2 << *lanes);
    } else if (immediate == shuffle) {
        signature.rule = Rule::shuffle;
        signature.lanes = 2 * vector_bytes;
    }
}

constexpr Signature parse(std::string_view text, Immediate immediate) {
    Signature signature;
    signature.rule = Signature::Rule::plain;
    read_immediate(signature, immediate);
    const size_t colon = text.find(':');
    for (size_t i = 0; i < colon; i++) signature.operand[signature.operands++] = type_code(text[i]);
    for (size_t i = colon + 1; i < text.size(); i++)
        signature.result[signature.results++] = type_code(text[i]);
    return signature;
}

}  // namespace signature_detail

/// By place_of(opcode).
inline constexpr std::array<Signature, opcode_places> signatures = [] {
    std::array<Signature, opcode_places> table{};
#define PARSED(code, id, text, immediate, signature, cost) \
    table[place_of(Opcode::id)] = signature_detail::parse(signature, Immediate::immediate);
#define RULED(id, family) table[place_of(Opcode::id)].rule = Signature::Rule::family;
#define WASM_LOAD(...) PARSED(__VA_ARGS__)
#define WASM_STORE(...) PARSED(__VA_ARGS__)
#define WASM_CONST(...) PARSED(__VA_ARGS__)
#define WASM_NUMERIC(...) PARSED(__VA_ARGS__)
#define WASM_WIDE(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR_LOAD(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR_STORE(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR_LOAD_LANE(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR_STORE_LANE(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR_LANE(...) PARSED(__VA_ARGS__)
#define WASM_VECTOR(...) PARSED(__VA_ARGS__)
#define WASM_MEMORY(code, id, ...) RULED(id, memory)
#define WASM_TABLE(code, id, ...) RULED(id, table)
#define WASM_REFERENCE(code, id, ...) RULED(id, reference)
#define WASM_AGGREGATE(code, id, ...) RULED(id, aggregate)
#include "vm/wasm/opcode.def"
#undef PARSED
#undef RULED
    return table;
}();

}  // namespace icvm::vm
