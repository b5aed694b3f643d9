#include "vm/base/leb128.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

constexpr ValueType function_reference = ValueType::reference(heap_types::function, false);

void append(ByteVector& out, std::string_view bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

Result<MarkedBytes, TextError> ModuleParser::expression(Extent extent) {
    code_ = {};
    TRY(instructions(extent));
    code_.bytes.push_back(0x0B);
    return std::move(code_);
}

Result<MarkedBytes, TextError> ModuleParser::constant_expression() {
    return expression(Extent::all);
}

/// `(offset …)`, or one folded instruction (Wasm 6.6.11).
Result<MarkedBytes, TextError> ModuleParser::offset_expression() {
    if (!tokens_.is(TokenKind::left)) return tokens_.unexpected("an offset");
    if (!TRY(tokens_.accept_left("offset"))) return expression(Extent::one_folded);
    MarkedBytes result = TRY(expression(Extent::all));
    TRY(tokens_.expect_right());
    return result;
}

MarkedBytes ModuleParser::zero_expression(AddressType address, u32 source) {
    MarkedBytes result;
    result.mark(source);
    result.bytes = {u8(address == AddressType::i64 ? 0x42 : 0x41), 0x00, 0x0B};
    return result;
}

/// A segment's active table or memory; nothing: it is passive.
Result<std::optional<ModuleParser::Target>, TextError> ModuleParser::segment_target(Space space) {
    const std::string_view word = space == Space::table ? "table" : "memory";
    Target target;
    target.is_explicit = TRY(tokens_.accept_left(word));
    if (target.is_explicit) {
        target.index = TRY(index(space));
        TRY(tokens_.expect_right());
    } else if (!tokens_.is(TokenKind::left) || is_reference_type()) {
        return std::nullopt;
    }
    target.offset = TRY(offset_expression());
    return target;
}

Result<void, TextError> ModuleParser::element_field(u32 source) {
    remember(space_names_[size_t(Space::element)], next_[size_t(Space::element)]++,
             TRY(declared_name()));
    if (TRY(tokens_.accept_word("declare"))) {
        encode_elements(TRY(element_list()), SegmentMode::declarative, {}, source);
        return {};
    }
    const std::optional<Target> target = TRY(segment_target(Space::table));
    // Without a table, indices need no `func` before them (Wasm 6.6.10).
    const bool plain =
        target && !target->is_explicit && (tokens_.is_index() || tokens_.is(TokenKind::right));
    const Elements elements = TRY(plain ? element_indices() : element_list());
    encode_elements(elements, target ? SegmentMode::active : SegmentMode::passive,
                    target.value_or(Target{}), source);
    return {};
}

Result<ModuleParser::Elements, TextError> ModuleParser::element_list() {
    if (TRY(tokens_.accept_word("func"))) return element_indices();
    if (!is_reference_type()) return tokens_.unexpected("func or a reference type");
    return element_expressions(TRY(reference_type()));
}

Result<ModuleParser::Elements, TextError> ModuleParser::element_indices() {
    Elements result{.type = function_reference, .are_indices = true, .count = 0, .content = {}};
    for (; !tokens_.is(TokenKind::right); result.count++) {
        result.content.mark(tokens_.peek().offset);
        write_unsigned_leb128(result.content.bytes, TRY(index(Space::function)));
    }
    return result;
}

Result<ModuleParser::Elements, TextError> ModuleParser::element_expressions(ValueType type) {
    Elements result{.type = type, .are_indices = false, .count = 0, .content = {}};
    for (; !tokens_.is(TokenKind::right); result.count++) {
        if (TRY(tokens_.accept_left("item"))) {
            result.content.append(TRY(constant_expression()));
            TRY(tokens_.expect_right());
        } else if (tokens_.is(TokenKind::left)) {
            result.content.append(TRY(expression(Extent::one_folded)));
        } else {
            return tokens_.unexpected("(item …) or a folded instruction");
        }
    }
    return result;
}

/// The shortest of the eight forms (Wasm 5.5.12).
void ModuleParser::encode_elements(const Elements& elements, SegmentMode mode, const Target& target,
                                   u32 source) {
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::element, source);
    const bool is_active = mode == SegmentMode::active;
    const bool has_default_type = elements.are_indices || elements.type == types::funcref;
    const bool is_short = is_active && target.index == 0 && has_default_type;
    u8 flags = elements.are_indices ? 0 : 4;
    if (!is_active) flags |= mode == SegmentMode::passive ? 1 : 3;
    if (is_active && !is_short) flags |= 2;
    out.bytes.push_back(flags);
    if (is_active && !is_short) write_unsigned_leb128(out.bytes, target.index);
    if (is_active) out.append(target.offset);
    if (!is_short && elements.are_indices) out.bytes.push_back(0x00);
    if (!is_short && !elements.are_indices) encode_value_type(out.bytes, elements.type);
    write_unsigned_leb128(out.bytes, elements.count);
    out.append(elements.content);
}

/// (table reftype (elem …)): the table is as large as the segment (Wasm 6.6.6).
Result<void, TextError> ModuleParser::table_with_elements(AddressType address, u32 table,
                                                          u32 source) {
    TableType type;
    type.element = TRY(reference_type());
    if (!TRY(tokens_.accept_left("elem"))) return tokens_.unexpected("(elem …)");
    const bool are_indices = !tokens_.is(TokenKind::left);
    Elements elements = TRY(are_indices ? element_indices() : element_expressions(type.element));
    TRY(tokens_.expect_right());
    if (are_indices && type.element != types::funcref && type.element != function_reference)
        elements = as_expressions(elements, type.element);
    type.limits = {elements.count, elements.count, true, address};
    encode_table_type(encoder_.begin_entry(SectionPlace::table, source).bytes, type);
    next_[size_t(Space::element)]++;
    encode_elements(
        elements, SegmentMode::active,
        {.index = table, .is_explicit = true, .offset = zero_expression(address, source)}, source);
    return {};
}

/// Function indices as expressions `ref.func`, for a type that they alone do not have.
ModuleParser::Elements ModuleParser::as_expressions(const Elements& indices, ValueType type) {
    Elements result{.type = type, .are_indices = false, .count = indices.count, .content = {}};
    Bytes rest = indices.content.bytes;
    for (const Mark& mark : indices.content.marks) {
        result.content.mark(mark.source);
        result.content.bytes.push_back(0xD2);
        write_unsigned_leb128(result.content.bytes, read_unsigned_leb128(rest).value_or(0));
        result.content.bytes.push_back(0x0B);
    }
    return result;
}

Result<ByteVector, TextError> ModuleParser::strings() {
    ByteVector result;
    while (tokens_.is(TokenKind::string)) append(result, string_value(TRY(tokens_.next()).text));
    return result;
}

Result<void, TextError> ModuleParser::data_field(u32 source) {
    remember(space_names_[size_t(Space::data)], next_[size_t(Space::data)]++, TRY(declared_name()));
    const std::optional<Target> target = TRY(segment_target(Space::memory));
    const ByteVector content = TRY(strings());
    encode_data(content, target, source);
    return {};
}

/// Wasm 5.5.14.
void ModuleParser::encode_data(const ByteVector& content, const std::optional<Target>& target,
                               u32 source) {
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::data, source);
    out.bytes.push_back(!target ? 1 : target->index == 0 ? 0 : 2);
    if (target && target->index != 0) write_unsigned_leb128(out.bytes, target->index);
    if (target) out.append(target->offset);
    write_unsigned_leb128(out.bytes, content.size());
    out.bytes.insert(out.bytes.end(), content.begin(), content.end());
}

/// (memory (data "…")): the memory is as large as the segment, in whole pages (Wasm 6.6.7).
Result<void, TextError> ModuleParser::memory_with_data(AddressType address, u32 memory,
                                                       u32 source) {
    MemoryType type;
    type.page_bytes_log2 = TRY(page_size());
    if (!TRY(tokens_.accept_left("data")))
        return tokens_.unexpected("a number of pages or (data …)");
    const ByteVector content = TRY(strings());
    TRY(tokens_.expect_right());
    const u64 page_mask = (u64(1) << type.page_bytes_log2) - 1;
    const u64 pages =
        (content.size() >> type.page_bytes_log2) + ((content.size() & page_mask) != 0 ? 1 : 0);
    type.limits = {pages, pages, true, address};
    encode_memory_type(encoder_.begin_entry(SectionPlace::memory, source).bytes, type);
    next_[size_t(Space::data)]++;
    encode_data(content, Target{memory, true, zero_expression(address, source)}, source);
    return {};
}

}  // namespace icvm::vm
