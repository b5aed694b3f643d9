#include "vm/binary/module_decoder.hpp"
#include "vm/binary/module_limits.hpp"

namespace icvm::vm {

/// First bytes of entries of the type section (Wasm 5.3.10).
namespace forms {
constexpr u8 group = 0x4E, sub_final = 0x4F, sub = 0x50, array = 0x5E, structure = 0x5F,
             function = 0x60;
}  // namespace forms

Result<void, ReadError> ModuleDecoder::decode_types() {
    const u32 count = TRY(reader_.read_count(types_max));
    module_.types.reserve(count);
    for (u32 i = 0; i < count; i++) TRY(read_recursive_group());
    return {};
}

/// A type that stands alone is a group of one.
Result<void, ReadError> ModuleDecoder::read_recursive_group() {
    auto& types = module_.types;
    const u32 first = u32(types.size());
    u32 count = 1;
    if (!reader_.at_end() && reader_.next_byte() == forms::group) {
        reader_.skip(1);
        count = TRY(reader_.read_count(types_max));
    }
    if (count > types_max - first) return reader_.error(MalformedReason::too_many);
    for (u32 i = 0; i < count; i++) {
        types.push_back(TRY(read_defined_type()));
        types.back().group_first = first;
        types.back().group_size = count;
    }
    return {};
}

Result<DefinedType, ReadError> ModuleDecoder::read_defined_type() {
    DefinedType type;
    u8 form = TRY(reader_.read_byte());
    if (form == forms::sub || form == forms::sub_final) {
        type.is_final = form == forms::sub_final;
        const u32 supertypes = TRY(reader_.read_count(~u32(0)));
        if (supertypes > 1) return reader_.error_at(1, MalformedReason::too_many_supertypes);
        if (supertypes == 1) type.supertype = TRY(reader_.read_u32());
        form = TRY(reader_.read_byte());
    }
    TRY(read_composite_type(form, type));
    return type;
}

Result<void, ReadError> ModuleDecoder::read_composite_type(u8 form, DefinedType& type) {
    switch (form) {
        case forms::function: type.function = TRY(read_function_type()); return {};
        case forms::array:
            type.kind = CompositeKind::array;
            type.fields.push_back(TRY(read_field_type()));
            return {};
        case forms::structure:
            type.kind = CompositeKind::structure;
            type.fields.resize(TRY(reader_.read_count(fields_max)));
            for (FieldType& field : type.fields) field = TRY(read_field_type());
            return {};
        default: return reader_.no_type(MalformedReason::definition_type, form);
    }
}

Result<FieldType, ReadError> ModuleDecoder::read_field_type() {
    FieldType field{};
    field.type = TRY(reader_.read_storage_type());
    field.is_mutable = TRY(read_mutability());
    return field;
}

Result<bool, ReadError> ModuleDecoder::read_mutability() {
    const u8 mutability = TRY(reader_.read_byte());
    if (mutability > 1) return reader_.error_at(1, MalformedReason::mutability);
    return mutability == 1;
}

Result<FunctionType, ReadError> ModuleDecoder::read_function_type() {
    FunctionType type;
    type.parameters = TRY(read_result_type(parameters_max));
    type.results = TRY(read_result_type(results_max));
    return type;
}

Result<std::vector<ValueType>, ReadError> ModuleDecoder::read_result_type(u32 types_max) {
    std::vector<ValueType> types(TRY(reader_.read_count(types_max)));
    for (ValueType& type : types) type = TRY(reader_.read_value_type());
    return types;
}

Result<void, ReadError> ModuleDecoder::decode_imports() {
    const u32 count = TRY(reader_.read_count(imports_max));
    for (u32 i = 0; i < count; i++) {
        module_.imports.push_back(TRY(read_import()));
        add_to_index_space(module_.imports.back());
    }
    return {};
}

Result<Import, ReadError> ModuleDecoder::read_import() {
    Import import{};
    import.offset = reader_.offset();
    import.module = TRY(reader_.read_name());
    import.name = TRY(reader_.read_name());
    import.kind = TRY(read_extern_kind(MalformedReason::import_kind));
    switch (import.kind) {
        case ExternKind::function: import.type_index = TRY(reader_.read_u32()); break;
        case ExternKind::table: import.table = TRY(read_table_type()); break;
        case ExternKind::memory: import.memory = TRY(read_memory_type()); break;
        case ExternKind::global: import.global = TRY(read_global_type()); break;
        case ExternKind::tag: import.type_index = TRY(read_tag_type()); break;
    }
    return import;
}

void ModuleDecoder::add_to_index_space(const Import& import) {
    switch (import.kind) {
        case ExternKind::function:
            module_.function_types.push_back(import.type_index);
            module_.imported_functions++;
            break;
        case ExternKind::table:
            module_.table_types.push_back(import.table);
            module_.imported_tables++;
            break;
        case ExternKind::memory:
            module_.memory_types.push_back(import.memory);
            module_.imported_memories++;
            break;
        case ExternKind::global:
            module_.global_types.push_back(import.global);
            module_.imported_globals++;
            break;
        case ExternKind::tag:
            module_.tag_types.push_back(import.type_index);
            module_.imported_tags++;
            break;
    }
}

Result<ExternKind, ReadError> ModuleDecoder::read_extern_kind(MalformedReason reason) {
    const u8 kind = TRY(reader_.read_byte());
    if (kind > u8(ExternKind::tag))
        return std::unexpected(ReadError{reason, reader_.offset() - 1, kind});
    return ExternKind(kind);
}

Result<void, ReadError> ModuleDecoder::decode_functions() {
    const u32 count = TRY(reader_.read_count(functions_max));
    module_.functions.reserve(count);
    for (u32 i = 0; i < count; i++) {
        const u32 type_index = TRY(reader_.read_u32());
        module_.functions.push_back({type_index});
        module_.function_types.push_back(type_index);
    }
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_tables() {
    const u32 count = TRY(reader_.read_count(tables_max));
    for (u32 i = 0; i < count; i++) {
        module_.tables.push_back(TRY(read_table()));
        module_.table_types.push_back(module_.tables.back().type);
    }
    return {};
}

/// 0x40 0x00 stands before a table with an initializer (Wasm 5.5.7).
Result<Table, ReadError> ModuleDecoder::read_table() {
    constexpr u8 with_initializer = 0x40;
    const u8 first = TRY(reader_.read_byte());
    Table table;
    if (first != with_initializer) {
        const auto element = TRY(reader_.read_reference_type(first));
        if (!element) return reader_.no_type(MalformedReason::reference_type, first);
        table.type.element = *element;
        table.type.limits = TRY(read_table_limits());
        return table;
    }
    if (TRY(reader_.read_byte()) != 0x00) return reader_.error_at(1, MalformedReason::table_type);
    table.type = TRY(read_table_type());
    table.initializer = TRY(read_constant_expression());
    return table;
}

Result<TableType, ReadError> ModuleDecoder::read_table_type() {
    TableType type;
    type.element = TRY(reader_.read_reference_type());
    type.limits = TRY(read_table_limits());
    return type;
}

Result<Limits, ReadError> ModuleDecoder::read_table_limits() {
    const u8 flags = TRY(reader_.read_byte());
    if ((flags & ~0x05) != 0)
        return std::unexpected(
            ReadError{MalformedReason::limits_flags, reader_.offset() - 1, flags});
    return read_limits(flags);
}

Result<void, ReadError> ModuleDecoder::decode_memories() {
    const u32 count = TRY(reader_.read_count(memories_max));
    for (u32 i = 0; i < count; i++) {
        module_.memories.push_back(TRY(read_memory_type()));
        module_.memory_types.push_back(module_.memories.back());
    }
    return {};
}

/// Bit 3 says that the size of pages follows, as its logarithm (proposal "custom page sizes").
/// Where nothing follows, it is the flag that is wrong, as it is without the proposal.
Result<MemoryType, ReadError> ModuleDecoder::read_memory_type() {
    const u32 offset = reader_.offset();
    const u8 flags = TRY(reader_.read_byte());
    const bool has_page_size = (flags & 0x08) != 0;
    const bool cut_off = has_page_size && reader_.at_end();
    if ((flags & ~0x0D) != 0 || cut_off)
        return std::unexpected(ReadError{MalformedReason::limits_flags, offset, flags});
    MemoryType type;
    type.limits = TRY(read_limits(flags));
    if (has_page_size) type.page_bytes_log2 = TRY(read_page_size());
    return type;
}

Result<u8, ReadError> ModuleDecoder::read_page_size() {
    constexpr u32 page_bytes_log2_max = 63;
    const u32 offset = reader_.offset();
    const u32 page_bytes_log2 = TRY(reader_.read_u32());
    if (page_bytes_log2 <= page_bytes_log2_max) return u8(page_bytes_log2);
    return std::unexpected(ReadError{MalformedReason::page_size, offset});
}

/// Wasm 5.3.13: bit 0 says that there is a maximum, bit 2 that addresses have 64 bits.
Result<Limits, ReadError> ModuleDecoder::read_limits(u8 flags) {
    Limits limits;
    limits.has_maximum = (flags & 1) != 0;
    limits.address_type = (flags & 4) != 0 ? AddressType::i64 : AddressType::i32;
    limits.minimum = TRY(reader_.read_u64());
    if (limits.has_maximum) limits.maximum = TRY(reader_.read_u64());
    return limits;
}

Result<void, ReadError> ModuleDecoder::decode_tags() {
    const u32 count = TRY(reader_.read_count(tags_max));
    for (u32 i = 0; i < count; i++) {
        module_.tags.push_back({TRY(read_tag_type())});
        module_.tag_types.push_back(module_.tags.back().type_index);
    }
    return {};
}

/// The index of a type behind an attribute, which is 0 for exceptions (Wasm 5.3.16).
Result<u32, ReadError> ModuleDecoder::read_tag_type() {
    if (TRY(reader_.read_byte()) != 0) return reader_.error_at(1, MalformedReason::tag_attribute);
    return reader_.read_u32();
}

Result<void, ReadError> ModuleDecoder::decode_globals() {
    const u32 count = TRY(reader_.read_count(globals_max));
    for (u32 i = 0; i < count; i++) {
        Global global;
        global.type = TRY(read_global_type());
        global.initializer = TRY(read_constant_expression());
        module_.globals.push_back(global);
        module_.global_types.push_back(global.type);
    }
    return {};
}

Result<GlobalType, ReadError> ModuleDecoder::read_global_type() {
    GlobalType type{};
    type.value = TRY(reader_.read_value_type());
    type.is_mutable = TRY(read_mutability());
    return type;
}

Result<void, ReadError> ModuleDecoder::decode_exports() {
    const u32 count = TRY(reader_.read_count(exports_max));
    for (u32 i = 0; i < count; i++) {
        Export item{};
        item.offset = reader_.offset();
        item.name = TRY(reader_.read_name());
        item.kind = TRY(read_extern_kind(MalformedReason::export_kind));
        item.index = TRY(reader_.read_u32());
        if (item.kind == ExternKind::function) declare_function(item.index);
        module_.exports.push_back(std::move(item));
    }
    return {};
}

Result<void, ReadError> ModuleDecoder::decode_start() {
    module_.start = TRY(reader_.read_u32());
    return {};
}

}  // namespace icvm::vm
