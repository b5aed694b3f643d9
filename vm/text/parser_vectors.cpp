#include "vm/text/module_parser.hpp"
#include "vm/text/number.hpp"

namespace icvm::vm {
namespace {

struct Shape {
    std::string_view word;
    u8 lanes;
    bool is_float;
};
constexpr Shape shapes[] = {{"i8x16", 16, false}, {"i16x8", 8, false}, {"i32x4", 4, false},
                            {"i64x2", 2, false},  {"f32x4", 4, true},  {"f64x2", 2, true}};

}  // namespace

/// The numbers that follow; `count` of them are wanted.
Result<std::vector<Token>, TextError> ModuleParser::numbers(size_t count, std::string_view reason) {
    const u32 offset = tokens_.peek().offset;
    std::vector<Token> result;
    while (tokens_.is_number()) result.push_back(TRY(tokens_.next()));
    if (result.size() == count) return result;
    // What was meant to be a number, but is none.
    if (tokens_.is_unknown()) return tokens_.unexpected("a number");
    return tokens_.error(offset, std::string(reason) + ": " + std::to_string(result.size()) +
                                     " instead of " + std::to_string(count));
}

Result<void, TextError> ModuleParser::vector_constant() {
    for (const Shape& shape : shapes) {
        if (!TRY(tokens_.accept_word(shape.word))) continue;
        const unsigned bits = 128U / shape.lanes;
        for (const Token& token : TRY(numbers(shape.lanes, "wrong number of lane literals"))) {
            const bool fits_kind = shape.is_float || token.kind != TokenKind::floating;
            const auto value = !fits_kind       ? std::nullopt
                               : shape.is_float ? float_value(token.text, bits)
                                                : integer_value(token.text, bits);
            if (!value) return constant_out_of_range(token);
            for (unsigned i = 0; i < bits; i += 8) held_.push_back(u8(*value >> i));
        }
        return {};
    }
    return tokens_.unexpected("i8x16, i16x8, i32x4, i64x2, f32x4 or f64x2");
}

Result<void, TextError> ModuleParser::lane() {
    held_.push_back(u8(TRY(natural(8))));
    return {};
}

Result<void, TextError> ModuleParser::shuffle() {
    for (const Token& token : TRY(numbers(16, "invalid lane length"))) {
        const auto value =
            token.kind == TokenKind::natural ? natural_value(token.text, 8) : std::optional<u64>();
        if (!value)
            return tokens_.error(token.offset, "i8 constant out of range: " + shown(token.text));
        held_.push_back(u8(*value));
    }
    return {};
}

}  // namespace icvm::vm
