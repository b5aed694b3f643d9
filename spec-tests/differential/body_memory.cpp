/// Loads, stores, and the bulk instructions of memories and tables.

#include <algorithm>

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

using vm::AddressType;
using vm::Immediate;
using vm::Opcode;
using vm::ValueType;

namespace {

constexpr char letter(AddressType type) { return type == AddressType::i64 ? 'I' : 'i'; }

u32 alignment_of(Immediate immediate) {
    const bool lane = immediate >= Immediate::memory_argument_lane_0;
    const auto first = lane ? Immediate::memory_argument_lane_0 : Immediate::memory_argument_0;
    return u32(immediate) - u32(first);
}

/// Of what copies from one to another the length has the narrower address type.
AddressType narrower(AddressType a, AddressType b) { return a == AddressType::i32 ? a : b; }

}  // namespace

u32 Body::pick_memory() { return random_.below(plan_.usable_memories()); }

/// A load or store, with or without a lane.
void Body::access(const Row& row) {
    const u32 memory = pick_memory();
    address(plan_.memories[memory]);
    for (const char letter : row.operands().substr(1)) expression(type_of_letter(letter));
    op(row.opcode);
    const u32 alignment = alignment_of(row.immediate);
    memory_argument(memory, alignment);
    if (row.immediate >= Immediate::memory_argument_lane_0)
        code_.push_back(u8(random_.below(16u >> alignment)));
}

void Body::memory_argument(u32 memory, u32 alignment_max) {
    const u32 alignment = random_.below(alignment_max + 1);
    const bool explicit_memory = memory != 0 || random_.percent(3);
    code_.push_back(u8(alignment | (explicit_memory ? 0x40 : 0)));
    if (explicit_memory) number(memory);
    const bool wide = plan_.memories[memory].limits.address_type == AddressType::i64;
    const u32 roll = random_.below(100);
    if (roll < 60) return number(0);
    if (roll < 90) return number(random_.below(64));
    if (roll < 99) return number(random_.below(4096));
    const u64 offset = interesting_bits(random_, 'I');
    number(wide ? offset : u32(offset));
}

/// Mostly within the memory, in its first page or at its end.
void Body::address(const vm::MemoryType& memory) {
    const char of = letter(memory.limits.address_type);
    const u64 bytes = std::max<u64>(memory.limits.minimum, 1) << memory.page_bytes_log2;
    const u32 roll = random_.below(100);
    if (roll < 35) return constant(of, random_.below(4096));
    if (roll < 37) return constant(of, bytes - random_.below(24));
    expression(type_of_letter(of));
    if (roll < 38) return;
    constant(of, roll < 85 ? 0xFFF : 0xFFFF);
    op(of == 'i' ? Opcode::i32_and : Opcode::i64_and);
}

void Body::table_index(const vm::Limits& limits) {
    const char of = letter(limits.address_type);
    const u64 size = std::max<u64>(limits.minimum, 1);
    if (random_.percent(50)) return constant(of, random_.below(size));
    expression(type_of_letter(of));
    if (random_.percent(10)) return;
    constant(of, size);
    op(of == 'i' ? Opcode::i32_rem_u : Opcode::i64_rem_u);
}

/// A number of pages, bytes, elements: small, mostly.
void Body::length(AddressType type, u32 usual_max) {
    const char of = letter(type);
    if (random_.percent(60)) return constant(of, random_.below(usual_max + 1));
    expression(type_of_letter(of));
    const bool any = random_.percent(10);
    if (any && of == 'i') return;
    constant(of, any ? 0xF'FFFF'FFFF : usual_max);  // what the instruction budget can pay
    op(of == 'i' ? Opcode::i32_and : Opcode::i64_and);
}

void Body::bulk_memory_statement() {
    if (plan_.usable_memories() == 0) return;
    const u32 memory = pick_memory();
    const vm::Limits& limits = plan_.memories[memory].limits;
    const u32 segment = random_.below(plan_.data.size());
    switch (random_.below(7)) {
        case 0:
        case 1:
            address(plan_.memories[memory]);
            expression(vm::types::i32);
            length(limits.address_type, 255);
            op(Opcode::memory_fill, memory);
            return;
        case 2:
        case 3: {
            const u32 from = pick_memory();
            const vm::Limits& source = plan_.memories[from].limits;
            address(plan_.memories[memory]);
            address(plan_.memories[from]);
            length(narrower(limits.address_type, source.address_type), 255);
            op(Opcode::memory_copy, memory);
            return number(from);
        }
        case 4:
        case 5:
            address(plan_.memories[memory]);
            i32_constant(random_.below(plan_.data[segment].content.size() + 1) / 2);
            i32_constant(random_.below(plan_.data[segment].content.size() + 2) / 2);
            op(Opcode::memory_init, segment);
            return number(memory);
        default:
            if (random_.percent(30)) op(Opcode::data_drop, segment);
    }
}

void Body::table_statement() {
    const u32 table = random_.below(plan_.tables.size());
    const vm::TableType type = plan_.tables[table];
    switch (random_.below(6)) {
        case 0:
        case 1:
            table_index(type.limits);
            expression(type.element);
            return op(Opcode::table_set, table);
        case 2:
            table_index(type.limits);
            expression(type.element);
            length(type.limits.address_type, 3);
            return op(Opcode::table_fill, table);
        default: return two_tables_statement();
    }
}

void Body::two_tables_statement() {
    const u32 table = random_.below(plan_.tables.size());
    const vm::TableType type = plan_.tables[table];
    const u32 start = random_.below(100);
    for (u32 i = 0; i < plan_.tables.size() && start < 50; i++) {
        const u32 from = (i + start) % u32(plan_.tables.size());
        const vm::TableType& source = plan_.tables[from];
        if (!plan_.matches(source.element, type.element)) continue;
        table_index(type.limits);
        table_index(source.limits);
        length(narrower(type.limits.address_type, source.limits.address_type), 3);
        op(Opcode::table_copy, table);
        return number(from);
    }
    for (u32 i = 0; i < plan_.elements.size(); i++) {
        const u32 segment = (i + start) % u32(plan_.elements.size());
        const bool dropped = plan_.elements[segment].mode != vm::SegmentMode::passive;
        if (dropped && random_.percent(80)) continue;
        if (!plan_.matches(plan_.elements[segment].type, type.element)) continue;
        if (start > 90) return op(Opcode::elem_drop, segment);
        const bool wide = type.limits.address_type == AddressType::i64;
        constant(wide ? 'I' : 'i', random_.below(2));
        i32_constant(random_.below(2));
        i32_constant(random_.below(3));
        op(Opcode::table_init, segment);
        return number(table);
    }
}

}  // namespace icvm::differential
