#include "vm/validate/module_validator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vm/validate/constant_expression.hpp"
#include "vm/validate/type_section.hpp"

namespace icvm::vm {
namespace {

// Sections by id, for offsets of what has none of its own (Wasm 5.5.2).
constexpr size_t table_section = 4;
constexpr size_t memory_section = 5;
constexpr size_t global_section = 6;
constexpr size_t start_section = 8;
constexpr size_t tag_section = 13;

using Validated = Result<void, Invalid>;

std::unexpected<Invalid> invalid(u32 offset, std::string reason) {
    return std::unexpected(Invalid{offset, {}, std::move(reason)});
}

/// Wasm 3.2.15: both limits at most `range`, and in order.
Validated validate_limits(const Limits& limits, u64 range, u32 offset, const char* too_large) {
    if (limits.minimum > range || (limits.has_maximum && limits.maximum > range))
        return invalid(offset, too_large);
    if (limits.has_maximum && limits.minimum > limits.maximum)
        return invalid(offset, "size minimum must not be greater than maximum");
    return {};
}

/// Pages of 64 KiB, or of one byte (proposal "custom page sizes").
Validated validate_memory(const MemoryType& type, u32 offset) {
    const bool small = type.limits.address_type == AddressType::i32;
    if (type.page_bytes_log2 == 0)
        return validate_limits(type.limits, small ? ~u32(0) : ~u64(0), offset,
                               "memory size must be at most 2^32-1 bytes");
    if (type.page_bytes_log2 != 16) return invalid(offset, "invalid custom page size");
    if (small)
        return validate_limits(type.limits, u64(1) << 16, offset,
                               "memory size must be at most 65536 pages (4 GiB)");
    return validate_limits(type.limits, u64(1) << 48, offset,
                           "memory size must be at most 2^48 pages");
}

Validated validate_type_index(const Module& module, u32 index, u32 offset) {
    if (index < module.types.size()) return {};
    return invalid(offset, fmt::format("unknown type {}", index));
}

Validated validate_type(const Module& module, ValueType type, u32 offset) {
    if (!type.is_reference() || !type.heap_type().is_index()) return {};
    return validate_type_index(module, type.heap_type().index(), offset);
}

Validated validate_function_type(const Module& module, u32 index, u32 offset) {
    TRY(validate_type_index(module, index, offset));
    if (module.types[index].kind == CompositeKind::function) return {};
    return invalid(offset, fmt::format("non-function type {}", index));
}

Validated validate_tag(const Module& module, u32 index, u32 offset) {
    TRY(validate_function_type(module, index, offset));
    if (module.types[index].function.results.empty()) return {};
    return invalid(offset, "non-empty tag result type");
}

Validated validate_table(const Module& module, const TableType& type, u32 offset) {
    TRY(validate_type(module, type.element, offset));
    const u64 range = type.limits.address_type == AddressType::i32 ? ~u32(0) : ~u64(0);
    return validate_limits(type.limits, range, offset, "table size must be at most 2^32-1");
}

Validated validate_imports(const Module& module) {
    for (const Import& import : module.imports) {
        switch (import.kind) {
            case ExternKind::function:
                TRY(validate_function_type(module, import.type_index, import.offset));
                break;
            case ExternKind::table: TRY(validate_table(module, import.table, import.offset)); break;
            case ExternKind::memory: TRY(validate_memory(import.memory, import.offset)); break;
            case ExternKind::global:
                TRY(validate_type(module, import.global.value, import.offset));
                break;
            case ExternKind::tag:
                TRY(validate_tag(module, import.type_index, import.offset));
                break;
        }
    }
    return {};
}

/// Its initializer sees the imported globals; without one, its elements are null.
Validated validate_table(const Module& module, const ClosedTypes& types, const Table& table) {
    const u32 offset =
        table.initializer ? table.initializer->offset : module.section_offsets[table_section];
    TRY(validate_table(module, table.type, offset));
    if (table.initializer)
        return validate_constant_expression(module, types, *table.initializer, table.type.element,
                                            module.imported_globals);
    if (table.type.element.is_defaultable()) return {};
    return invalid(offset, "type mismatch: a table of " + to_string(table.type.element) +
                               " needs an initializer");
}

Validated validate_globals(const Module& module, const ClosedTypes& types) {
    u32 seen = module.imported_globals;
    for (const Global& global : module.globals) {
        TRY(validate_type(module, global.type.value, module.section_offsets[global_section]));
        TRY(validate_constant_expression(module, types, global.initializer, global.type.value,
                                         seen++));
    }
    return {};
}

Validated validate_element_expressions(const Module& module, const ClosedTypes& types,
                                       const ElementSegment& segment) {
    TRY(validate_type(module, segment.type, segment.offset));
    for (const u32 function : segment.functions)
        if (function >= module.function_types.size())
            return invalid(segment.offset, fmt::format("unknown function {}", function));
    for (const ConstantExpression& expression : segment.expressions)
        TRY(validate_constant_expression(module, types, expression, segment.type,
                                         u32(module.global_types.size())));
    return {};
}

Validated validate_elements(const Module& module, const ClosedTypes& types) {
    for (const ElementSegment& segment : module.elements) {
        TRY(validate_element_expressions(module, types, segment));
        if (segment.mode != SegmentMode::active) continue;
        const u32 offset = segment.offset;
        if (segment.table_index >= module.table_types.size())
            return invalid(offset, fmt::format("unknown table {}", segment.table_index));
        const TableType& table = module.table_types[segment.table_index];
        if (!types.matches(segment.type, table.element))
            return invalid(offset, "type mismatch: the segment's elements do not fit the table");
        TRY(validate_constant_expression(module, types, segment.table_offset,
                                         value_type(table.limits.address_type),
                                         u32(module.global_types.size())));
    }
    return {};
}

Validated validate_data(const Module& module, const ClosedTypes& types) {
    for (const DataSegment& segment : module.data) {
        if (segment.mode != SegmentMode::active) continue;
        if (segment.memory_index >= module.memory_types.size())
            return invalid(segment.memory_offset.offset,
                           fmt::format("unknown memory {}", segment.memory_index));
        const Limits& limits = module.memory_types[segment.memory_index].limits;
        TRY(validate_constant_expression(module, types, segment.memory_offset,
                                         value_type(limits.address_type),
                                         u32(module.global_types.size())));
    }
    return {};
}

Validated validate_start(const Module& module) {
    if (!module.start) return {};
    const u32 offset = module.section_offsets[start_section];
    if (*module.start >= module.function_types.size())
        return invalid(offset, fmt::format("unknown function {}", *module.start));
    const FunctionType& type = module.function_type(*module.start);
    if (!type.parameters.empty() || !type.results.empty())
        return invalid(
            offset, "start function must take and give nothing, but is of type " + to_string(type));
    return {};
}

Validated validate_export(const Module& module, const Export& item) {
    size_t size = 0;
    const char* what = "";
    switch (item.kind) {
        case ExternKind::function: what = "function", size = module.function_types.size(); break;
        case ExternKind::table: what = "table", size = module.table_types.size(); break;
        case ExternKind::memory: what = "memory", size = module.memory_types.size(); break;
        case ExternKind::global: what = "global", size = module.global_types.size(); break;
        case ExternKind::tag: what = "tag", size = module.tag_types.size(); break;
    }
    if (item.index < size) return {};
    return invalid(item.offset, fmt::format("unknown {} {}", what, item.index));
}

Validated validate_exports(const Module& module) {
    std::vector<const Export*> by_name;
    for (const Export& item : module.exports) {
        TRY(validate_export(module, item));
        by_name.push_back(&item);
    }
    const auto name = [](const Export* item) -> std::string_view { return item->name; };
    // Of two with one name the later one comes second, and is the duplicate.
    std::ranges::sort(by_name, {},
                      [&](const Export* item) { return std::pair(name(item), item->offset); });
    const auto same = std::ranges::adjacent_find(by_name, {}, name);
    if (same == by_name.end()) return {};
    return invalid((*(same + 1))->offset,
                   fmt::format("duplicate export name \"{}\"", (*same)->name));
}

}  // namespace

Result<ClosedTypes, Invalid> validate_module(const Module& module) {
    ClosedTypes types = TRY(validate_types(module));
    TRY(validate_imports(module));
    for (const Function& function : module.functions)
        TRY(validate_function_type(module, function.type_index, function.body.offset));
    for (const Table& table : module.tables) TRY(validate_table(module, types, table));
    for (const MemoryType& memory : module.memories)
        TRY(validate_memory(memory, module.section_offsets[memory_section]));
    for (const Tag& tag : module.tags)
        TRY(validate_tag(module, tag.type_index, module.section_offsets[tag_section]));
    TRY(validate_globals(module, types));
    TRY(validate_elements(module, types));
    TRY(validate_data(module, types));
    TRY(validate_start(module));
    TRY(validate_exports(module));
    return types;
}

}  // namespace icvm::vm
