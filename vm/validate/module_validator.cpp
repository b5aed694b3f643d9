#include "vm/validate/module_validator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vm/base/check.hpp"
#include "vm/validate/constant_expression.hpp"

namespace icvm::vm {
namespace {

// Sections by id, for offsets of what has none of its own (Wasm 5.5.2).
constexpr size_t table_section = 4;
constexpr size_t memory_section = 5;
constexpr size_t start_section = 8;

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

Validated validate_memory(const MemoryType& type, u32 offset) {
    if (type.limits.address_type == AddressType::i32)
        return validate_limits(type.limits, u64(1) << 16, offset,
                               "memory size must be at most 65536 pages (4 GiB)");
    return validate_limits(type.limits, u64(1) << 48, offset,
                           "memory size must be at most 2^48 pages");
}

Validated validate_table(const TableType& type, u32 offset) {
    const u64 range = type.limits.address_type == AddressType::i32 ? ~u32(0) : ~u64(0);
    return validate_limits(type.limits, range, offset, "table size must be at most 2^32-1");
}

Validated validate_type_index(const Module& module, u32 index, u32 offset) {
    if (index < module.types.size()) return {};
    return invalid(offset, fmt::format("unknown type {}", index));
}

Validated validate_imports(const Module& module) {
    for (const Import& import : module.imports) {
        switch (import.kind) {
            case ExternKind::function:
                TRY(validate_type_index(module, import.type_index, import.offset));
                break;
            case ExternKind::table: TRY(validate_table(import.table, import.offset)); break;
            case ExternKind::memory: TRY(validate_memory(import.memory, import.offset)); break;
            case ExternKind::global: break;
            case ExternKind::tag: break;
        }
    }
    return {};
}

Validated validate_tables(const Module& module) {
    for (const Table& table : module.tables) {
        const u32 offset =
            table.initializer ? table.initializer->offset : module.section_offsets[table_section];
        TRY(validate_table(table.type, offset));
        if (table.initializer)
            TRY(validate_constant_expression(module, *table.initializer, table.type.element,
                                             module.imported_globals));
    }
    return {};
}

Validated validate_globals(const Module& module) {
    u32 seen = module.imported_globals;
    for (const Global& global : module.globals)
        TRY(validate_constant_expression(module, global.initializer, global.type.value, seen++));
    return {};
}

Validated validate_element_expressions(const Module& module, const ElementSegment& segment) {
    for (const u32 function : segment.functions)
        if (function >= module.function_types.size())
            return invalid(segment.offset, fmt::format("unknown function {}", function));
    for (const ConstantExpression& expression : segment.expressions)
        TRY(validate_constant_expression(module, expression, segment.type,
                                         u32(module.global_types.size())));
    return {};
}

Validated validate_elements(const Module& module) {
    for (const ElementSegment& segment : module.elements) {
        TRY(validate_element_expressions(module, segment));
        if (segment.mode != SegmentMode::active) continue;
        const u32 offset = segment.offset;
        if (segment.table_index >= module.table_types.size())
            return invalid(offset, fmt::format("unknown table {}", segment.table_index));
        const TableType& table = module.table_types[segment.table_index];
        if (table.element != segment.type)
            return invalid(offset, "type mismatch: the segment's elements do not fit the table");
        TRY(validate_constant_expression(module, segment.table_offset,
                                         value_type(table.limits.address_type),
                                         u32(module.global_types.size())));
    }
    return {};
}

Validated validate_data(const Module& module) {
    for (const DataSegment& segment : module.data) {
        if (segment.mode != SegmentMode::active) continue;
        if (segment.memory_index >= module.memory_types.size())
            return invalid(segment.memory_offset.offset,
                           fmt::format("unknown memory {}", segment.memory_index));
        const Limits& limits = module.memory_types[segment.memory_index].limits;
        TRY(validate_constant_expression(module, segment.memory_offset,
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
    ClosedTypes types;
    for (const DefinedType& type : module.types) CHECK(types.add_group({&type, 1}));
    TRY(validate_imports(module));
    for (const Function& function : module.functions)
        TRY(validate_type_index(module, function.type_index, function.body.offset));
    TRY(validate_tables(module));
    for (const MemoryType& memory : module.memories)
        TRY(validate_memory(memory, module.section_offsets[memory_section]));
    TRY(validate_globals(module));
    TRY(validate_elements(module));
    TRY(validate_data(module));
    TRY(validate_start(module));
    TRY(validate_exports(module));
    return types;
}

}  // namespace icvm::vm
