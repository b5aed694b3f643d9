#include "vm/runtime/store.hpp"

#include <utility>

#include "vm/runtime/store_state.hpp"

namespace icvm::vm {

Store::Store(const ObjectHeapOptions& heap) : state(std::make_unique<State>(heap)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

ObjectHeap& Store::heap() { return state->heap; }

FunctionInstance* Store::add_host_function(HostFunction function) {
    const HostFunction& kept = state->host_functions.emplace_back(std::move(function));
    FunctionInstance& instance = state->host_function_instances.emplace_back();
    instance.type = runtime_type(kept.type).number;
    instance.host = &kept;
    instance.runtime_type = &runtime_type(kept.type);
    return &instance;
}

TableInstance* Store::add_table(const TableType& type) {
    TableInstance table;
    table.type = type;
    table.store_elements_left = &state->table_elements_left;
    if (table.grow(type.limits.minimum, 0) != 0) return nullptr;
    return &state->tables.emplace_back(std::move(table));
}

GlobalInstance* Store::add_global(const GlobalType& type, const Value& value) {
    GlobalInstance& global = state->globals.emplace_back();
    global.type = type;
    global.cell = global.own;
    global.own[0] = in_slot(type.value, value.bits);
    global.own[1] = value.high;
    return &global;
}

TagInstance* Store::add_tag(const FunctionType& type) {
    return &state->tags.emplace_back(TagInstance{&runtime_type(type)});
}

Memory* Store::add_memory(std::shared_ptr<Memory> memory) {
    return state->memories.emplace_back(std::move(memory)).get();
}

Memory* memory0(Instance& instance) {
    return instance.memory_storage.empty() ? nullptr : instance.memory_storage[0];
}

FunctionInstance* table_function(Instance& instance, u32 table, u64 index) {
    if (table >= instance.table_storage.size()) return nullptr;
    const TableInstance& found = *instance.table_storage[table];
    if (index >= found.size || !matches(found.type.element, types::funcref)) return nullptr;
    return reinterpret_cast<FunctionInstance*>(found.elements[index]);
}

const FunctionType& type_of(const FunctionInstance& function) {
    return function.runtime_type->function;
}

const GlobalType& type_of(const GlobalInstance& global) { return global.type; }

Value value_of(const GlobalInstance& global) {
    const bool wide = global.type.value.slots() == 2;
    return {global.type.value, global.cell[0], wide ? global.cell[1] : 0};
}

std::vector<Value> global_values(const Instance& instance) {
    std::vector<Value> values;
    values.reserve(instance.own_globals.size());
    for (const GlobalInstance& global : instance.own_globals) values.push_back(value_of(global));
    return values;
}

FunctionInstance* start_function(Instance& instance) {
    const auto& start = instance.module->start;
    return start ? instance.functions[*start] : nullptr;
}

std::optional<Extern> find_export(Instance& instance, std::string_view name) {
    for (const Export& found : instance.module->exports) {
        if (found.name != name) continue;
        switch (found.kind) {
            case ExternKind::function: return instance.functions[found.index];
            case ExternKind::table: return instance.tables[found.index];
            case ExternKind::memory: return instance.memories[found.index];
            case ExternKind::global: return instance.globals[found.index];
            case ExternKind::tag: return instance.tags[found.index];
        }
    }
    return std::nullopt;
}

FunctionInstance* find_exported_function(Instance& instance, std::string_view name) {
    const auto found = find_export(instance, name);
    const auto* function = found ? std::get_if<FunctionInstance*>(&*found) : nullptr;
    return function ? *function : nullptr;
}

}  // namespace icvm::vm
