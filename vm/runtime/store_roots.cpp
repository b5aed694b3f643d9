/// What a store's heap of objects is reached from, beside running executions.

#include "vm/runtime/store_state.hpp"

namespace icvm::vm {

namespace {

/// Whether a value of this closed type may be an object: no number is, and no function.
bool may_be_object(ValueType type) { return type.is_reference() && !matches(type, types::funcref); }

void visit_global(const GlobalInstance& global, RootVisitor& visitor) {
    if (may_be_object(global.type.value)) visitor.visit(global.cell[0]);
}

void visit_all(const std::vector<u64>& references, RootVisitor& visitor) {
    for (const u64 reference : references) visitor.visit(reference);
}

void visit_table(const TableInstance& table, RootVisitor& visitor) {
    if (may_be_object(table.type.element)) visit_all(table.storage, visitor);
}

void visit_instance(const Instance& instance, RootVisitor& visitor) {
    for (const GlobalInstance& global : instance.own_globals) visit_global(global, visitor);
    for (const TableInstance& table : instance.own_tables) visit_table(table, visitor);
    // A segment that names functions has no objects.
    for (size_t i = 0; i < instance.element_storage.size(); i++)
        if (instance.module->elements[i].functions.empty())
            visit_all(instance.element_storage[i], visitor);
}

}  // namespace

void Store::State::visit_roots(RootVisitor& visitor) const {
    for (const GlobalInstance& global : globals) visit_global(global, visitor);
    for (const TableInstance& table : tables) visit_table(table, visitor);
    for (const auto& instance : instances) visit_instance(*instance, visitor);
}

}  // namespace icvm::vm
