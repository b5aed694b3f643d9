#include "vm/binary/module_decoder.hpp"
#include "vm/binary/module_limits.hpp"

namespace icvm::vm {

Result<void, ReadError> ModuleDecoder::decode_types() {
    const u32 count = TRY(reader_.read_count(types_max));
    module_.types.reserve(count);
    for (u32 i = 0; i < count; i++)
        module_.types.push_back({.function = TRY(read_function_type()), .group_first = i});
    return {};
}

Result<FunctionType, ReadError> ModuleDecoder::read_function_type() {
    const u8 form = TRY(reader_.read_byte());
    if (form != 0x60) return reader_.no_type(MalformedReason::definition_type, form);
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
        case ExternKind::tag: break;
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
    if (kind > u8(ExternKind::global))
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
        if (first != 0x70 && first != 0x6F)
            return reader_.no_type(MalformedReason::reference_type, first);
        table.type.element = first == 0x70 ? types::funcref : types::externref;
        table.type.limits = TRY(read_limits());
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
    type.limits = TRY(read_limits());
    return type;
}

Result<void, ReadError> ModuleDecoder::decode_memories() {
    const u32 count = TRY(reader_.read_count(memories_max));
    for (u32 i = 0; i < count; i++) {
        module_.memories.push_back(TRY(read_memory_type()));
        module_.memory_types.push_back(module_.memories.back());
    }
    return {};
}

Result<MemoryType, ReadError> ModuleDecoder::read_memory_type() {
    MemoryType type;
    type.limits = TRY(read_limits());
    return type;
}

/// Wasm 5.3.8: bit 0 says that there is a maximum, bit 2 that addresses have 64 bits.
Result<Limits, ReadError> ModuleDecoder::read_limits() {
    const u8 flags = TRY(reader_.read_byte());
    if ((flags & ~0x05) != 0)
        return std::unexpected(
            ReadError{MalformedReason::limits_flags, reader_.offset() - 1, flags});
    Limits limits;
    limits.has_maximum = (flags & 1) != 0;
    limits.address_type = (flags & 4) != 0 ? AddressType::i64 : AddressType::i32;
    limits.minimum = TRY(reader_.read_u64());
    if (limits.has_maximum) limits.maximum = TRY(reader_.read_u64());
    return limits;
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
    const u8 mutability = TRY(reader_.read_byte());
    if (mutability > 1) return reader_.error_at(1, MalformedReason::mutability);
    type.is_mutable = mutability == 1;
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
