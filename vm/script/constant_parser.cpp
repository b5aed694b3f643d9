#include "vm/script/constant_parser.hpp"

#include <algorithm>
#include <optional>

#include "vm/text/number.hpp"

namespace icvm::vm {
namespace {

using Parsed = Result<Expected, TextError>;

struct Word {
    std::string_view text;
    ValueType type;
};

struct HeapWord {
    std::string_view text;
    HeapType type;
};

/// What follows ref.null (Wasm 6.4.2), and what follows `ref.` in a result.
constexpr HeapWord heap_words[] = {
    {"any", heap_types::any},         {"eq", heap_types::eq},
    {"i31", heap_types::i31},         {"struct", heap_types::structure},
    {"array", heap_types::array},     {"none", heap_types::none},
    {"func", heap_types::function},   {"nofunc", heap_types::no_function},
    {"extern", heap_types::external}, {"noextern", heap_types::no_external},
    {"exn", heap_types::exception},   {"noexn", heap_types::no_exception}};

constexpr Word number_words[] = {{"i32.const", types::i32},
                                 {"i64.const", types::i64},
                                 {"f32.const", types::f32},
                                 {"f64.const", types::f64}};

/// A shape of a vector (Wasm 6.5.8); `lane` is the type that a lane is compared in.
struct Shape {
    std::string_view text;
    u32 lane_bits;
    ValueType lane;
};

constexpr Shape shapes[] = {{"i8x16", 8, types::i32},  {"i16x8", 16, types::i32},
                            {"i32x4", 32, types::i32}, {"i64x2", 64, types::i64},
                            {"f32x4", 32, types::f32}, {"f64x2", 64, types::f64}};

template <class Row, size_t count>
const Row* find_word(const Row (&rows)[count], std::string_view text) {
    const Row* found = std::ranges::find(rows, text, &Row::text);
    return found == std::end(rows) ? nullptr : found;
}

std::optional<HeapType> heap_type_of(std::string_view text) {
    const HeapWord* word = find_word(heap_words, text);
    if (word == nullptr) return std::nullopt;
    return word->type;
}

Expected exactly(const Value& value) { return {Expected::Kind::exactly, value}; }

/// The bits of a literal; nothing: it is none, or out of range.
std::optional<u64> number_value(const Token& token, u32 bits, bool is_float) {
    const bool integer = token.kind == TokenKind::natural || token.kind == TokenKind::integer;
    if (is_float && (integer || token.kind == TokenKind::floating))
        return float_value(token.text, bits);
    if (!is_float && integer) return integer_value(token.text, bits);
    return std::nullopt;
}

/// A number of `bits`, or a pattern of NaNs.
Parsed parse_number(ScriptTokens& tokens, ValueType type, u32 bits) {
    const bool is_float = type == types::f32 || type == types::f64;
    Expected number = exactly({type});
    if (is_float && tokens.at_keyword("nan:canonical")) {
        number.kind = Expected::Kind::canonical_nan;
    } else if (is_float && tokens.at_keyword("nan:arithmetic")) {
        number.kind = Expected::Kind::arithmetic_nan;
    } else {
        const auto value = number_value(tokens.token(), bits, is_float);
        if (!value) return tokens.error("a number of " + to_string(type) + " expected");
        number.value.bits = *value;
    }
    TRY(tokens.advance());
    return number;
}

/// Lanes that are all numbers, as the one value that they make.
Value join_lanes(const Expected& vector) {
    Value value{types::v128};
    for (size_t i = 0; i < vector.lanes.size(); i++) {
        const size_t first = i * vector.lane_bits;
        u64& word = first < 64 ? value.bits : value.high;
        word |= vector.lanes[i].value.bits << first % 64;
    }
    return value;
}

Parsed parse_vector(ScriptTokens& tokens) {
    const Shape* shape = find_word(shapes, tokens.token().text);
    if (shape == nullptr) return tokens.error("unexpected token, the shape of a vector expected");
    TRY(tokens.advance());
    Expected vector{Expected::Kind::vector, {types::v128}, shape->lane_bits};
    for (u32 i = 0; i < 128 / shape->lane_bits; i++)
        vector.lanes.push_back(TRY(parse_number(tokens, shape->lane, shape->lane_bits)));
    const bool is_value = std::ranges::all_of(
        vector.lanes, [](const Expected& lane) { return lane.kind == Expected::Kind::exactly; });
    if (is_value) return exactly(join_lanes(vector));
    return vector;
}

/// After ref.null: of any type, or of one.
Parsed parse_null(ScriptTokens& tokens) {
    if (tokens.at(TokenKind::right)) return Expected{Expected::Kind::null};
    const auto heap = heap_type_of(tokens.token().text);
    if (!heap) return tokens.error("unknown heap type");
    TRY(tokens.advance());
    return exactly({ValueType::reference(*heap, true)});
}

/// After ref.extern or ref.host, a number; alone, ref.extern and the others are patterns.
Parsed parse_reference(ScriptTokens& tokens, std::string_view word) {
    const bool host = word == "host";
    const auto heap = host ? heap_types::any : heap_type_of(word);
    if (!heap) return tokens.error("unknown kind of reference");
    if (host || (word == "extern" && tokens.at(TokenKind::natural))) {
        const auto number =
            tokens.at(TokenKind::natural) ? natural_value(tokens.token().text, 32) : std::nullopt;
        if (!number) return tokens.error("a number of 32 bits expected");
        TRY(tokens.advance());
        return exactly({ValueType::reference(*heap, true), references::host(*number)});
    }
    return Expected{Expected::Kind::reference, {ValueType::reference(*heap, false)}};
}

Parsed parse_either(ScriptTokens& tokens, u32 nesting) {
    if (nesting == either_nesting_max) return tokens.error("too many levels of either");
    Expected either{Expected::Kind::either};
    while (!tokens.at(TokenKind::right))
        either.alternatives.push_back(TRY(parse_result(tokens, nesting + 1)));
    return either;
}

Parsed parse_after_word(ScriptTokens& tokens, std::string_view word, u32 nesting) {
    if (const Word* number = find_word(number_words, word))
        return parse_number(tokens, number->type, number->type.code() % 2 != 0 ? 32 : 64);
    if (word == "v128.const") return parse_vector(tokens);
    if (word == "ref.null") return parse_null(tokens);
    if (word == "either") return parse_either(tokens, nesting);
    if (word.starts_with("ref.")) return parse_reference(tokens, word.substr(4));
    return tokens.error("unknown kind of value");
}

}  // namespace

Result<Expected, TextError> parse_result(ScriptTokens& tokens, u32 nesting) {
    TRY(tokens.take(TokenKind::left, "a result"));
    const Token word = TRY(tokens.take(TokenKind::keyword, "a kind of value"));
    Expected result = TRY(parse_after_word(tokens, word.text, nesting));
    TRY(tokens.take(TokenKind::right, ")"));
    return result;
}

Result<Expected, TextError> parse_argument(ScriptTokens& tokens) {
    Expected argument = TRY(parse_result(tokens));
    const bool is_value =
        argument.kind == Expected::Kind::exactly || argument.kind == Expected::Kind::null;
    if (!is_value) return tokens.error("this is no argument: it is not one value");
    return argument;
}

}  // namespace icvm::vm
