/// Loads and stores of vectors do the same at all places.

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u32 d_slot = 1, a_slot = 4, b_slot = 6;
constexpr u64 end = wasm_page_bytes;
constexpr u32 offset = 64;

struct LoadRow {
    Operation first;
    u32 bytes;
};

constexpr LoadRow loads[] = {
    {Operation::v128_load_guarded, 16},        {Operation::v128_load8x8_s_guarded, 8},
    {Operation::v128_load8x8_u_guarded, 8},    {Operation::v128_load16x4_s_guarded, 8},
    {Operation::v128_load16x4_u_guarded, 8},   {Operation::v128_load32x2_s_guarded, 8},
    {Operation::v128_load32x2_u_guarded, 8},   {Operation::v128_load8_splat_guarded, 1},
    {Operation::v128_load16_splat_guarded, 2}, {Operation::v128_load32_splat_guarded, 4},
    {Operation::v128_load64_splat_guarded, 8}, {Operation::v128_load32_zero_guarded, 4},
    {Operation::v128_load64_zero_guarded, 8},
};

std::unique_ptr<Memory> guarded_memory(bool track) {
    install_fault_handler();
    MemoryType type;
    type.limits = {1, 1, true};
    auto memory = Memory::create(type, 1, nullptr, {.track = track});
    REQUIRE(memory);
    REQUIRE(memory->guarded());
    return memory;
}

struct Bits {
    u64 low = 0, high = 0;
    friend bool operator==(const Bits&, const Bits&) = default;
};

Bits bits_at(const TestMachine& machine, Place place, u32 slot) {
    const Registers& r = machine.registers;
    if (place == Place::slot) return {r.fp[slot], r.fp[slot + 1]};
    const Lanes lanes = r.x[u32(place) - u32(Place::x1)];
    return {lanes[0], lanes[1]};
}
void set_bits(TestMachine& machine, Place place, u32 slot, Bits bits) {
    if (place == Place::slot) {
        machine.registers.fp[slot] = bits.low;
        machine.registers.fp[slot + 1] = bits.high;
    } else {
        machine.registers.x[u32(place) - u32(Place::x1)] = Lanes{bits.low, bits.high};
    }
}

Cell load_fields(u32 from) { return d_slot | u64(a_slot) << 16 | u64(from) << 32; }
Cell store_fields(u32 to) { return a_slot | u64(b_slot) << 16 | u64(to) << 32; }

/// What a load of the row gives at an address, in slots.
Bits loaded(TestMachine& machine, const LoadRow& row, u64 address) {
    machine.fill();
    machine.set(Place::slot, a_slot, address - offset);
    const Cell cell = load_fields(offset);
    REQUIRE(machine.run(handler_table()[size_t(row.first)], {&cell, 1}) == Step::finished);
    return bits_at(machine, Place::slot, d_slot);
}

}  // namespace

TEST_CASE("A load of a vector gives the same at all places") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(false);
    TestMachine machine(memory.get());
    for (u64 n = 0; n < end; n++) memory->base[n] = u8(n * 37 + n / 256);
    u32 forms = 0;
    for (const LoadRow& row : loads)
        for (const u64 address : {end - row.bytes, u64(4090), u64(71)}) {
            const Bits expected = loaded(machine, row, address);
            for_each_form(row.first, [&](const auto& places, const void* handler) {
                forms++;
                machine.fill();
                machine.set(places[1], a_slot, address - offset);
                const Cell cell = load_fields(offset);
                REQUIRE(machine.run(handler, {&cell, 1}) == Step::finished);
                REQUIRE(bits_at(machine, places[0], d_slot) == expected);
            });
        }
    CHECK(forms > 15 * vector_places * integer_places);
}

TEST_CASE("A load of a vector beyond the end traps in all forms where it stands") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(false);
    TestMachine machine(memory.get());
    for (const LoadRow& row : loads)
        for_each_form(row.first, [&](const auto& places, const void* handler) {
            for (const u64 address : {end - row.bytes + 1, end, u64(0xFFFF'FFFF)}) {
                machine.fill();
                machine.set(places[1], a_slot, address - offset);
                const Cell cell = load_fields(offset);
                const Registers before = machine.registers;
                REQUIRE(machine.run(handler, {&cell, 1}) == trap(TrapReason::memory_out_of_bounds));
                REQUIRE(machine.advanced() == 0);
                REQUIRE(machine.registers.budget == before.budget);
                REQUIRE(machine.registers.fp == before.fp);
            }
        });
}

TEST_CASE("A store of a vector writes the same from all places, and marks what it writes") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(true);
    TestMachine machine(memory.get());
    const Bits sample = {0x0123'4567'89AB'CDEF, 0xFEDC'BA98'7654'3210};
    // Address at a place or constant; the same tracked.
    for (u32 form = 0; form < 4; form++) {
        const bool constant = form % 2 != 0, tracked = form >= 2;
        const Operation operation = form_of(Operation::v128_store_guarded, form);
        u32 forms = 0;
        for_each_form(operation, [&](const auto& places, const void* handler) {
            forms++;
            for (const u64 address : {end - 16, u64(8192), u64(8183)}) {
                memory->rollback();
                machine.fill();
                set_bits(machine, places[constant ? 0 : 1], b_slot, sample);
                if (!constant) machine.set(places[0], a_slot, address - offset);
                const Cell cell = store_fields(constant ? u32(address) : offset);
                REQUIRE(machine.run(handler, {&cell, 1}) == Step::finished);
                REQUIRE(machine.advanced() == 2);
                REQUIRE(std::memcmp(memory->base + address, &sample, 16) == 0);
                const u64 pages = address == 8183 ? 2 : 1;
                REQUIRE(memory->dirty_pages().size() == (tracked ? pages : 0));
                std::memset(memory->base + address, 0, 16);
            }
        });
        CHECK(forms == (constant ? vector_places : vector_places * integer_places));
    }
}

TEST_CASE("A store of a vector beyond the end traps in all forms, and writes nothing") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(true);
    TestMachine machine(memory.get());
    for (const u32 form : {0, 2})
        for_each_form(form_of(Operation::v128_store_guarded, form), [&](const auto& places,
                                                                        const void* handler) {
            for (const u64 address : {end - 15, end, u64(0xFFFF'FFFF)}) {
                machine.fill();
                set_bits(machine, places[1], b_slot, {1, 2});
                machine.set(places[0], a_slot, address - offset);
                const Cell cell = store_fields(offset);
                REQUIRE(machine.run(handler, {&cell, 1}) == trap(TrapReason::memory_out_of_bounds));
                REQUIRE(machine.advanced() == 0);
                REQUIRE(memory->dirty_pages().empty());
                REQUIRE(memory->base[end - 15] == 0);
            }
        });
}

TEST_CASE("Vectors are loaded from and stored to a sum of addresses, which wraps") {
    if (!guarded_access_available) return;
    const auto memory = guarded_memory(true);
    TestMachine machine(memory.get());
    const Bits sample = {0x0123'4567'89AB'CDEF, 0xFEDC'BA98'7654'3210};
    const u32 base = 0xFFFF'FF00;
    const auto at_sum = [&](Operation operation, bool load) {
        const bool immediate =
            !std::string_view(operands_of(operation)).ends_with(load ? "b" : "c");
        for_each_form(operation, [&](const auto& places, const void* handler) {
            if (!immediate && places[1] == places[2] && places[1] != Place::slot) return;
            for (const u64 address : {u64(8192), u64(8183), end - 16, end - 15}) {
                const u32 index = u32(address) - base;
                memory->rollback();
                machine.fill();
                machine.set(places[1], a_slot, base);
                if (!immediate) machine.set(places[2], b_slot, index);
                set_bits(machine, places[0], d_slot, sample);
                if (load && address != end - 15) std::memcpy(memory->base + address, &sample, 16);
                const Cell cell =
                    load_fields(immediate ? index : 0) | (immediate ? 0 : u64(b_slot) << 32);
                const Step step = machine.run(handler, {&cell, 1});
                if (address == end - 15) {
                    REQUIRE(step == trap(TrapReason::memory_out_of_bounds));
                    continue;
                }
                REQUIRE(step == Step::finished);
                REQUIRE(bits_at(machine, places[0], d_slot) == sample);
                REQUIRE(std::memcmp(memory->base + address, &sample, 16) == 0);
                std::memset(memory->base + address, 0, 16);
            }
        });
    };
    for (const u32 form : {0, 1}) {
        at_sum(form_of(Operation::v128_load_guarded_indexed, form), true);
        at_sum(form_of(Operation::v128_store_guarded_indexed, form), false);
        at_sum(form_of(Operation::v128_store_guarded_tracked_indexed, form), false);
    }
}
