/// From a plan to bytes (Wasm 5).

#include "spec-tests/differential/plan.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::differential {

namespace {

void append(ByteVector& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void write_name(ByteVector& out, std::string_view name) {
    write_unsigned_leb128(out, name.size());
    append(out, bytes_of(name));
}

void write_limits(ByteVector& out, const vm::Limits& limits, u8 more_flags = 0) {
    const bool wide = limits.address_type == vm::AddressType::i64;
    out.push_back(u8((limits.has_maximum ? 1 : 0) | (wide ? 4 : 0) | more_flags));
    write_unsigned_leb128(out, limits.minimum);
    if (limits.has_maximum) write_unsigned_leb128(out, limits.maximum);
}

void write_table_type(ByteVector& out, const vm::TableType& type) {
    write_type(out, type.element);
    write_limits(out, type.limits);
}

/// An initial element, when there is one (Wasm 5.5.7).
void write_table(ByteVector& out, const TablePlan& table) {
    if (!table.initializer.empty()) append(out, ByteVector{0x40, 0x00});
    write_table_type(out, table);
    append(out, table.initializer);
}

void write_memory_type(ByteVector& out, const vm::MemoryType& type) {
    const bool custom = type.page_bytes_log2 != 16;
    write_limits(out, type.limits, custom ? 8 : 0);
    if (custom) out.push_back(type.page_bytes_log2);
}

void write_global_type(ByteVector& out, const vm::GlobalType& type) {
    write_type(out, type.value);
    out.push_back(type.is_mutable ? 1 : 0);
}

void write_types(ByteVector& out, const std::vector<vm::ValueType>& types) {
    write_unsigned_leb128(out, types.size());
    for (const vm::ValueType type : types) write_type(out, type);
}

void write_field(ByteVector& out, const vm::FieldType& field) {
    write_type(out, field.type);
    out.push_back(field.is_mutable ? 1 : 0);
}

void write_defined_type(ByteVector& out, const vm::DefinedType& type) {
    if (!type.is_final || type.supertype) {
        out.push_back(type.is_final ? 0x4F : 0x50);
        out.push_back(type.supertype ? 1 : 0);
        if (type.supertype) write_unsigned_leb128(out, *type.supertype);
    }
    switch (type.kind) {
        case vm::CompositeKind::function:
            out.push_back(0x60);
            write_types(out, type.function.parameters);
            write_types(out, type.function.results);
            break;
        case vm::CompositeKind::structure:
            out.push_back(0x5F);
            write_unsigned_leb128(out, type.fields.size());
            for (const vm::FieldType& field : type.fields) write_field(out, field);
            break;
        case vm::CompositeKind::array:
            out.push_back(0x5E);
            write_field(out, type.fields[0]);
            break;
    }
}

class ModuleWriter {
public:
    explicit ModuleWriter(const Plan& plan) : plan_(plan) {}

    ByteVector write() {
        out_ = {0, 'a', 's', 'm', 1, 0, 0, 0};
        write_type_section();
        vector_section(2, plan_.imports, [&](const vm::Import& import) { write_import(import); });
        vector_section(3, own_of(plan_.functions, plan_.imported_functions),
                       [&](u32 type) { number(type); });
        vector_section(4, own_of(plan_.tables, plan_.imported_tables),
                       [&](const TablePlan& table) { write_table(content_, table); });
        vector_section(5, own_of(plan_.memories, plan_.imported_memories),
                       [&](const vm::MemoryType& type) { write_memory_type(content_, type); });
        vector_section(13, own_of(plan_.tags, plan_.imported_tags), [&](u32 type) {
            content_.push_back(0);
            number(type);
        });
        vector_section(6, own_of(plan_.globals, plan_.imported_globals),
                       [&](const GlobalPlan& global) {
                           write_global_type(content_, global.type);
                           append(content_, global.initializer);
                       });
        vector_section(7, plan_.exports, [&](const vm::Export& one) {
            write_name(content_, one.name);
            content_.push_back(u8(one.kind));
            number(one.index);
        });
        if (plan_.start != 0) {
            number(plan_.start);
            end_section(8);
        }
        vector_section(9, plan_.elements, [&](const ElementPlan& one) { write_element(one); });
        number(plan_.data.size());
        end_section(12);
        vector_section(10, plan_.bodies, [&](const ByteVector& body) {
            number(body.size());
            append(content_, body);
        });
        vector_section(11, plan_.data, [&](const DataPlan& one) { write_data(one); });
        return std::move(out_);
    }

private:
    template <class T>
    static std::vector<T> own_of(const std::vector<T>& all, u32 imported) {
        return {all.begin() + imported, all.end()};
    }

    void number(u64 value) { write_unsigned_leb128(content_, value); }

    void end_section(u8 id) {
        out_.push_back(id);
        write_unsigned_leb128(out_, content_.size());
        append(out_, content_);
        content_.clear();
    }

    template <class T, class Write>
    void vector_section(u8 id, const std::vector<T>& entries, Write write) {
        if (entries.empty()) return;
        number(entries.size());
        for (const T& entry : entries) write(entry);
        end_section(id);
    }

    void write_type_section() {
        u32 groups = 0;
        for (size_t i = 0; i < plan_.types.size(); i += plan_.types[i].group_size) groups++;
        number(groups);
        for (size_t i = 0; i < plan_.types.size(); i++) {
            const vm::DefinedType& type = plan_.types[i];
            if (type.group_first == i && type.group_size != 1) {
                content_.push_back(0x4E);
                number(type.group_size);
            }
            write_defined_type(content_, type);
        }
        end_section(1);
    }

    void write_import(const vm::Import& import) {
        write_name(content_, import.module);
        write_name(content_, import.name);
        content_.push_back(u8(import.kind));
        switch (import.kind) {
            case vm::ExternKind::function: return number(import.type_index);
            case vm::ExternKind::table: return write_table_type(content_, import.table);
            case vm::ExternKind::memory: return write_memory_type(content_, import.memory);
            case vm::ExternKind::global: return write_global_type(content_, import.global);
            case vm::ExternKind::tag: content_.push_back(0); return number(import.type_index);
        }
    }

    void write_element(const ElementPlan& one) {
        const bool active = one.mode == vm::SegmentMode::active;
        const bool declarative = one.mode == vm::SegmentMode::declarative;
        // Flag 4 alone is of table 0 and funcref (Wasm 5.5.12).
        const bool plain = active && one.table == 0;
        number((active ? 0 : 1) | (declarative || (active && !plain) ? 2 : 0) | 4);
        if (active && one.table != 0) number(one.table);
        if (active) append(content_, one.offset);
        if (!plain) write_type(content_, one.type);
        number(one.expressions.size());
        for (const ByteVector& expression : one.expressions) append(content_, expression);
    }

    void write_data(const DataPlan& one) {
        const bool active = one.mode == vm::SegmentMode::active;
        number(!active ? 1 : one.memory == 0 ? 0 : 2);
        if (active && one.memory != 0) number(one.memory);
        if (active) append(content_, one.offset);
        number(one.content.size());
        append(content_, one.content);
    }

    const Plan& plan_;
    ByteVector out_;
    ByteVector content_;
};

}  // namespace

void write_heap_type(ByteVector& out, vm::HeapType type) {
    if (type.is_index())
        write_signed_leb128(out, type.index());
    else
        out.push_back(type.code());
}

void write_type(ByteVector& out, vm::ValueType type) {
    if (type.is_reference() && type.is_nullable() && !type.heap_type().is_index()) {
        out.push_back(type.heap_type().code());  // the short form, which older decoders know
        return;
    }
    out.push_back(type.code());
    if (type.is_reference()) write_heap_type(out, type.heap_type());
}

void write_opcode(ByteVector& out, vm::Opcode opcode) {
    const u16 code = u16(opcode);
    if (code < 0x100) {
        out.push_back(u8(code));
        return;
    }
    const bool vector = code >= 0xFD00;  // instruction 0x100 + n is 0xFE00 + n
    out.push_back(vector ? 0xFD : u8(code >> 8));
    write_unsigned_leb128(out, vector ? code - 0xFD00 : code & 0xFF);
}

void write_constant(ByteVector& out, char letter, u64 bits, u64 high) {
    const auto little = [&](u64 value, int bytes) {
        for (int i = 0; i < bytes; i++) out.push_back(u8(value >> (8 * i)));
    };
    using vm::Opcode;
    switch (letter) {
        case 'i':
            write_opcode(out, Opcode::i32_const);
            write_signed_leb128(out, i32(u32(bits)));
            break;
        case 'I':
            write_opcode(out, Opcode::i64_const);
            write_signed_leb128(out, i64(bits));
            break;
        case 'f':
            write_opcode(out, Opcode::f32_const);
            little(bits, 4);
            break;
        case 'F':
            write_opcode(out, Opcode::f64_const);
            little(bits, 8);
            break;
        default:
            write_opcode(out, Opcode::v128_const);
            little(bits, 8);
            little(high, 8);
    }
}

ByteVector write_module(const Plan& plan) { return ModuleWriter(plan).write(); }

}  // namespace icvm::differential
