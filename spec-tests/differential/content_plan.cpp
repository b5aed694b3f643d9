/// Globals, element and data segments, and the constant expressions in them.

#include "spec-tests/differential/type_plan.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::differential {

using vm::ExternKind;
using vm::HeapType;
using vm::Opcode;
using vm::SegmentMode;
using vm::ValueType;

namespace {

constexpr u8 end_byte = 0x0B;

class ConstantWriter {
public:
    ConstantWriter(const Plan& plan, Random& random) : plan_(plan), random_(random) {}

    void write(ValueType type) {
        if (random_.percent(20) && write_global(type)) return;
        if (const char letter = letter_of(type))
            write_number(letter);
        else
            write_reference(type);
    }

    /// False: none can be had; the type must be nullable then.
    bool write_object(HeapType heap) {
        using namespace vm::heap_types;
        if (plan_.matches(i31, heap)) {
            write_number('i');
            write_opcode(out, Opcode::ref_i31);
            return true;
        }
        for (u32 i = 0; i < plan_.types.size(); i++)
            if (plan_.types[i].kind != vm::CompositeKind::function &&
                plan_.matches(HeapType::of_index(i), heap)) {
                write_aggregate(i);
                return true;
            }
        for (u32 i = 0; i < plan_.functions.size(); i++)
            if (plan_.matches(HeapType::of_index(plan_.functions[i]), heap) &&
                (heap != function || random_.percent(30) || i + 1 == plan_.functions.size())) {
                write_opcode(out, Opcode::ref_func);
                write_unsigned_leb128(out, i);
                return true;
            }
        return false;
    }

    ByteVector out;

private:
    /// One that stands before and never changes (Wasm 3.3.10).
    bool write_global(ValueType type) {
        for (u32 i = u32(plan_.globals.size()); i > 0; i--) {
            const vm::GlobalType& global = plan_.globals[i - 1].type;
            if (global.is_mutable || !plan_.matches(global.value, type)) continue;
            write_opcode(out, Opcode::global_get);
            write_unsigned_leb128(out, i - 1);
            return true;
        }
        return false;
    }

    void write_number(char letter) {
        if ((letter == 'i' || letter == 'I') && random_.percent(30) && depth_ < 3) {
            depth_++;
            write_number(letter);
            write_number(letter);
            depth_--;
            const u8 first = letter == 'i' ? 0x6A : 0x7C;
            out.push_back(u8(first + random_.below(3)));
            return;
        }
        const u64 high = interesting_bits(random_, letter);
        write_constant(out, letter, interesting_bits(random_, letter), high);
    }

    void write_null(HeapType heap) {
        write_opcode(out, Opcode::ref_null);
        write_heap_type(out, heap);
    }

    void write_reference(ValueType type) {
        if (type.is_nullable() && (random_.percent(30) || depth_ > 2)) {
            write_null(type.heap_type());
            return;
        }
        if (!write_object(type.heap_type())) write_null(type.heap_type());
    }

    void write_aggregate(u32 index) {
        const vm::DefinedType& type = plan_.types[index];
        depth_++;
        if (type.kind == vm::CompositeKind::array) {
            write_element(type.fields[0].type);
            write_constant(out, 'i', random_.below(6));
            write_opcode(out, Opcode::array_new);
        } else if (random_.percent(30)) {
            write_opcode(out, Opcode::struct_new_default);
        } else {
            for (const vm::FieldType& field : type.fields) write_element(field.type);
            write_opcode(out, Opcode::struct_new);
        }
        write_unsigned_leb128(out, index);
        depth_--;
    }

    void write_element(ValueType type) { write(type.is_packed() ? vm::types::i32 : type); }

    const Plan& plan_;
    Random& random_;
    u32 depth_ = 0;
};

ByteVector offset_expression(Random& random, vm::AddressType type, u64 bound) {
    ByteVector out;
    const bool outside = random.percent(1);
    write_constant(out, type == vm::AddressType::i64 ? 'I' : 'i',
                   outside ? bound + 1 : random.below(bound + 1));
    out.push_back(end_byte);
    return out;
}

/// For what makes and fills arrays.
void plan_array_elements(Plan& plan, Random& random) {
    for (const vm::DefinedType& type : plan.types) {
        if (type.kind != vm::CompositeKind::array || !type.fields[0].type.is_reference()) continue;
        if (random.percent(10)) continue;
        ElementPlan one{SegmentMode::passive, 0, {}, type.fields[0].type, {}};
        for (u32 count = 2 + random.below(5); count > 0; count--)
            one.expressions.push_back(constant_expression(plan, random, one.type));
        plan.elements.push_back(std::move(one));
    }
}

void plan_elements(Plan& plan, Random& random) {
    for (u32 n = 1 + random.below(4); n > 0; n--) {
        ElementPlan one;
        one.table = random.percent(60) ? 0 : random.below(plan.tables.size());
        const vm::TableType& table = plan.tables[one.table];
        one.type = table.element;
        u32 count = random.below(8);
        one.mode = random.percent(60) ? SegmentMode::active : SegmentMode::passive;
        if (one.mode == SegmentMode::active) {
            count = std::min(count, u32(table.limits.minimum));
            const u64 bound = table.limits.minimum - count;
            one.offset = offset_expression(random, table.limits.address_type, bound);
        }
        for (; count > 0; count--)
            one.expressions.push_back(constant_expression(plan, random, one.type));
        plan.elements.push_back(std::move(one));
    }
    plan_array_elements(plan, random);
    // So that bodies may name all of them (Wasm 3.4.1).
    ElementPlan all{SegmentMode::declarative, 0, {}, vm::types::funcref, {}};
    for (u32 i = 0; i < plan.functions.size(); i++) {
        ByteVector expression;
        write_opcode(expression, Opcode::ref_func);
        write_unsigned_leb128(expression, i);
        expression.push_back(end_byte);
        all.expressions.push_back(std::move(expression));
    }
    plan.elements.push_back(std::move(all));
}

}  // namespace

bool has_constant(const Plan& plan, HeapType type) {
    Random random(0);
    return ConstantWriter(plan, random).write_object(type);
}

ByteVector constant_expression(const Plan& plan, Random& random, ValueType type) {
    ConstantWriter writer(plan, random);
    writer.write(type);
    writer.out.push_back(end_byte);
    return std::move(writer.out);
}

void plan_globals(Plan& plan, Random& random, const Profile& profile) {
    if (random.percent(30)) {
        vm::Import import{"env", "base", ExternKind::global};
        import.global = {vm::types::i32, false};
        plan.globals.push_back({import.global, {}});
        plan.imports.push_back(std::move(import));
        plan.imported_globals++;
    }
    if (plan.fuel == ~0u) {
        plan.fuel = u32(plan.globals.size());
        plan.globals.push_back({{vm::types::i32, true}, {0x41, 50, end_byte}});
    }
    plan.exports.push_back({"fuel", ExternKind::global, plan.fuel});
    for (u32 n = 2 + random.below(5); n > 0; n--) {
        const vm::GlobalType type{local_type(random, profile, plan), random.percent(70)};
        plan.globals.push_back({type, constant_expression(plan, random, type.value)});
    }
    for (u32 i = plan.imported_globals; i < plan.globals.size(); i++) {
        if (i == plan.fuel) continue;
        const ValueType type = plan.globals[i].type.value;
        if (type != vm::types::v128 &&
            (!type.is_reference() || !plan.matches(type.heap_type(), vm::heap_types::exception)))
            plan.exports.push_back(
                {"g" + std::to_string(i) + " " + (type.is_reference() ? 'r' : letter_of(type)),
                 ExternKind::global, i});
    }
}

void plan_segments(Plan& plan, Random& random, const Profile&) {
    plan_elements(plan, random);
    for (u32 n = 1 + random.below(3); n > 0; n--) {
        DataPlan one{SegmentMode::passive, 0, {}, {}};
        for (u32 i = random.below(60); i > 0; i--) one.content.push_back(u8(random.next()));
        if (plan.usable_memories() != 0 && random.percent(60)) {
            one.mode = SegmentMode::active;
            one.memory = random.below(plan.usable_memories());
            const vm::Limits& limits = plan.memories[one.memory].limits;
            if (limits.minimum == 0) one.content.clear();
            const u64 bound = limits.minimum == 0 ? 0 : 4096;
            one.offset = offset_expression(random, limits.address_type, bound);
            if (random.percent(1)) one.content.push_back(1);
        }
        plan.data.push_back(std::move(one));
    }
}

}  // namespace icvm::differential
