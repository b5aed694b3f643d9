#include "spec-tests/spectest.hpp"

namespace icvm::spec_tests {
namespace {

vm::HostOutcome print(void*, vm::HostCall&) { return vm::HostOutcome::done; }

vm::TableType table_type(vm::AddressType address_type) {
    return {vm::types::funcref, {10, 20, true, address_type}};
}

}  // namespace

Exports add_spectest(vm::Store& store, const vm::MemoryOptions& options) {
    using namespace vm;
    Exports exports;
    const std::pair<const char*, std::vector<ValueType>> functions[] = {
        {"print", {}},
        {"print_i32", {types::i32}},
        {"print_i64", {types::i64}},
        {"print_f32", {types::f32}},
        {"print_f64", {types::f64}},
        {"print_i32_f32", {types::i32, types::f32}},
        {"print_f64_f64", {types::f64, types::f64}}};
    for (const auto& [name, parameters] : functions)
        exports[name] = store.add_host_function({{parameters, {}}, print, nullptr, name});
    const std::pair<const char*, Value> globals[] = {{"global_i32", Value::i32(666)},
                                                     {"global_i64", Value::i64(666)},
                                                     {"global_f32", Value::f32(666.6f)},
                                                     {"global_f64", Value::f64(666.6)}};
    for (const auto& [name, value] : globals)
        exports[name] = store.add_global({value.type, false}, value);
    exports["table"] = store.add_table(table_type(AddressType::i32));
    exports["table64"] = store.add_table(table_type(AddressType::i64));
    const MemoryType memory{{1, 2, true}};
    exports["memory"] = store.add_memory(Memory::create(memory, 1, nullptr, options));
    return exports;
}

}  // namespace icvm::spec_tests
