#pragma once

#include <array>
#include <string_view>

#include "vm/wasm/opcode.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// What opcode.def says about an instruction's type, in a form that is quick to apply.
struct Signature {
    enum class Rule : u8 { special, plain, access } rule = Rule::special;
    u8 operands = 0;     ///< number of them; of an access the first is an address
    u8 results = 0;      ///< one at most
    u8 alignment = 0;    ///< of an access: the natural one, log2
    u8 operand[2] = {};  ///< their types by code; 0: an address
    u8 result = 0;
};

namespace signature_detail {

constexpr u8 type_code(char letter) {
    switch (letter) {
        case 'i': return types::i32.code();
        case 'I': return types::i64.code();
        case 'f': return types::f32.code();
        case 'F': return types::f64.code();
        default: return 0;
    }
}

constexpr Signature parse(std::string_view text, Immediate immediate, Signature::Rule rule) {
    Signature signature;
    signature.rule = rule;
    if (rule == Signature::Rule::access)
        signature.alignment = u8(immediate) - u8(Immediate::memory_argument_0);
    const size_t colon = text.find(':');
    for (size_t i = 0; i < colon; i++) signature.operand[signature.operands++] = type_code(text[i]);
    if (colon + 1 < text.size()) {
        signature.results = 1;
        signature.result = type_code(text[colon + 1]);
    }
    return signature;
}

}  // namespace signature_detail

/// By place_of(opcode).
inline constexpr std::array<Signature, opcode_places> signatures = [] {
    std::array<Signature, opcode_places> table{};
    using enum Signature::Rule;
#define SIGNATURE(rule, id, immediate, text) \
    table[place_of(Opcode::id)] = signature_detail::parse(text, Immediate::immediate, rule);
#define WASM_LOAD(code, id, text, immediate, signature, cost) \
    SIGNATURE(access, id, immediate, signature)
#define WASM_STORE(code, id, text, immediate, signature, cost) \
    SIGNATURE(access, id, immediate, signature)
#define WASM_CONST(code, id, text, immediate, signature, cost) \
    SIGNATURE(plain, id, immediate, signature)
#define WASM_NUMERIC(code, id, text, immediate, signature, cost) \
    SIGNATURE(plain, id, immediate, signature)
#include "vm/wasm/opcode.def"
#undef SIGNATURE
    return table;
}();

}  // namespace icvm::vm
