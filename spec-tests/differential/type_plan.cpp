#include "spec-tests/differential/type_plan.hpp"

namespace icvm::differential {

using vm::CompositeKind;
using vm::DefinedType;
using vm::HeapType;
using vm::ValueType;

namespace {

HeapType abstract_of(CompositeKind kind) {
    switch (kind) {
        case CompositeKind::function: return vm::heap_types::function;
        case CompositeKind::structure: return vm::heap_types::structure;
        default: return vm::heap_types::array;
    }
}

bool abstract_matches(HeapType sub, HeapType super) {
    using namespace vm::heap_types;
    if (sub == super) return true;
    if (sub == none)
        return super == i31 || super == structure || super == array || super == eq || super == any;
    if (sub == i31 || sub == structure || sub == array) return super == eq || super == any;
    if (sub == eq) return super == any;
    if (sub == no_function) return super == function;
    if (sub == no_external) return super == external;
    return sub == no_exception && super == exception;
}

vm::FieldType random_field(const Plan& plan, Random& random, const Profile& profile, u32 types) {
    vm::FieldType field;
    field.is_mutable = random.percent(70);
    const u32 roll = random.below(10);
    if (roll < 2)
        field.type = random.percent(50) ? vm::types::i8 : vm::types::i16;
    else if (roll < 7)
        field.type = number_type(random, profile);
    else if (roll < 9)
        field.type = ValueType::reference(HeapType::of_index(random.below(types)), true);
    else
        field.type = random.percent(50) ? vm::types::anyref : vm::types::externref;
    (void)plan;
    return field;
}

/// Structures and arrays, some of them below others; each may refer to those of its group.
void plan_aggregates(Plan& plan, Random& random, const Profile& profile) {
    for (u32 groups = 1 + random.below(2); groups > 0; groups--) {
        const u32 first = u32(plan.types.size());
        const u32 size = 1 + random.below(4);
        for (u32 i = first; i < first + size; i++) {
            DefinedType type;
            type.group_first = first;
            type.group_size = size;
            type.is_final = random.percent(40);
            type.kind = random.percent(60) ? CompositeKind::structure : CompositeKind::array;
            const u32 parent = i == 0 ? 0 : random.below(i);
            if (i > 0 && !plan.types[parent].is_final && random.percent(60)) {
                type.kind = plan.types[parent].kind;
                type.supertype = parent;
                type.fields = plan.types[parent].fields;
            }
            u32 more = type.kind == CompositeKind::structure ? random.below(4) : 1;
            if (type.kind == CompositeKind::array && type.supertype) more = 0;
            for (; more > 0; more--)
                type.fields.push_back(random_field(plan, random, profile, first + size));
            plan.types.push_back(std::move(type));
        }
    }
}

ValueType signature_type(const Plan& plan, Random& random, const Profile& profile) {
    if (random.percent(75)) return number_type(random, profile);
    std::vector<ValueType> references = {vm::types::funcref, vm::types::externref};
    if (profile.aggregates) {
        references.push_back(vm::types::anyref);
        references.push_back(ValueType::reference(vm::heap_types::i31, random.percent(50)));
        for (u32 i = 0; i < plan.types.size(); i++)
            if (plan.types[i].kind != CompositeKind::function)
                references.push_back(
                    ValueType::reference(HeapType::of_index(i), random.percent(50)));
    }
    return random.pick(references);
}

}  // namespace

void plan_types(Plan& plan, Random& random, const Profile& profile) {
    if (profile.aggregates) plan_aggregates(plan, random, profile);
    const u32 first = u32(plan.types.size());
    for (u32 n = 3 + random.below(4); n > 0; n--) {
        DefinedType type;
        type.group_first = u32(plan.types.size());
        const u32 parent = first + random.below(n + 4);
        if (profile.aggregates && random.percent(30) && parent < plan.types.size()) {
            plan.types[parent].is_final = false;
            type.supertype = parent;
            type.function = plan.types[parent].function;
        } else {
            for (u32 i = random.below(5); i > 0; i--)
                type.function.parameters.push_back(signature_type(plan, random, profile));
            for (u32 i = random.below(4); i > 0; i--)
                type.function.results.push_back(signature_type(plan, random, profile));
        }
        plan.types.push_back(std::move(type));
    }
}

void plan_reference_types(Plan& plan, Random& random, const Profile& profile) {
    plan.reference_types = {vm::types::funcref, vm::types::externref};
    const auto add = [&](HeapType heap) {
        plan.reference_types.push_back(ValueType::reference(heap, true));
        plan.reference_types.push_back(ValueType::reference(heap, false));
    };
    if (profile.references) {
        add(HeapType::of_index(random.pick(plan.functions)));
        add(HeapType::of_index(random.pick(plan.functions)));
        add(vm::heap_types::function);
    }
    if (profile.aggregates) {
        using namespace vm::heap_types;
        for (const HeapType heap : {any, eq, i31, structure, array, external}) add(heap);
        for (const HeapType heap : {none, no_function, no_external})
            plan.reference_types.push_back(ValueType::reference(heap, true));
        for (u32 i = 0; i < plan.types.size(); i++)
            if (plan.types[i].kind != CompositeKind::function) add(HeapType::of_index(i));
    }
    if (profile.exceptions) plan.reference_types.push_back(vm::types::exnref);
}

void plan_tags(Plan& plan, Random& random, const Profile& profile) {
    if (!profile.exceptions) return;
    for (u32 n = 1 + random.below(3); n > 0; n--) {
        std::vector<ValueType> parameters;
        for (u32 i = random.below(4); i > 0; i--)
            parameters.push_back(local_type(random, profile, plan));
        plan.tags.push_back(plan.function_type(parameters, {}));
    }
    for (u32 i = plan.imported_tags; i < plan.tags.size(); i++)
        plan.exports.push_back({"x" + std::to_string(i), vm::ExternKind::tag, i});
}

u32 Plan::function_type(const std::vector<ValueType>& parameters,
                        const std::vector<ValueType>& results) {
    const vm::FunctionType wanted{parameters, results};
    for (u32 i = 0; i < types.size(); i++)
        if (types[i].kind == CompositeKind::function && types[i].is_final && !types[i].supertype &&
            types[i].function == wanted)
            return i;
    DefinedType type;
    type.function = wanted;
    type.group_first = u32(types.size());
    types.push_back(std::move(type));
    return u32(types.size() - 1);
}

bool Plan::matches(HeapType sub, HeapType super) const {
    using namespace vm::heap_types;
    if (sub == super) return true;
    if (!super.is_index())
        return abstract_matches(sub.is_index() ? abstract_of(types[sub.index()].kind) : sub, super);
    if (!sub.is_index()) {
        const bool function = types[super.index()].kind == CompositeKind::function;
        return sub == (function ? no_function : none);
    }
    // Functions' types that are written twice are equal.
    const auto equal = [&](u32 a, u32 b) {
        const DefinedType &x = types[a], &y = types[b];
        return a == b || (x.kind == CompositeKind::function && y.kind == x.kind && !x.supertype &&
                          !y.supertype && x.is_final == y.is_final && x.group_size == 1 &&
                          y.group_size == 1 && x.function == y.function);
    };
    for (std::optional<u32> at = sub.index(); at; at = types[*at].supertype)
        if (equal(*at, super.index())) return true;
    return false;
}

bool Plan::matches(ValueType sub, ValueType super) const {
    if (!sub.is_reference() || !super.is_reference()) return sub == super;
    return (super.is_nullable() || !sub.is_nullable()) &&
           matches(sub.heap_type(), super.heap_type());
}

}  // namespace icvm::differential
