/// References: of functions, of the host, and what all kinds of them share.

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

using vm::CompositeKind;
using vm::HeapType;
using vm::Opcode;
using vm::ValueType;

namespace {

namespace heap = vm::heap_types;

HeapType top_of(const Plan& plan, HeapType type) {
    for (const HeapType top : {heap::function, heap::external, heap::exception})
        if (plan.matches(type, top)) return top;
    return heap::any;
}

}  // namespace

void Body::null(HeapType type) {
    op(Opcode::ref_null);
    heap_type(type);
}

/// Whether there is an instruction that gives one that is not null.
bool Body::can_make(HeapType type) const {
    if (type == heap::function) return true;
    if (type == heap::external) return profile_.aggregates;
    if (plan_.matches(heap::i31, type) && profile_.aggregates) return type != heap::none;
    if (type == heap::none || type == heap::no_function || type == heap::no_external) return false;
    if (plan_.matches(type, heap::exception)) return false;
    for (u32 i = 0; i < plan_.types.size(); i++)
        if (plan_.types[i].kind != CompositeKind::function &&
            plan_.matches(HeapType::of_index(i), type))
            return true;
    for (const u32 function : plan_.functions)
        if (plan_.matches(HeapType::of_index(function), type)) return true;
    return false;
}

/// Not null, or a trap.
void Body::object(HeapType type) {
    if (!can_make(type)) {
        null(type);
        return op(Opcode::ref_as_non_null);
    }
    if (type == heap::external) {
        object(heap::any);
        return op(Opcode::extern_convert_any);
    }
    if (!plan_.matches(type, heap::function)) return object_of_any(type);
    const u32 start = random_.below(plan_.functions.size());
    for (u32 i = 0; i < plan_.functions.size(); i++) {
        const u32 function = (start + i) % u32(plan_.functions.size());
        if (!plan_.matches(HeapType::of_index(plan_.functions[function]), type)) continue;
        return op(Opcode::ref_func, function);
    }
}

/// An i31, a structure or an array.
void Body::object_of_any(HeapType type) {
    std::vector<u32> fitting;
    for (u32 i = 0; i < plan_.types.size(); i++)
        if (plan_.types[i].kind != CompositeKind::function &&
            plan_.matches(HeapType::of_index(i), type))
            fitting.push_back(i);
    if (fitting.empty() || (plan_.matches(heap::i31, type) && random_.percent(30))) {
        expression(vm::types::i32);
        return op(Opcode::ref_i31);
    }
    const u32 index = random_.pick(fitting);
    if (plan_.types[index].kind == CompositeKind::structure)
        structure(index);
    else
        array(index);
}

void Body::reference_expression(ValueType type) {
    const HeapType of = type.heap_type();
    const u32 roll = random_.below(100);
    if (roll < 25) return leaf(type);
    if (roll < 33 && table_get_expression(type)) return;
    if (roll < 41 && call_expression(type)) return;
    if (roll < 45) return select_expression(type);
    if (roll < 50) return block_expression({type});
    if (roll < 54 && field_expression(type)) return;
    if (roll < 62 && profile_.aggregates && can_make(of)) return cast_expression(type);
    if (roll < 68 && convert_expression(type)) return;
    if (roll < 72 && profile_.references && can_make(of)) {
        expression(ValueType::reference(of, random_.percent(15)));
        return op(Opcode::ref_as_non_null);
    }
    if (type.is_nullable() && (!can_make(of) || random_.percent(10))) return leaf(type);
    object(of);
}

bool Body::table_get_expression(ValueType type) {
    const u32 table = random_.below(plan_.tables.size());
    if (!plan_.matches(plan_.tables[table].element, type)) return false;
    table_index(plan_.tables[table].limits);
    op(Opcode::table_get, table);
    return true;
}

bool Body::convert_expression(ValueType type) {
    if (!profile_.aggregates) return false;
    const bool nullable = type.is_nullable();
    if (type.heap_type() == heap::any) {
        expression(ValueType::reference(heap::external, nullable));
        op(Opcode::any_convert_extern);
        return true;
    }
    if (type.heap_type() != heap::external) return false;
    expression(ValueType::reference(heap::any, nullable));
    op(Opcode::extern_convert_any);
    return true;
}

/// A type in the same hierarchy, related or not.
ValueType Body::relative_of(HeapType type) {
    const HeapType top = top_of(plan_, type);
    for (u32 i = 0; i < 20; i++) {
        const ValueType other = random_.pick(plan_.reference_types);
        if (top_of(plan_, other.heap_type()) == top) return other;
    }
    return ValueType::reference(type, true);
}

/// Up and down again, mostly; or a cast that may fail.
void Body::cast_expression(ValueType type) {
    const HeapType of = type.heap_type();
    const ValueType top = ValueType::reference(top_of(plan_, of), true);
    if (random_.percent(90)) {
        open_block(Opcode::block, {}, {top}, {{top}});
        expression(type);
        close_block();
    } else {
        expression(random_.percent(50) ? relative_of(of) : top);
    }
    op(type.is_nullable() ? Opcode::ref_cast_null : Opcode::ref_cast);
    heap_type(of);
}

void Body::reference_to_i32() {
    const u32 roll = random_.below(100);
    if (roll < 35 || !profile_.aggregates) {
        expression(ValueType::reference(random_.pick(plan_.reference_types).heap_type(), true));
        return op(Opcode::ref_is_null);
    }
    if (roll < 50) {
        expression(ValueType::reference(heap::eq, random_.percent(80)));
        expression(ValueType::reference(heap::eq, random_.percent(80)));
        return op(Opcode::ref_eq);
    }
    if (roll < 70) return test_expression();
    if (roll < 85) {
        expression(ValueType::reference(heap::i31, random_.percent(4)));
        return op(random_.percent(50) ? Opcode::i31_get_s : Opcode::i31_get_u);
    }
    if (!can_make(heap::array)) return i32_constant(random_.below(5));
    expression(ValueType::reference(heap::array, random_.percent(4)));
    op(Opcode::array_len);
}

void Body::test_expression() {
    const HeapType of = random_.pick(plan_.reference_types).heap_type();
    expression(ValueType::reference(of, true));
    const ValueType wanted = relative_of(of);
    op(wanted.is_nullable() ? Opcode::ref_test_null : Opcode::ref_test);
    heap_type(wanted.heap_type());
}

void Body::branch_on_null() {
    const HeapType of = random_.pick(plan_.reference_types).heap_type();
    const ValueType nullable = ValueType::reference(of, true);
    if (random_.percent(50)) {
        open_block(Opcode::block, {}, {}, {{}});
        expression(nullable);
        op(Opcode::br_on_null, 0);
        consume({ValueType::reference(of, false)});
        statements(1);
        return close_block();
    }
    open_block(Opcode::block, {}, {nullable}, {{nullable}});
    expression(nullable);
    op(Opcode::br_on_non_null, 0);
    expression(nullable);
    close_block();
    consume({nullable});
}

void Body::branch_on_cast() {
    const ValueType some = random_.pick(plan_.reference_types);
    const ValueType from = ValueType::reference(
        random_.percent(50) ? some.heap_type() : top_of(plan_, some.heap_type()), true);
    ValueType to = relative_of(some.heap_type());
    if (!plan_.matches(to, from)) to = some;
    const bool fail = random_.percent(50);
    const ValueType rest = ValueType::reference(from.heap_type(), !to.is_nullable());
    const ValueType label = ValueType::reference((fail ? rest : to).heap_type(), true);
    open_block(Opcode::block, {}, {label}, {{label}});
    expression(from);
    op(fail ? Opcode::br_on_cast_fail : Opcode::br_on_cast);
    code_.push_back(u8((from.is_nullable() ? 1 : 0) | (to.is_nullable() ? 2 : 0)));
    number(0);
    heap_type(from.heap_type());
    heap_type(to.heap_type());
    consume({fail ? to : rest});
    expression(label);
    close_block();
    consume({label});
}

}  // namespace icvm::differential
