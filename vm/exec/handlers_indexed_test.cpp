#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 end = wasm_page_bytes;
constexpr u64 sample = 0xF7E6D5C4B3A29180;

using Places = std::array<Place, FormTable::operands_max>;

struct Row {
    Operation first;
    u32 bytes;
    u64 loaded = 0;  ///< of the bytes of `sample`
};

constexpr Row loads[] = {
    {Operation::load8_u_guarded_indexed, 1, 0x80},
    {Operation::load16_u_guarded_indexed, 2, 0x9180},
    {Operation::load32_u_guarded_indexed, 4, 0xB3A29180},
    {Operation::load64_guarded_indexed, 8, sample},
    {Operation::load8_s32_guarded_indexed, 1, 0xFFFFFF80},
    {Operation::load16_s32_guarded_indexed, 2, 0xFFFF9180},
    {Operation::load8_u_guarded64_indexed, 1, 0x80},
    {Operation::load16_u_guarded64_indexed, 2, 0x9180},
    {Operation::load32_u_guarded64_indexed, 4, 0xB3A29180},
    {Operation::load64_guarded64_indexed, 8, sample},
    {Operation::load8_s32_guarded64_indexed, 1, 0xFFFFFF80},
    {Operation::load16_s32_guarded64_indexed, 2, 0xFFFF9180},
};

constexpr Row stores[] = {
    {Operation::store8_guarded_indexed, 1},    {Operation::store16_guarded_indexed, 2},
    {Operation::store32_guarded_indexed, 4},   {Operation::store64_guarded_indexed, 8},
    {Operation::store8_guarded64_indexed, 1},  {Operation::store16_guarded64_indexed, 2},
    {Operation::store32_guarded64_indexed, 4}, {Operation::store64_guarded64_indexed, 8},
};

bool is_wide(const Row& row) { return to_string(row.first).contains("guarded64"); }

// Forms of code.def.
constexpr u32 by_immediate = 1, immediate_value = 2, tracked = 3;

std::unique_ptr<Memory> guarded_memory(AddressType addresses) {
    install_fault_handler();
    MemoryType type;
    type.limits = {1, 1, true, addresses};
    auto memory = Memory::create(type, 1, nullptr, {.track = true});
    REQUIRE(memory);
    REQUIRE(memory->guarded());
    return memory;
}

/// An instruction with its operands in fields 1, 2, 3 as slots, the parts of its address from
/// operand `first` on.
struct Access {
    u32 first;
    u32 parts;  ///< one when the other is immediate
    std::vector<Cell> cells;
    bool wide = false;  ///< the sum has 64 bits
};

/// Sets the parts up so that their sum, which wraps, is the address; false: there are no such.
bool set_up(TestMachine& machine, Access& access, const Places& places, u64 address) {
    machine.fill();
    const u64 mask = access.wide ? ~u64(0) : 0xFFFF'FFFF;
    u64 b = u64(-255) & mask, a = (address - b) & mask;
    if (access.parts == 2 && places[access.first] == places[access.first + 1] &&
        places[access.first] != Place::slot) {
        if (address % 2 != 0) return false;
        a = b = address / 2 ^ (mask / 2 + 1);
    }
    machine.set(places[access.first], access.first + 1, a);
    if (access.parts == 2)
        machine.set(places[access.first + 1], access.first + 2, b);
    else
        access.cells[0] = (access.cells[0] & 0xFFFF'FFFF) | b << 32;
    return true;
}

Access load_access(u32 form) {
    if (form == by_immediate) return {1, 1, {1 | 2 << 16}};
    return {1, 2, {1 | 2 << 16 | u64(3) << 32}};
}

Access store_access(u32 form) {
    if (form % tracked == immediate_value) return {0, 1, {1, u32(sample)}};
    if (form % tracked == by_immediate) return {1, 1, {1 | 2 << 16}};
    return {1, 2, {1 | 2 << 16 | u64(3) << 32}};
}

/// Addresses beyond the end.
std::vector<u64> beyond(const Row& row) {
    std::vector<u64> all = {end - row.bytes + 1, end, 0xFFFF'FFFE};
    if (is_wide(row))
        all.insert(all.end(), {memory64_bytes_max - 2, memory64_bytes_max, ~u64(1), u64(1) << 63});
    return all;
}

void require_trap(TestMachine& machine, const void* handler, const Access& access) {
    const Registers before = machine.registers;
    REQUIRE(machine.run(handler, access.cells) == trap(TrapReason::memory_out_of_bounds));
    REQUIRE(machine.advanced() == 0);
    REQUIRE(machine.registers.fp == before.fp);
    REQUIRE(machine.registers.budget == before.budget);
    REQUIRE(machine.registers.control == before.control);
}

}  // namespace

TEST_CASE("Indexed loads give the same at all places, and trap beyond the end") {
    if (!guarded_access_available) return;
    const auto memory32 = guarded_memory(AddressType::i32);
    const auto memory64 = guarded_memory(AddressType::i64);
    for (const Row& row : loads)
        for (const u32 form : {0u, by_immediate}) {
            Memory* const memory = is_wide(row) ? memory64.get() : memory32.get();
            TestMachine machine(memory);
            Access access = load_access(form);
            access.wide = is_wide(row);
            u32 forms = 0;
            for_each_form(form_of(row.first, form), [&](const Places& places, const void* handler) {
                forms++;
                for (const u64 address : {end - row.bytes, u64(4093), u64(70)}) {
                    std::memcpy(memory->base + address, &sample, row.bytes);
                    if (!set_up(machine, access, places, address)) continue;
                    std::vector<u64> expected = machine.contents();
                    expected[machine.index(places[0], 1)] = row.loaded;
                    REQUIRE(machine.run(handler, access.cells) == Step::finished);
                    REQUIRE(machine.advanced() == 2);
                    REQUIRE(machine.contents() == expected);
                }
                for (const u64 address : beyond(row))
                    if (set_up(machine, access, places, address))
                        require_trap(machine, handler, access);
            });
            const u32 results =
                row.loaded > 0x7FFF'FFFF && row.bytes >= 4 ? place_count : integer_places;
            CHECK(forms == results * (form == by_immediate ? integer_places : addend_places));
        }
}

TEST_CASE("Indexed stores write the same from all places, mark pages, and trap beyond the end") {
    if (!guarded_access_available) return;
    const auto memory32 = guarded_memory(AddressType::i32);
    const auto memory64 = guarded_memory(AddressType::i64);
    for (const Row& row : stores)
        for (u32 form = 0; form < 2 * tracked; form++) {
            Memory* const memory = is_wide(row) ? memory64.get() : memory32.get();
            TestMachine machine(memory);
            Access access = store_access(form);
            access.wide = is_wide(row);
            const bool immediate = form % tracked == immediate_value;
            u32 forms = 0;
            for_each_form(form_of(row.first, form), [&](const Places& places, const void* handler) {
                forms++;
                for (const u64 address : {end - row.bytes, u64(4093), u64(4095), u64(8192)}) {
                    memory->rollback();
                    std::memset(memory->base + address, 0, row.bytes);
                    if (!set_up(machine, access, places, address)) continue;
                    u64 value = u64(i64(i32(u32(sample))));
                    if (!immediate) {
                        const size_t index = machine.index(places[0], 1);
                        const bool shared = places[0] != Place::slot &&
                                            (places[0] == places[1] ||
                                             (access.parts == 2 && places[0] == places[2]));
                        if (!shared) machine.set(places[0], 1, sample);
                        value = machine.contents()[index];
                    }
                    const std::vector<u64> expected = machine.contents();
                    REQUIRE(machine.run(handler, access.cells) == Step::finished);
                    REQUIRE(machine.advanced() == (immediate ? 3 : 2));
                    REQUIRE(machine.contents() == expected);
                    REQUIRE(std::memcmp(memory->base + address, &value, row.bytes) == 0);
                    const u64 pages = (address + row.bytes - 1) / page_bytes - address / page_bytes;
                    REQUIRE(memory->dirty_pages().size() == (form >= tracked ? pages + 1 : 0));
                }
                memory->rollback();
                for (const u64 address : beyond(row))
                    if (set_up(machine, access, places, address))
                        require_trap(machine, handler, access);
                REQUIRE(memory->dirty_pages().empty());
            });
            const u32 values = row.bytes >= 4 ? place_count : integer_places;
            CHECK(forms == (immediate                        ? integer_places
                            : form % tracked == by_immediate ? values * integer_places
                                                             : values * addend_places));
        }
}
