#include "vm/text/instruction_names.hpp"

#include <algorithm>
#include <array>

#include "vm/text/spelling.hpp"

namespace icvm::vm {
namespace {

constexpr OpcodeRow rows[] = {
#define WASM(code, id, text, immediate, signature, cost) \
    {Opcode::id, text, Immediate::immediate, signature, cost},
#include "vm/wasm/opcode.def"
};

/// Those that are lexical tokens by themselves (Wasm 6).
constexpr std::string_view keywords[] = {
    // Types.
    "i32", "i64", "f32", "f64", "v128", "i8", "i16", "ref", "null", "any", "eq", "i31", "struct",
    "array", "none", "func", "nofunc", "extern", "noextern", "exn", "noexn", "anyref", "eqref",
    "i31ref", "structref", "arrayref", "nullref", "funcref", "nullfuncref", "externref",
    "nullexternref", "exnref", "nullexnref", "mut", "field", "param", "result", "sub", "final",
    "rec", "pagesize", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
    // Modules.
    "module", "type", "import", "export", "table", "memory", "global", "tag", "local", "start",
    "elem", "item", "declare", "data", "offset", "then", "catch", "catch_ref", "catch_all",
    "catch_all_ref",
    // Scripts.
    "binary", "quote", "definition", "instance", "register", "invoke", "get", "either",
    "nan:canonical", "nan:arithmetic", "ref.extern", "ref.host", "ref.any", "ref.exn", "ref.struct",
    "ref.array", "script", "input", "output", "assert_return", "assert_trap", "assert_exception",
    "assert_exhaustion", "assert_malformed", "assert_malformed_custom", "assert_invalid",
    "assert_invalid_custom", "assert_unlinkable"};

/// FNV-1a. The words are ours, so nobody else chooses collisions.
constexpr u32 hash(std::string_view text) {
    u32 result = 0x811C'9DC5;
    for (const char c : text) result = (result ^ u8(c)) * 0x0100'0193;
    return result ^ result >> 15;
}

constexpr size_t places = 2048;
static_assert(std::size(rows) * 2 < places);

/// Position in `rows` plus one, by hash, with linear probing.
constexpr std::array<u16, places> row_places = [] {
    std::array<u16, places> result{};
    for (size_t i = 0; i < std::size(rows); i++) {
        size_t place = hash(rows[i].text) % places;
        while (result[place] != 0 && rows[result[place] - 1].text != rows[i].text)
            place = (place + 1) % places;
        if (result[place] == 0) result[place] = u16(i + 1);
    }
    return result;
}();

}  // namespace

const OpcodeRow* find_instruction(std::string_view name) {
    for (size_t place = hash(name) % places; row_places[place] != 0; place = (place + 1) % places) {
        const OpcodeRow& row = rows[row_places[place] - 1];
        if (row.text == name) return &row;
    }
    return nullptr;
}

bool is_keyword(std::string_view word) {
    return std::ranges::find(keywords, word) != std::end(keywords);
}

std::string_view similar_word(std::string_view name) {
    Spelling spelling(name);
    for (const OpcodeRow& row : rows) spelling.consider(row.text);
    for (const std::string_view word : keywords) spelling.consider(word);
    return spelling.nearest();
}

}  // namespace icvm::vm
