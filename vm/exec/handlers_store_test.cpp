#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <random>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u32 a_slot = 3, b_slot = 5;
constexpr u64 end = wasm_page_bytes;
constexpr u64 sample = 0xF7E6D5C4B3A29180;
constexpr u32 immediate_sample = 0xF3A29180;

struct StoreRow {
    Operation first;
    u32 bytes;
};

constexpr StoreRow rows[] = {
    {Operation::store8_guarded, 1},
    {Operation::store16_guarded, 2},
    {Operation::store32_guarded, 4},
    {Operation::store64_guarded, 8},
};

constexpr StoreRow rows64[] = {
    {Operation::store8_guarded64, 1},
    {Operation::store16_guarded64, 2},
    {Operation::store32_guarded64, 4},
    {Operation::store64_guarded64, 8},
};

bool is_wide(const StoreRow& row) { return row.first >= Operation::store8_guarded64; }

// Forms of code.def; those with 64-bit addresses have none with a constant one.
constexpr u32 immediate_value = 1, constant_address = 2, tracked = 4;

std::unique_ptr<Memory> guarded_memory(AddressType addresses = AddressType::i32) {
    install_fault_handler();
    MemoryType type;
    type.limits = {1, 1, true, addresses};
    auto memory = Memory::create(type, 1, nullptr, {.track = true});
    REQUIRE(memory);
    REQUIRE(memory->guarded());
    return memory;
}

/// The instruction, its operands being set up, at the address less the offset 64.
std::vector<Cell> instruction(u32 form, u64 address) {
    const bool is_constant = form & constant_address;
    const u32 offset = is_constant ? u32(address) : 64;
    std::vector<Cell> cells = {a_slot | u64(b_slot) << 16 | u64(offset) << 32};
    if (form & immediate_value) cells.push_back(immediate_sample);
    return cells;
}

/// The place of the value; that of the address is places[0], if it has one.
Place value_place(u32 form, const auto& places) {
    return form & constant_address ? places[0] : places[1];
}

void set_up(TestMachine& machine, u32 form, const auto& places, u64 address) {
    machine.fill();
    if (!(form & immediate_value)) machine.set(value_place(form, places), b_slot, sample);
    if (!(form & constant_address)) machine.set(places[0], a_slot, address - 64);
}

/// The value that was set up: where both operands are in one register it is the address.
u64 value_of(u32 form, const auto& places, u64 address) {
    if (form & immediate_value) return u64(i64(i32(immediate_sample)));
    const bool same = !(form & constant_address) && places[0] != Place::slot;
    return same && places[0] == places[1] ? address - 64 : sample;
}

/// All forms with a place for a register, and the one that has none.
void for_each_store(const StoreRow& row, auto visit) {
    for (u32 form = 0; form < 8; form++) {
        if (is_wide(row) && (form & constant_address)) continue;
        const u32 place = is_wide(row) ? form % 2 + form / tracked * 2 : form;
        const Operation operation = form_of(row.first, place);
        const auto one = [&](const auto& places, const void* handler) {
            visit(form, places, handler);
        };
        if (form_tables()[size_t(operation)].handlers)
            for_each_form(operation, one);
        else
            one(std::array<Place, FormTable::operands_max>{}, handler_table()[size_t(operation)]);
    }
}

bool is_dirty(const Memory& memory, u64 page) { return memory.marks[page] & Memory::mark_dirty; }

void try_places(Memory& memory, const StoreRow& row) {
    TestMachine machine(&memory);
    u32 forms = 0;
    for_each_store(row, [&](u32 form, const auto& places, const void* handler) {
        forms++;
        for (const u64 address : {end - row.bytes, u64(4093), u64(4088), u64(8192), u64(8191)}) {
            memory.rollback();
            set_up(machine, form, places, address);
            const u64 value = value_of(form, places, address);
            const std::vector<u64> expected = machine.contents();
            REQUIRE(machine.run(handler, instruction(form, address)) == Step::finished);
            REQUIRE(machine.advanced() == (form & immediate_value ? 3 : 2));
            REQUIRE(machine.contents() == expected);
            REQUIRE(std::memcmp(memory.base + address, &value, row.bytes) == 0);
            const u64 first = address / page_bytes;
            const u64 last = (address + row.bytes - 1) / page_bytes;
            const u64 marked = form & tracked ? last - first + 1 : 0;
            REQUIRE(memory.dirty_pages().size() == marked);
            REQUIRE(is_dirty(memory, first) == (marked > 0));
            REQUIRE(is_dirty(memory, last) == (marked > 0));
            std::memset(memory.base + address, 0, row.bytes);
        }
    });
    const u32 values = row.bytes >= 4 ? place_count : integer_places;
    CHECK(forms == 2 * (integer_places * (values + 1) + (is_wide(row) ? 0 : values + 1)));
}

void try_beyond(Memory& memory, const StoreRow& row, std::initializer_list<u64> addresses) {
    TestMachine machine(&memory);
    for_each_store(row, [&](u32 form, const auto& places, const void* handler) {
        for (const u64 address : addresses) {
            set_up(machine, form, places, address);
            const Registers before = machine.registers;
            const Step step = machine.run(handler, instruction(form, address));
            REQUIRE(step == trap(TrapReason::memory_out_of_bounds));
            REQUIRE(machine.advanced() == 0);
            REQUIRE(machine.registers.fp == before.fp);
            REQUIRE(machine.registers.budget == before.budget);
            REQUIRE(machine.registers.control == before.control);
            REQUIRE(memory.dirty_pages().empty());
            for (u64 n = end - 8; n < end; n++) REQUIRE(memory.base[n] == 0);
        }
    });
}

}  // namespace

TEST_CASE("The marks of a guarded memory stand where stores look for them") {
    for (const AddressType addresses : {AddressType::i32, AddressType::i64}) {
        const auto memory = guarded_memory(addresses);
        CHECK(memory->marks == memory->base - guarded_marks_distance);
    }
}

TEST_CASE("A store writes the same from all places, and marks what it writes") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(), memory64 = guarded_memory(AddressType::i64);
    for (const StoreRow& row : rows) try_places(*memory, row);
    for (const StoreRow& row : rows64) try_places(*memory64, row);
}

TEST_CASE("A tracked store marks the second page when the first is marked, and the other way") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory();
    TestMachine machine(memory.get());
    const u64 address = 2 * page_bytes - 1;
    for (const StoreRow& row : rows) {
        if (row.bytes == 1) continue;
        for_each_store(row, [&](u32 form, const auto& places, const void* handler) {
            if (!(form & tracked)) return;
            for (const u64 marked : {1, 2}) {
                memory->rollback();
                REQUIRE(memory->mark(marked * page_bytes, 1));
                set_up(machine, form, places, address);
                REQUIRE(machine.run(handler, instruction(form, address)) == Step::finished);
                REQUIRE(memory->dirty_pages().size() == 2);
                REQUIRE(memory->dirty_pages()[1].index == 3 - marked);
            }
        });
    }
}

TEST_CASE("A store beyond the end traps in all forms where it stands, and writes nothing") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(), memory64 = guarded_memory(AddressType::i64);
    const u64 limit = memory64_bytes_max;
    for (const StoreRow& row : rows)
        try_beyond(*memory, row, {end - row.bytes + 1, end, 0xFFFF'FFFF});
    for (const StoreRow& row : rows64)
        try_beyond(*memory64, row,
                   {end - row.bytes + 1, end, limit + 63, limit + 64, u64(1) << 63, 0, 63});
}
