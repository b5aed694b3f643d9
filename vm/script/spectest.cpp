#include "vm/script/spectest.hpp"

namespace icvm::vm {
namespace {

HostOutcome print(void*, HostCall&) { return HostOutcome::done; }

void add_functions(Store& store, HostModule& module) {
    const std::pair<const char*, std::vector<ValueType>> functions[] = {
        {"print", {}},
        {"print_i32", {types::i32}},
        {"print_i64", {types::i64}},
        {"print_f32", {types::f32}},
        {"print_f64", {types::f64}},
        {"print_i32_f32", {types::i32, types::f32}},
        {"print_f64_f64", {types::f64, types::f64}}};
    for (const auto& [name, parameters] : functions)
        module[name] = store.add_host_function({{parameters, {}}, print, nullptr, name});
}

void add_globals(Store& store, HostModule& module) {
    const std::pair<const char*, Value> globals[] = {{"global_i32", Value::i32(666)},
                                                     {"global_i64", Value::i64(666)},
                                                     {"global_f32", Value::f32(666.6f)},
                                                     {"global_f64", Value::f64(666.6)}};
    for (const auto& [name, value] : globals)
        module[name] = store.add_global({value.type, false}, value);
}

void add_table(Store& store, HostModule& module, const char* name, AddressType address_type) {
    TableInstance* table = store.add_table({types::funcref, {10, 20, true, address_type}});
    if (table != nullptr) module[name] = table;
}

}  // namespace

HostModule add_spectest(Store& store, const MemoryOptions& options) {
    HostModule module;
    add_functions(store, module);
    add_globals(store, module);
    add_table(store, module, "table", AddressType::i32);
    add_table(store, module, "table64", AddressType::i64);
    if (auto memory = Memory::create({{1, 2, true}}, 1, nullptr, options))
        module["memory"] = store.add_memory(std::move(memory));
    return module;
}

}  // namespace icvm::vm
