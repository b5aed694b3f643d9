#include <fmt/format.h>

#include "vm/text/printer_module.hpp"
#include "vm/text/quotation.hpp"

namespace icvm::vm {

void ModulePrinter::append_instruction(const Instruction& instruction) {
    const OpcodeRow& row = *find_opcode_row(u16(instruction.opcode));
    out_ += row.text;
    switch (const Immediate kind = row.immediate) {
        case Immediate::none: return;
        case Immediate::function: return append_index(NameSpace::function, instruction.index);
        case Immediate::local: return append_local(instruction.index);
        case Immediate::global: return append_index(NameSpace::global, instruction.index);
        case Immediate::tag: return append_index(NameSpace::tag, instruction.index);
        case Immediate::select_types: return append_select_types(instruction);
        case Immediate::block_type:
        case Immediate::catches:
        case Immediate::label:
        case Immediate::label_table:
        case Immediate::type_table: return append_control(instruction, kind);
        case Immediate::table:
        case Immediate::table_table:
        case Immediate::element:
        case Immediate::element_table:
        case Immediate::memory:
        case Immediate::memory_memory:
        case Immediate::data:
        case Immediate::data_memory: return append_segment(instruction, kind);
        case Immediate::heap_type:
        case Immediate::cast:
        case Immediate::type:
        case Immediate::type_field:
        case Immediate::type_count:
        case Immediate::type_data:
        case Immediate::type_element:
        case Immediate::type_type: return append_aggregate(instruction, kind);
        case Immediate::i32:
        case Immediate::i64:
        case Immediate::f32:
        case Immediate::f64:
        case Immediate::v128: return append_constant(instruction, kind);
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4:
            return append_memory_argument(instruction,
                                          u32(kind) - u32(Immediate::memory_argument_0));
        default: return append_lanes(instruction, kind);
    }
}

void ModulePrinter::append_control(const Instruction& instruction, Immediate kind) {
    switch (kind) {
        case Immediate::label: return append_label(instruction.index);
        case Immediate::label_table:
            for (const u32 label : instruction.labels) append_label(label);
            return append_label(instruction.index);
        case Immediate::type_table:
            append_index_unless_0(NameSpace::table, instruction.index2);
            return append_type_use(instruction.index);
        default:
            append_block(instruction);
            if (kind == Immediate::catches) append_catches(instruction);
    }
}

/// Index 0 of a table or memory needs no words, if all are 0.
void ModulePrinter::append_segment(const Instruction& instruction, Immediate kind) {
    const u32 index = instruction.index;
    const u32 second = instruction.index2;
    const bool any = index != 0 || second != 0;
    switch (kind) {
        case Immediate::table: return append_index_unless_0(NameSpace::table, index);
        case Immediate::memory: return append_index_unless_0(NameSpace::memory, index);
        case Immediate::element: return append_index(NameSpace::element, index);
        case Immediate::data: return append_index(NameSpace::data, index);
        case Immediate::table_table:
            if (any) append_index(NameSpace::table, index);
            if (any) append_index(NameSpace::table, second);
            return;
        case Immediate::memory_memory:
            if (any) append_index(NameSpace::memory, index);
            if (any) append_index(NameSpace::memory, second);
            return;
        case Immediate::element_table:
            append_index_unless_0(NameSpace::table, second);
            return append_index(NameSpace::element, index);
        default:
            append_index_unless_0(NameSpace::memory, second);
            return append_index(NameSpace::data, index);
    }
}

void ModulePrinter::append_aggregate(const Instruction& instruction, Immediate kind) {
    if (kind == Immediate::heap_type) {
        const bool is_null = instruction.opcode == Opcode::ref_null;
        out_ += " ";
        out_ += is_null ? heap_type(instruction.type.heap_type()) : value_type(instruction.type);
        return;
    }
    if (kind == Immediate::cast) {
        append_label(instruction.index);
        out_ += " " + value_type(instruction.type) + " " + value_type(instruction.type2);
        return;
    }
    append_index(NameSpace::type, instruction.index);
    const u32 second = instruction.index2;
    switch (kind) {
        case Immediate::type_field:
            return append_index(NameSpace::field, second, instruction.index);
        case Immediate::type_count: return append_number(second);
        case Immediate::type_data: return append_index(NameSpace::data, second);
        case Immediate::type_element: return append_index(NameSpace::element, second);
        case Immediate::type_type: return append_index(NameSpace::type, second);
        default: return;
    }
}

void ModulePrinter::append_constant(const Instruction& instruction, Immediate kind) {
    const u64 bits = instruction.bits;
    const u64 high = instruction.bits_high;
    switch (kind) {
        case Immediate::i32: out_ += fmt::format(" {}", i32(u32(bits))); return;
        case Immediate::i64: out_ += fmt::format(" {}", i64(bits)); return;
        case Immediate::f32: out_ += " " + float_text(u32(bits)); return;
        case Immediate::f64: out_ += " " + double_text(bits); return;
        default:
            out_ += fmt::format(" i32x4 0x{:08x} 0x{:08x} 0x{:08x} 0x{:08x}", u32(bits), bits >> 32,
                                u32(high), high >> 32);
    }
}

/// The lanes of a shuffle, or a lane, behind a memory argument in some.
void ModulePrinter::append_lanes(const Instruction& instruction, Immediate kind) {
    if (kind == Immediate::shuffle) {
        for (u32 i = 0; i < 16; i++) {
            const u64 half = i < 8 ? instruction.bits : instruction.bits_high;
            append_number(u8(half >> (i % 8 * 8)));
        }
        return;
    }
    const u32 first = u32(Immediate::memory_argument_lane_0);
    if (u32(kind) - first <= 3) append_memory_argument(instruction, u32(kind) - first);
    append_number(instruction.lane);
}

void ModulePrinter::append_number(u64 number) { out_ += " " + std::to_string(number); }

std::string ModulePrinter::index_text(NameSpace space, u32 index, u32 outer) const {
    const std::string_view id = names_.id(space, index, outer);
    return id.empty() ? std::to_string(index) : std::string(id);
}

void ModulePrinter::append_index(NameSpace space, u32 index, u32 outer) {
    out_ += " " + index_text(space, index, outer);
}

void ModulePrinter::append_index_unless_0(NameSpace space, u32 index) {
    if (index != 0) append_index(space, index);
}

void ModulePrinter::append_local(u32 index) {
    if (index >= locals_ || (index < parameters_ && !named_parameters_))
        return append_number(index);
    append_index(NameSpace::local, index, function_);
}

void ModulePrinter::append_block(const Instruction& instruction) {
    const u32 number = labels_.back().number;
    const std::string label = names_.definition(NameSpace::label, number, function_);
    out_ += label.empty() ? fmt::format(" (;@{};)", number) : label;
    switch (const BlockType& type = instruction.block_type; type.kind) {
        case BlockType::Kind::empty: break;
        case BlockType::Kind::value: out_ += " (result " + value_type(type.value) + ")"; break;
        case BlockType::Kind::type_index: append_type_use(type.type_index); break;
    }
}

void ModulePrinter::append_label(u32 depth, size_t outside) {
    const size_t open = labels_.size() - outside;
    if (depth >= open) return append_number(depth);
    const u32 number = labels_[open - 1 - depth].number;
    if (const auto id = names_.id(NameSpace::label, number, function_); !id.empty())
        out_ += " " + std::string(id);
    else
        out_ += fmt::format(" {} (;@{};)", depth, number);
}

/// The labels of the clauses are those outside of the try_table, which is open already.
void ModulePrinter::append_catches(const Instruction& instruction) {
    constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
    for (const CatchClause& clause : instruction.catches) {
        out_ += fmt::format(" ({}", words[size_t(clause.kind)]);
        const bool has_tag =
            clause.kind == CatchClause::Kind::tag || clause.kind == CatchClause::Kind::tag_ref;
        if (has_tag) append_index(NameSpace::tag, clause.tag);
        append_label(clause.label, 1);
        out_ += ")";
    }
}

/// The Instruction has the last of the types; validation allows only one.
void ModulePrinter::append_select_types(const Instruction& instruction) {
    out_ += " (result";
    const u32 offset = instruction.offset + 1;
    ByteReader reader(module_.bytes, {offset, u32(module_.bytes.size()) - offset});
    const u32 count = reader.read_u32().value_or(0);
    for (u32 i = 0; i < count; i++)
        out_ += " " + value_type(reader.read_value_type().value_or(types::i32));
    out_ += ")";
}

void ModulePrinter::append_memory_argument(const Instruction& instruction, u32 natural_alignment) {
    append_index_unless_0(NameSpace::memory, instruction.memory);
    if (instruction.bits != 0) out_ += fmt::format(" offset={}", instruction.bits);
    if (instruction.alignment != natural_alignment)
        out_ += fmt::format(" align={}", u64(1) << (instruction.alignment & 63));
}

}  // namespace icvm::vm
