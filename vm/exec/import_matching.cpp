#include "vm/exec/import_matching.hpp"

#include "vm/exec/extern_description.hpp"

namespace icvm::vm {

namespace {

/// `size` is what there is now: it stands for the minimum (Wasm 4.5.2).
bool match_limits(const Limits& actual, u64 size, const Limits& wanted) {
    if (actual.address_type != wanted.address_type || size < wanted.minimum) return false;
    return !wanted.has_maximum || (actual.has_maximum && actual.maximum <= wanted.maximum);
}

bool match_table(const TableInstance& table, const TableType& wanted, const ClosedTypes& types) {
    return table.type.element == types.close(wanted.element) &&
           match_limits(table.type.limits, table.size, wanted.limits);
}

bool match_memory(const Memory& memory, const MemoryType& wanted) {
    return memory.type().shared == wanted.shared &&
           memory.type().page_bytes_log2 == wanted.page_bytes_log2 &&
           match_limits(memory.type().limits, memory.size(), wanted.limits);
}

/// What can be written must be of the very type; what is only read, of a subtype.
bool match_global(const GlobalType& actual, const GlobalType& wanted, const ClosedTypes& types) {
    if (actual.is_mutable != wanted.is_mutable) return false;
    const ValueType value = types.close(wanted.value);
    return wanted.is_mutable ? actual.value == value : matches(actual.value, value);
}

bool is_missing(const Extern& given) {
    return std::visit([](const auto* pointer) { return pointer == nullptr; }, given);
}

bool match(const Import& import, const ClosedTypes& types, const Extern& given) {
    if (size_t(import.kind) != given.index()) return false;
    switch (import.kind) {
        case ExternKind::function:
            return is_subtype(*std::get<FunctionInstance*>(given)->runtime_type,
                              types[import.type_index]);
        case ExternKind::table:
            return match_table(*std::get<TableInstance*>(given), import.table, types);
        case ExternKind::memory: return match_memory(*std::get<Memory*>(given), import.memory);
        case ExternKind::global:
            return match_global(std::get<GlobalInstance*>(given)->type, import.global, types);
        case ExternKind::tag:
            return std::get<TagInstance*>(given)->type == &types[import.type_index];
    }
    return false;
}

std::unexpected<Unlinkable> unlinkable(size_t index, const char* reason, const Import& import,
                                       const std::string& details) {
    return std::unexpected(Unlinkable{index, std::string(reason) + ": \"" + import.module +
                                                 "\" \"" + import.name + "\", " + details});
}

}  // namespace

Result<void, Unlinkable> match_imports(const Module& module, const ClosedTypes& types,
                                       std::span<const Extern> externs) {
    for (size_t i = 0; i < module.imports.size(); i++) {
        const Import& import = module.imports[i];
        if (i >= externs.size() || is_missing(externs[i]))
            return unlinkable(i, "unknown import", import, description_of(import, types));
        if (!match(import, types, externs[i]))
            return unlinkable(i, "incompatible import type", import,
                              "is " + description_of(externs[i], types) + ", not " +
                                  description_of(import, types));
    }
    return {};
}

}  // namespace icvm::vm
