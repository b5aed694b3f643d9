/// Structures and arrays.

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

using vm::CompositeKind;
using vm::FieldType;
using vm::HeapType;
using vm::Opcode;
using vm::ValueType;

namespace {

ValueType unpacked(ValueType type) { return type.is_packed() ? vm::types::i32 : type; }

u32 bytes_of(ValueType type) {
    switch (type.code()) {
        case 0x78: return 1;
        case 0x77: return 2;
        case 0x7F:
        case 0x7D: return 4;
        case 0x7B: return 16;
        default: return 8;
    }
}

}  // namespace

void Body::element(const FieldType& field) { expression(unpacked(field.type)); }

/// Not null, mostly.
void Body::object_operand(u32 index) {
    expression(ValueType::reference(HeapType::of_index(index), random_.percent(3)));
}

void Body::structure(u32 index) {
    if (enough() || random_.percent(30)) return op(Opcode::struct_new_default, index);
    const std::vector<FieldType> fields = plan_.types[index].fields;
    for (const FieldType& field : fields) element(field);
    op(Opcode::struct_new, index);
}

/// Of four elements at least, mostly.
void Body::array(u32 index) {
    const FieldType field = plan_.types[index].fields[0];
    const u32 length = 4 + random_.below(4);
    const u32 roll = random_.below(100);
    if (enough() || roll < 30) {
        i32_constant(length);
        return op(Opcode::array_new_default, index);
    }
    if (roll < 45 && array_of_segment(index)) return;
    if (roll < 75) {
        element(field);
        if (random_.percent(80)) {
            i32_constant(length);
        } else {
            expression(vm::types::i32);
            i32_constant(15);
            op(Opcode::i32_and);
        }
        return op(Opcode::array_new, index);
    }
    for (u32 i = 0; i < length; i++) element(field);
    op(Opcode::array_new_fixed, index);
    number(length);
}

/// False: there is no segment for it.
bool Body::array_of_segment(u32 index) {
    const ValueType type = plan_.types[index].fields[0].type;
    if (!type.is_reference()) {
        for (u32 i = 0; i < plan_.data.size(); i++) {
            const bool passive = plan_.data[i].mode == vm::SegmentMode::passive;
            if (!passive && random_.percent(90)) continue;
            const u32 count = passive ? u32(plan_.data[i].content.size()) / bytes_of(type) : 0;
            i32_constant(passive ? random_.below(2) : 0);
            i32_constant(count == 0 ? 0 : count - random_.percent(90));
            op(Opcode::array_new_data, index);
            number(i);
            return true;
        }
        return false;
    }
    const u32 start = random_.below(plan_.elements.size());
    for (u32 n = 0; n < plan_.elements.size(); n++) {
        const u32 i = (start + n) % u32(plan_.elements.size());
        if (!plan_.matches(plan_.elements[i].type, type)) continue;
        const bool passive = plan_.elements[i].mode == vm::SegmentMode::passive;
        i32_constant(0);
        i32_constant(passive ? u32(plan_.elements[i].expressions.size()) : 0);
        op(Opcode::array_new_elem, index);
        number(i);
        return true;
    }
    return false;
}

void Body::array_index() {
    if (random_.percent(70)) return i32_constant(random_.below(4));
    expression(vm::types::i32);
    if (random_.percent(10)) return;
    i32_constant(3);
    op(Opcode::i32_and);
}

/// What a field or an element has.
bool Body::field_expression(ValueType type) {
    struct Place {
        u32 type, field;
    };
    std::vector<Place> places;
    for (u32 i = 0; i < plan_.types.size(); i++)
        for (u32 n = 0; n < plan_.types[i].fields.size(); n++)
            if (plan_.matches(unpacked(plan_.types[i].fields[n].type), type))
                places.push_back({i, n});
    if (places.empty()) return false;
    const Place place = random_.pick(places);
    const bool array = plan_.types[place.type].kind == CompositeKind::array;
    const bool packed = plan_.types[place.type].fields[place.field].type.is_packed();
    object_operand(place.type);
    if (array) array_index();
    const bool is_signed = random_.percent(50);
    if (array)
        op(!packed     ? Opcode::array_get
           : is_signed ? Opcode::array_get_s
                       : Opcode::array_get_u,
           place.type);
    else
        op(!packed     ? Opcode::struct_get
           : is_signed ? Opcode::struct_get_s
                       : Opcode::struct_get_u,
           place.type);
    if (!array) number(place.field);
    return true;
}

void Body::aggregate_statement() {
    std::vector<u32> aggregates;
    for (u32 i = 0; i < plan_.types.size(); i++)
        if (plan_.types[i].kind != CompositeKind::function) aggregates.push_back(i);
    const u32 index = random_.pick(aggregates);
    if (plan_.types[index].kind == CompositeKind::array) return array_statement(index);
    const std::vector<FieldType> fields = plan_.types[index].fields;
    if (fields.empty()) return;
    const u32 n = random_.below(fields.size());
    if (!fields[n].is_mutable) return;
    object_operand(index);
    element(fields[n]);
    op(Opcode::struct_set, index);
    number(n);
}

void Body::array_statement(u32 index) {
    const FieldType field = plan_.types[index].fields[0];
    if (!field.is_mutable) return;
    if (field.type.is_reference() && random_.percent(40)) return array_init(index);
    const u32 roll = random_.below(100);
    if (roll < 20) {
        object_operand(index);
        array_index();
        element(field);
        return op(Opcode::array_set, index);
    }
    if (roll < 45) {
        object_operand(index);
        array_index();
        element(field);
        i32_constant(random_.below(3));
        return op(Opcode::array_fill, index);
    }
    if (roll < 70) return array_copy(index);
    array_init(index);
}

void Body::array_copy(u32 index) {
    const ValueType type = plan_.types[index].fields[0].type;
    std::vector<u32> sources;
    for (u32 i = 0; i < plan_.types.size(); i++)
        if (plan_.types[i].kind == CompositeKind::array &&
            plan_.matches(plan_.types[i].fields[0].type, type))
            sources.push_back(i);
    const u32 source = random_.pick(sources);
    object_operand(index);
    array_index();
    // A null source and a destination out of bounds: which is told is not said.
    if (profile_.portable)
        expression(ValueType::reference(HeapType::of_index(source), false));
    else
        object_operand(source);
    array_index();
    i32_constant(random_.below(3));
    op(Opcode::array_copy, index);
    number(source);
}

void Body::array_init(u32 index) {
    const ValueType type = plan_.types[index].fields[0].type;
    if (!type.is_reference()) {
        u32 segment = random_.below(plan_.data.size());
        for (u32 i = 0; i < plan_.data.size() && random_.percent(90); i++)
            if (plan_.data[i].mode == vm::SegmentMode::passive) segment = i;
        object_operand(index);
        array_index();
        i32_constant(random_.below(3));
        i32_constant(random_.below(3));
        op(Opcode::array_init_data, index);
        return number(segment);
    }
    const u32 start = random_.below(plan_.elements.size());
    for (u32 n = 0; n < plan_.elements.size(); n++) {
        const u32 i = (start + n) % u32(plan_.elements.size());
        const bool dropped = plan_.elements[i].mode != vm::SegmentMode::passive;
        if ((dropped && random_.percent(95)) || !plan_.matches(plan_.elements[i].type, type))
            continue;
        object_operand(index);
        array_index();
        i32_constant(0);
        i32_constant(random_.below(3));
        op(Opcode::array_init_elem, index);
        return number(i);
    }
}

}  // namespace icvm::differential
