/// What one module imports of another: functions, tables, memories, tags, globals.

#include <algorithm>

#include "spec-tests/differential/type_plan.hpp"

namespace icvm::differential {

using vm::ExternKind;
using vm::ValueType;

namespace {

/// Whether a type means the same in both modules.
bool is_common(ValueType type) { return !type.is_reference() || !type.heap_type().is_index(); }

bool is_common(const vm::FunctionType& type) {
    const auto common = [](ValueType one) { return is_common(one); };
    return std::ranges::all_of(type.parameters, common) &&
           std::ranges::all_of(type.results, common);
}

class Importer {
public:
    Importer(Plan& plan, const Plan& provider) : plan_(plan), provider_(provider) {}

    void import(const vm::Export& one) {
        vm::Import made{"other", one.name, one.kind};
        switch (one.kind) {
            case ExternKind::function: return import_function(std::move(made), one.index);
            case ExternKind::table: return import_table(std::move(made), one.index);
            case ExternKind::memory: return import_memory(std::move(made), one.index);
            case ExternKind::global: return import_global(std::move(made), one.index);
            case ExternKind::tag: return import_tag(std::move(made), one.index);
        }
    }

private:
    void import_function(vm::Import made, u32 index) {
        const vm::FunctionType& type = provider_.type_of(index);
        if (!is_common(type)) return;
        made.type_index = plan_.function_type(type.parameters, type.results);
        plan_.functions.push_back(made.type_index);
        plan_.imported_functions++;
        plan_.imports.push_back(std::move(made));
    }

    /// The first table is of functions.
    void import_table(vm::Import made, u32 index) {
        made.table = provider_.tables[index];
        if (!is_common(made.table.element)) return;
        const vm::ValueType element = made.table.element;  // segments must have something for it
        if (!element.is_nullable() && !has_constant(plan_, element.heap_type())) return;
        if (plan_.tables.empty() && made.table.element != vm::types::funcref) return;
        plan_.tables.push_back({made.table});
        plan_.imported_tables++;
        plan_.imports.push_back(std::move(made));
    }

    void import_memory(vm::Import made, u32 index) {
        made.memory = provider_.memories[index];
        plan_.memories.push_back(made.memory);
        plan_.imported_memories++;
        plan_.imports.push_back(std::move(made));
    }

    void import_global(vm::Import made, u32 index) {
        made.global = provider_.globals[index].type;
        if (!is_common(made.global.value)) return;
        if (index == provider_.fuel) plan_.fuel = u32(plan_.globals.size());
        plan_.globals.push_back({made.global, {}});
        plan_.imported_globals++;
        plan_.imports.push_back(std::move(made));
    }

    void import_tag(vm::Import made, u32 index) {
        const vm::FunctionType& type = provider_.types[provider_.tags[index]].function;
        if (!is_common(type)) return;
        made.type_index = plan_.function_type(type.parameters, {});
        plan_.tags.push_back(made.type_index);
        plan_.imported_tags++;
        plan_.imports.push_back(std::move(made));
    }

    Plan& plan_;
    const Plan& provider_;
};

}  // namespace

void import_all(Plan& plan, Random& random, const Plan& provider) {
    Importer importer(plan, provider);
    for (const vm::Export& one : provider.exports)
        if (one.name == "fuel" || random.percent(70)) importer.import(one);
}

}  // namespace icvm::differential
