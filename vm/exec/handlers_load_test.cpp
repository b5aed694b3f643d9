#include <catch2/catch.hpp>
#include <memory>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u32 d_slot = 3, a_slot = 5;
constexpr u64 end = wasm_page_bytes;

struct LoadRow {
    Operation first;
    u32 bytes;
    u64 value;  ///< of the bytes 0x80, 0x91, 0xA2 …
    bool to_vector = false;
};

constexpr LoadRow rows[] = {
    {Operation::load8_u_guarded, 1, 0x80},
    {Operation::load16_u_guarded, 2, 0x9180},
    {Operation::load32_u_guarded, 4, 0xB3A29180, true},
    {Operation::load64_guarded, 8, 0xF7E6D5C4B3A29180, true},
    {Operation::load8_s32_guarded, 1, 0xFFFFFF80},
    {Operation::load16_s32_guarded, 2, 0xFFFF9180},
    {Operation::load8_s64_guarded, 1, 0xFFFFFFFFFFFFFF80},
    {Operation::load16_s64_guarded, 2, 0xFFFFFFFFFFFF9180},
    {Operation::load32_s64_guarded, 4, 0xFFFFFFFFB3A29180},
};

constexpr LoadRow rows64[] = {
    {Operation::load8_u_guarded64, 1, 0x80},
    {Operation::load16_u_guarded64, 2, 0x9180},
    {Operation::load32_u_guarded64, 4, 0xB3A29180, true},
    {Operation::load64_guarded64, 8, 0xF7E6D5C4B3A29180, true},
    {Operation::load8_s32_guarded64, 1, 0xFFFFFF80},
    {Operation::load16_s32_guarded64, 2, 0xFFFF9180},
    {Operation::load8_s64_guarded64, 1, 0xFFFFFFFFFFFFFF80},
    {Operation::load16_s64_guarded64, 2, 0xFFFFFFFFFFFF9180},
    {Operation::load32_s64_guarded64, 4, 0xFFFFFFFFB3A29180},
};

std::unique_ptr<Memory> guarded_memory(AddressType addresses = AddressType::i32) {
    install_fault_handler();
    MemoryType type;
    type.limits = {1, 1, true, addresses};
    auto memory = Memory::create(type, 1, nullptr, {});
    REQUIRE(memory);
    REQUIRE(memory->guarded());
    return memory;
}

void put_sample(Memory& memory, u64 address, u32 bytes) {
    for (u32 n = 0; n < bytes; n++) memory.base[address + n] = u8(0x80 + 0x11 * n);
}

/// The cells of a load from the address in field a plus an offset.
Cell fields(u32 offset) { return d_slot | u64(a_slot) << 16 | u64(offset) << 32; }

void try_places(Memory& memory, const LoadRow& row) {
    TestMachine machine(&memory);
    u32 forms = 0;
    for_each_form(row.first, [&](const auto& places, const void* handler) {
        forms++;
        for (const u64 address : {end - row.bytes, u64(4093), u64(70)}) {
            put_sample(memory, address, row.bytes);
            machine.fill();
            machine.set(places[1], a_slot, address - 64);
            std::vector<u64> expected = machine.contents();
            expected[machine.index(places[0], d_slot)] = row.value;
            const Cell cell = fields(64);
            REQUIRE(machine.run(handler, {&cell, 1}) == Step::finished);
            REQUIRE(machine.advanced() == 2);
            REQUIRE(machine.contents() == expected);
        }
    });
    CHECK(forms == integer_places * (row.to_vector ? place_count : integer_places));
}

void require_trap(TestMachine& machine, const void* handler, u32 offset) {
    const Registers before = machine.registers;
    const Cell cell = fields(offset);
    REQUIRE(machine.run(handler, {&cell, 1}) == trap(TrapReason::memory_out_of_bounds));
    REQUIRE(machine.advanced() == 0);
    REQUIRE(machine.registers.fp == before.fp);
    REQUIRE(machine.registers.budget == before.budget);
    REQUIRE(machine.registers.control == before.control);
}

}  // namespace

TEST_CASE("A load gives the same at all places, and changes nothing else") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(), memory64 = guarded_memory(AddressType::i64);
    for (const LoadRow& row : rows) try_places(*memory, row);
    for (const LoadRow& row : rows64) try_places(*memory64, row);
}

TEST_CASE("A load from a constant address gives the same at all places") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory();
    TestMachine machine(memory.get());
    for (const LoadRow& row : rows) {
        u32 forms = 0;
        put_sample(*memory, end - row.bytes, row.bytes);
        for_each_form(form_of(row.first, 1), [&](const auto& places, const void* handler) {
            forms++;
            machine.fill();
            std::vector<u64> expected = machine.contents();
            expected[machine.index(places[0], d_slot)] = row.value;
            const Cell cell = fields(u32(end - row.bytes));
            REQUIRE(machine.run(handler, {&cell, 1}) == Step::finished);
            REQUIRE(machine.contents() == expected);
        });
        CHECK(forms == (row.to_vector ? place_count : integer_places));
    }
}

TEST_CASE("A load beyond the end traps in all forms where it stands") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory();
    TestMachine machine(memory.get());
    for (const LoadRow& row : rows) {
        for_each_form(row.first, [&](const auto& places, const void* handler) {
            for (const u64 address : {end - row.bytes + 1, end, u64(0xFFFF'FFFF)})
                for (const u32 offset : {0u, 1u, 0xFFFF'FFFFu}) {
                    machine.fill();
                    machine.set(places[1], a_slot, address);
                    require_trap(machine, handler, offset);
                }
        });
        for_each_form(form_of(row.first, 1), [&](const auto&, const void* handler) {
            machine.fill();
            require_trap(machine, handler, u32(end - row.bytes + 1));
            require_trap(machine, handler, 0xFFFF'FFFF);
        });
    }
}

TEST_CASE("A load with a 64-bit address traps wherever that is beyond the end") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(AddressType::i64);
    TestMachine machine(memory.get());
    const u64 limit = memory64_bytes_max;
    for (const LoadRow& row : rows64)
        for_each_form(row.first, [&](const auto& places, const void* handler) {
            for (const u64 address :
                 {end - row.bytes + 1, end, limit - 1, limit, u64(1) << 63, ~u64(0)})
                for (const u32 offset : {0u, 1u, 0xFFFF'FFFFu}) {
                    machine.fill();
                    machine.set(places[1], a_slot, address);
                    require_trap(machine, handler, offset);
                }
        });
}
