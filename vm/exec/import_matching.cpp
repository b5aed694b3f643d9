#include "vm/exec/import_matching.hpp"

namespace icvm::vm {

namespace {

/// `size` is what there is now: it stands for the minimum (Wasm 4.5.2).
bool match_limits(const Limits& actual, u64 size, const Limits& wanted) {
    if (actual.address_type != wanted.address_type || size < wanted.minimum) return false;
    return !wanted.has_maximum || (actual.has_maximum && actual.maximum <= wanted.maximum);
}

bool match_table(const TableInstance& table, const TableType& wanted) {
    return table.type.element == wanted.element &&
           match_limits(table.type.limits, table.size, wanted.limits);
}

bool match_memory(const Memory& memory, const MemoryType& wanted) {
    return memory.type().shared == wanted.shared &&
           match_limits(memory.type().limits, memory.size(), wanted.limits);
}

bool is_missing(const Extern& given) {
    return std::visit([](const auto* pointer) { return pointer == nullptr; }, given);
}

bool match(const Module& module, const Import& import, const Extern& given) {
    if (size_t(import.kind) != given.index()) return false;
    switch (import.kind) {
        case ExternKind::function:
            return std::get<FunctionInstance*>(given)->runtime_type ==
                   &runtime_type(module.types[import.type_index].function);
        case ExternKind::table: return match_table(*std::get<TableInstance*>(given), import.table);
        case ExternKind::memory: return match_memory(*std::get<Memory*>(given), import.memory);
        case ExternKind::global: return std::get<GlobalInstance*>(given)->type == import.global;
        case ExternKind::tag: return false;
    }
    return false;
}

}  // namespace

Result<void, Unlinkable> match_imports(const Module& module, std::span<const Extern> externs) {
    for (size_t i = 0; i < module.imports.size(); i++) {
        if (i >= externs.size() || is_missing(externs[i]))
            return std::unexpected(Unlinkable{i, "unknown import"});
        if (!match(module, module.imports[i], externs[i]))
            return std::unexpected(Unlinkable{i, "incompatible import type"});
    }
    return {};
}

}  // namespace icvm::vm
