#include <bit>

#include "vm/base/leb128.hpp"
#include "vm/text/literal.hpp"
#include "vm/text/module_parser.hpp"
#include "vm/text/number.hpp"

namespace icvm::vm {

/// A plain instruction behind its name: opcode and immediates are held.
Result<void, TextError> ModuleParser::plain_head(const OpcodeRow& row) {
    if (row.opcode == Opcode::ref_test || row.opcode == Opcode::ref_cast)
        return typed_reference(row);
    if (row.opcode == Opcode::select && tokens_.is_left("result")) return select_types();
    encode_opcode(held_, u16(row.opcode));
    return immediate(row);
}

Result<void, TextError> ModuleParser::immediate(const OpcodeRow& row) {
    const Immediate kind = row.immediate;
    switch (kind) {
        case Immediate::none: return {};
        case Immediate::label: return write(TRY(label_index()));
        case Immediate::label_table: return label_table();
        case Immediate::function: return write_index(Space::function);
        case Immediate::type_table: return indirect_call();
        case Immediate::local: return write(TRY(index_in(locals_, "local")));
        case Immediate::global: return write_index(Space::global);
        case Immediate::tag: return write_index(Space::tag);
        case Immediate::table: return write(TRY(index_or_zero(Space::table)));
        case Immediate::table_table: return write_two_indices(Space::table);
        case Immediate::memory: return write(TRY(index_or_zero(Space::memory)));
        case Immediate::memory_memory: return write_two_indices(Space::memory);
        case Immediate::element: return write_index(Space::element);
        case Immediate::element_table: return segment_of(Space::element, Space::table);
        case Immediate::data: uses_data_index_ = true; return write_index(Space::data);
        case Immediate::data_memory: return segment_of(Space::data, Space::memory);
        case Immediate::i32: return integer_constant(32);
        case Immediate::i64: return integer_constant(64);
        case Immediate::f32: return float_constant(32);
        case Immediate::f64: return float_constant(64);
        case Immediate::heap_type: encode_heap_type(held_, TRY(heap_type())); return {};
        case Immediate::cast: return cast();
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4:
            return memory_argument(u32(kind) - u32(Immediate::memory_argument_0), false);
        case Immediate::memory_argument_lane_0:
        case Immediate::memory_argument_lane_1:
        case Immediate::memory_argument_lane_2:
        case Immediate::memory_argument_lane_3:
            return memory_argument(u32(kind) - u32(Immediate::memory_argument_lane_0), true);
        default: return rare_immediate(kind);
    }
}

/// Those of vectors and aggregates.
Result<void, TextError> ModuleParser::rare_immediate(Immediate kind) {
    switch (kind) {
        case Immediate::lane_2:
        case Immediate::lane_4:
        case Immediate::lane_8:
        case Immediate::lane_16: return lane();
        case Immediate::shuffle: return shuffle();
        case Immediate::v128: return vector_constant();
        case Immediate::type: return write_index(Space::type);
        case Immediate::type_field: return type_field();
        case Immediate::type_count: TRY(write_index(Space::type)); return write(TRY(natural_u32()));
        case Immediate::type_data:
            uses_data_index_ = true;
            TRY(write_index(Space::type));
            return write_index(Space::data);
        case Immediate::type_element:
            TRY(write_index(Space::type));
            return write_index(Space::element);
        case Immediate::type_type: TRY(write_index(Space::type)); return write_index(Space::type);
        default: return tokens_.unexpected("an instruction");
    }
}

Result<void, TextError> ModuleParser::write(u32 value) {
    write_unsigned_leb128(held_, value);
    return {};
}

Result<void, TextError> ModuleParser::write_index(Space space) { return write(TRY(index(space))); }

/// Two, destination first, or none: both are 0.
Result<void, TextError> ModuleParser::write_two_indices(Space space) {
    const bool present = tokens_.is_index();
    for (int i = 0; i < 2; i++) TRY(write(present ? TRY(index(space)) : 0));
    return {};
}

/// The table or memory may be left out before the segment, and stands behind it in the binary.
Result<void, TextError> ModuleParser::segment_of(Space segments, Space space) {
    uses_data_index_ |= segments == Space::data;
    const TokenKind second = tokens_.peek_second().kind;
    const bool two = second == TokenKind::natural || second == TokenKind::identifier;
    const u32 target = two ? TRY(index(space)) : 0;
    TRY(write_index(segments));
    return write(target);
}

Result<void, TextError> ModuleParser::select_types() {
    std::vector<ValueType> types;
    TRY(results(types));
    encode_opcode(held_, u16(Opcode::select_typed));
    encode_value_types(held_, types);
    return {};
}

/// ref.test and ref.cast: the row for what is nullable follows that for what is not.
Result<void, TextError> ModuleParser::typed_reference(const OpcodeRow& row) {
    const ValueType type = TRY(reference_type());
    encode_opcode(held_, u16(u16(row.opcode) + (type.is_nullable() ? 1 : 0)));
    encode_heap_type(held_, type.heap_type());
    return {};
}

Result<void, TextError> ModuleParser::label_table() {
    ByteVector labels;
    u32 last = TRY(label_index());
    u32 count = 0;
    for (; tokens_.is_index(); count++) {
        write_unsigned_leb128(labels, last);
        last = TRY(label_index());
    }
    TRY(write(count));
    held_.insert(held_.end(), labels.begin(), labels.end());
    return write(last);
}

Result<void, TextError> ModuleParser::indirect_call() {
    const u32 table = TRY(index_or_zero(Space::table));
    TRY(write(TRY(type_index(TRY(type_use(Parameters::unnamed))))));
    return write(table);
}

/// Nothing, one value type or a type index (Wasm 6.5.1).
Result<void, TextError> ModuleParser::block_type() {
    const TypeUse use = TRY(type_use(Parameters::unnamed));
    const FunctionType& type = use.inline_type;
    if (!use.index && type.parameters.empty() && type.results.size() <= 1) {
        if (type.results.empty())
            held_.push_back(0x40);
        else
            encode_value_type(held_, type.results[0]);
        return {};
    }
    write_signed_leb128(held_, TRY(type_index(use)));
    return {};
}

/// Labels in them are counted from outside the block.
Result<void, TextError> ModuleParser::catch_clauses() {
    constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
    ByteVector clauses;
    ByteVector before = std::exchange(held_, {});
    u32 count = 0;
    for (u8 kind = 0; kind < std::size(words);) {
        if (!TRY(tokens_.accept_left(words[kind]))) {
            kind++;
            continue;
        }
        held_.push_back(kind);
        if (kind < 2) TRY(write_index(Space::tag));
        TRY(write(TRY(label_index())));
        TRY(tokens_.expect_right());
        count++;
        kind = 0;
    }
    clauses = std::exchange(held_, std::move(before));
    TRY(write(count));
    held_.insert(held_.end(), clauses.begin(), clauses.end());
    return {};
}

Result<void, TextError> ModuleParser::cast() {
    const u32 label = TRY(label_index());
    const ValueType from = TRY(reference_type());
    const ValueType to = TRY(reference_type());
    held_.push_back((from.is_nullable() ? 1 : 0) | (to.is_nullable() ? 2 : 0));
    TRY(write(label));
    encode_heap_type(held_, from.heap_type());
    encode_heap_type(held_, to.heap_type());
    return {};
}

/// The identifiers of fields belong to their structure.
Result<void, TextError> ModuleParser::type_field() {
    static const IndexSpace no_fields;
    const u32 type = TRY(index(Space::type));
    TRY(write(type));
    return write(
        TRY(index_in(type < field_names_.size() ? field_names_[type] : no_fields, "field")));
}

/// memory? offset=n? align=n?, and perhaps a lane (Wasm 6.5.7).
Result<void, TextError> ModuleParser::memory_argument(u32 alignment, bool has_lane) {
    // A number alone, before no argument, is the lane.
    const Token& second = tokens_.peek_second();
    const bool is_lane = has_lane && tokens_.is(TokenKind::natural) &&
                         second.kind != TokenKind::natural &&
                         !(second.kind == TokenKind::keyword && second.text.contains('='));
    const u32 memory = is_lane ? 0 : TRY(index_or_zero(Space::memory));
    const u64 offset = TRY(argument_number("offset=")).value_or(0);
    const u32 at = tokens_.peek().offset;
    if (const auto bytes = TRY(argument_number("align="))) {
        if (!std::has_single_bit(*bytes))
            return tokens_.error(at, "alignment must be a power of two");
        alignment = u32(std::countr_zero(*bytes));
    }
    TRY(write(alignment | (memory != 0 ? 0x40 : 0)));
    if (memory != 0) TRY(write(memory));
    write_unsigned_leb128(held_, offset);
    return has_lane ? lane() : Parsed<>{};
}

/// `offset=1` is one token; nothing when another stands here.
Result<std::optional<u64>, TextError> ModuleParser::argument_number(std::string_view word) {
    const Token token = tokens_.peek();
    if (token.kind != TokenKind::keyword || !token.text.starts_with(word)) return std::nullopt;
    const std::string_view digits = token.text.substr(word.size());
    if (!is_natural_literal(digits)) return tokens_.unexpected("");
    const auto value = natural_value(digits);
    if (!value)
        return tokens_.error(token.offset, "i64 constant out of range: " + shown(token.text));
    TRY(tokens_.next());
    return value;
}

Result<void, TextError> ModuleParser::integer_constant(unsigned bits) {
    if (!tokens_.is_number() || tokens_.is(TokenKind::floating))
        return tokens_.unexpected("an integer");
    const Token token = TRY(tokens_.next());
    const auto value = integer_value(token.text, bits);
    if (!value) return constant_out_of_range(token);
    write_signed_leb128(held_, bits == 32 ? i64(i32(u32(*value))) : i64(*value));
    return {};
}

Result<void, TextError> ModuleParser::float_constant(unsigned bits) {
    if (!tokens_.is_number()) return tokens_.unexpected("a number");
    const Token token = TRY(tokens_.next());
    const auto value = float_value(token.text, bits);
    if (!value) return constant_out_of_range(token);
    if (bits == 32)
        encode_f32(held_, u32(*value));
    else
        encode_f64(held_, *value);
    return {};
}

std::unexpected<TextError> ModuleParser::constant_out_of_range(const Token& token) const {
    return tokens_.error(token.offset, "constant out of range: " + shown(token.text));
}

}  // namespace icvm::vm
