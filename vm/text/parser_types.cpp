#include <algorithm>
#include <bit>

#include "vm/base/leb128.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

struct NamedValueType {
    std::string_view word;
    ValueType type;
};
struct NamedHeapType {
    std::string_view word;
    HeapType type;
};

constexpr NamedValueType number_types[] = {{"i32", types::i32},
                                           {"i64", types::i64},
                                           {"f32", types::f32},
                                           {"f64", types::f64},
                                           {"v128", types::v128}};

constexpr ValueType nullable(HeapType heap) { return ValueType::reference(heap, true); }

constexpr NamedValueType reference_types[] = {
    {"anyref", nullable(heap_types::any)},
    {"eqref", nullable(heap_types::eq)},
    {"i31ref", nullable(heap_types::i31)},
    {"structref", nullable(heap_types::structure)},
    {"arrayref", nullable(heap_types::array)},
    {"nullref", nullable(heap_types::none)},
    {"funcref", nullable(heap_types::function)},
    {"nullfuncref", nullable(heap_types::no_function)},
    {"externref", nullable(heap_types::external)},
    {"nullexternref", nullable(heap_types::no_external)},
    {"exnref", nullable(heap_types::exception)},
    {"nullexnref", nullable(heap_types::no_exception)},
};

constexpr NamedHeapType abstract_heap_types[] = {
    {"any", heap_types::any},         {"eq", heap_types::eq},
    {"i31", heap_types::i31},         {"struct", heap_types::structure},
    {"array", heap_types::array},     {"none", heap_types::none},
    {"func", heap_types::function},   {"nofunc", heap_types::no_function},
    {"extern", heap_types::external}, {"noextern", heap_types::no_external},
    {"exn", heap_types::exception},   {"noexn", heap_types::no_exception},
};

template <class Named, size_t count>
const Named* find(const Named (&list)[count], const Token& token) {
    if (token.kind != TokenKind::keyword) return nullptr;
    for (const Named& named : list)
        if (named.word == token.text) return &named;
    return nullptr;
}

}  // namespace

bool ModuleParser::is_reference_type() const {
    return tokens_.is_left("ref") || find(reference_types, tokens_.peek()) != nullptr;
}

bool ModuleParser::is_value_type() const {
    return is_reference_type() || find(number_types, tokens_.peek()) != nullptr;
}

Result<ValueType, TextError> ModuleParser::value_type() {
    if (const auto* found = find(number_types, tokens_.peek())) {
        TRY(tokens_.next());
        return found->type;
    }
    if (!is_reference_type()) return tokens_.unexpected("a value type");
    return reference_type();
}

Result<ValueType, TextError> ModuleParser::reference_type() {
    if (const auto* found = find(reference_types, tokens_.peek())) {
        TRY(tokens_.next());
        return found->type;
    }
    if (!TRY(tokens_.accept_left("ref"))) return tokens_.unexpected("a reference type");
    const bool is_nullable = TRY(tokens_.accept_word("null"));
    const HeapType heap = TRY(heap_type());
    TRY(tokens_.expect_right());
    return ValueType::reference(heap, is_nullable);
}

Result<HeapType, TextError> ModuleParser::heap_type() {
    if (const auto* found = find(abstract_heap_types, tokens_.peek())) {
        TRY(tokens_.next());
        return found->type;
    }
    if (!tokens_.is_index()) return tokens_.unexpected("a heap type");
    // No module has so many types: which of them it is makes no difference.
    return HeapType::of_index(std::min(TRY(index(Space::type)), HeapType::abstract - 1));
}

Result<ValueType, TextError> ModuleParser::storage_type() {
    if (TRY(tokens_.accept_word("i8"))) return types::i8;
    if (TRY(tokens_.accept_word("i16"))) return types::i16;
    return value_type();
}

Result<FieldType, TextError> ModuleParser::field_type() {
    if (!TRY(tokens_.accept_left("mut"))) return FieldType{TRY(storage_type()), false};
    const ValueType type = TRY(storage_type());
    TRY(tokens_.expect_right());
    return FieldType{type, true};
}

Result<GlobalType, TextError> ModuleParser::global_type() {
    if (!TRY(tokens_.accept_left("mut"))) return GlobalType{TRY(value_type()), false};
    const ValueType type = TRY(value_type());
    TRY(tokens_.expect_right());
    return GlobalType{type, true};
}

/// The second walk: the explicit types, in their order.
Result<void, TextError> ModuleParser::types() {
    for (const u32 offset : type_fields_) TRY(type_group(offset));
    return {};
}

Result<void, TextError> ModuleParser::type_group(u32 offset) {
    TRY(tokens_.start(offset, Annotations::kept));
    const u32 first = u32(types_.size());
    const bool is_group = TRY(tokens_.accept_left("rec"));
    if (is_group) {
        while (TRY(tokens_.accept_left("type"))) TRY(type_definition());
        TRY(tokens_.expect_right());
    } else {
        TRY(tokens_.next());
        TRY(tokens_.next());
        TRY(type_definition());
    }
    const u32 size = u32(types_.size()) - first;
    ByteVector& out = encoder_.begin_entry(SectionPlace::type, offset).bytes;
    if (size != 1) {
        out.push_back(0x4E);
        write_unsigned_leb128(out, size);
    }
    for (u32 i = first; i < types_.size(); i++) {
        types_[i].group_first = first;
        types_[i].group_size = size;
        encode_defined_type(out, types_[i]);
    }
    if (size == 1) remember_function_type(first);
    return {};
}

/// Behind `(type`.
Result<void, TextError> ModuleParser::type_definition() {
    const u32 index = u32(types_.size());
    remember(space_names_[size_t(Space::type)], index, TRY(declared_name()));
    DefinedType type;
    IndexSpace fields;
    NameMap names;
    if (tokens_.is_left("sub"))
        TRY(sub_type(type, fields, names));
    else
        TRY(composite_type(type, fields, names));
    TRY(tokens_.expect_right());
    types_.push_back(std::move(type));
    field_names_.push_back(std::move(fields));
    if (!names.empty()) type_field_names_.emplace_back(index, std::move(names));
    return {};
}

Result<void, TextError> ModuleParser::sub_type(DefinedType& type, IndexSpace& fields,
                                               NameMap& names) {
    TRY(tokens_.next());
    TRY(tokens_.next());
    type.is_final = TRY(tokens_.accept_word("final"));
    if (tokens_.is_index()) type.supertype = TRY(index(Space::type));
    TRY(composite_type(type, fields, names));
    return tokens_.expect_right();
}

Result<void, TextError> ModuleParser::composite_type(DefinedType& type, IndexSpace& fields,
                                                     NameMap& names) {
    if (TRY(tokens_.accept_left("func"))) {
        type.kind = CompositeKind::function;
        TRY(function_signature(type.function));
    } else if (TRY(tokens_.accept_left("struct"))) {
        type.kind = CompositeKind::structure;
        TRY(structure_fields(type, fields, names));
    } else if (TRY(tokens_.accept_left("array"))) {
        type.kind = CompositeKind::array;
        type.fields.push_back(TRY(field_type()));
    } else {
        if (tokens_.is(TokenKind::left)) TRY(tokens_.next());
        return tokens_.unexpected("func, struct or array");
    }
    return tokens_.expect_right();
}

Result<void, TextError> ModuleParser::structure_fields(DefinedType& type, IndexSpace& fields,
                                                       NameMap& names) {
    while (TRY(tokens_.accept_left("field"))) {
        const DeclaredName declared = TRY(declared_name());
        remember(names, u32(type.fields.size()), declared);
        if (declared.identifier) {
            if (!fields.add(*declared.identifier))
                return tokens_.error(declared.offset, "duplicate field $" + *declared.identifier);
            type.fields.push_back(TRY(field_type()));
        } else {
            while (!tokens_.is(TokenKind::right)) {
                type.fields.push_back(TRY(field_type()));
                fields.add();
            }
        }
        TRY(tokens_.expect_right());
    }
    return {};
}

Result<void, TextError> ModuleParser::function_signature(FunctionType& type) {
    TypeUse use;
    TRY(parameters(use, Parameters::named));
    TRY(results(use.inline_type.results));
    type = std::move(use.inline_type);
    return {};
}

Result<AddressType, TextError> ModuleParser::address_type() {
    if (TRY(tokens_.accept_word("i64"))) return AddressType::i64;
    if (tokens_.is_word("i32")) TRY(tokens_.next());
    return AddressType::i32;
}

Result<Limits, TextError> ModuleParser::limits(AddressType address) {
    Limits result{.address_type = address};
    result.minimum = TRY(natural(64));
    result.has_maximum = tokens_.is(TokenKind::natural);
    if (result.has_maximum) result.maximum = TRY(natural(64));
    return result;
}

Result<TableType, TextError> ModuleParser::table_type(AddressType address) {
    TableType result;
    result.limits = TRY(limits(address));
    result.element = TRY(reference_type());
    return result;
}

Result<MemoryType, TextError> ModuleParser::memory_type(AddressType address) {
    MemoryType result;
    result.limits = TRY(limits(address));
    result.page_bytes_log2 = TRY(page_size());
    return result;
}

/// `(pagesize N)`, if it is there (proposal custom-page-sizes).
Result<u8, TextError> ModuleParser::page_size() {
    if (!TRY(tokens_.accept_left("pagesize"))) return u8(16);
    const u32 offset = tokens_.peek().offset;
    const u64 size = TRY(natural(64));
    if (!std::has_single_bit(size))
        return tokens_.error(offset, "invalid custom page size: it must be a power of two");
    TRY(tokens_.expect_right());
    return u8(std::countr_zero(size));
}

}  // namespace icvm::vm
