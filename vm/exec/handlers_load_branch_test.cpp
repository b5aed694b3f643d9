#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 end = wasm_page_bytes;
constexpr u64 budget = 12345, difference = 7;

using Places = std::array<Place, FormTable::operands_max>;

struct Row {
    Operation first;
    u32 bytes;
    bool taken_when_equal;  ///< eq, not ne
};

constexpr Row rows[] = {
#define CODE_LOAD_TEST(load, narrow, compare)                                   \
    {Operation::branch_##load##_##compare, sizeof(narrow), #compare[4] == 'e'}, \
        {Operation::repeat_##load##_##compare, sizeof(narrow), #compare[4] == 'e'},
#include "vm/code/code.def"
};

// Forms of code.def.
constexpr u32 constant = 1, indexed = 2, wide = 3, kept = 4;

std::unique_ptr<Memory> guarded_memory(AddressType addresses) {
    install_fault_handler();
    MemoryType type;
    type.limits = {1, 1, true, addresses};
    auto memory = Memory::create(type, 1, nullptr, {});
    REQUIRE(memory);
    REQUIRE(memory->guarded());
    return memory;
}

/// Field 0 is slot 1, field 1 slot 2; the target is behind all cells.
std::vector<Cell> cells_of(u32 form, u64 address, i32 immediate) {
    const u64 low = form == indexed ? address - 255 : form == constant ? address : 3;
    return {1 | 2 << 16 | low << 32, u32(immediate), u64(difference) << 32 | 1};
}

/// Sets the operand of the address up.
void set_up(TestMachine& machine, u32 form, const Places& places, u64 address) {
    machine.fill();
    const u32 operand = form == kept ? 1 : 0;
    const u64 value = form == indexed ? 255 : address - 3;
    if (form != constant) machine.set(places[operand], operand + 1, value);
}

template <class Visit>
void for_forms(const Row& row, u32 form, const Visit& visit) {
    const Operation operation = form_of(row.first, form);
    if (form == constant) return visit(Places{}, handler_table()[size_t(operation)]);
    for_each_form(operation, visit);
}

void try_load(const Row& row, u32 form, u8* base, TestMachine& machine) {
    for_forms(row, form, [&](const Places& places, const void* handler) {
        for (const u64 address : {u64(70), end - row.bytes})
            for (const u64 loaded : {u64(0), u64(5), u64(i64(-2))}) {
                std::memcpy(base + address, &loaded, row.bytes);
                u64 seen = 0;
                std::memcpy(&seen, base + address, row.bytes);
                for (const i32 immediate : {0, 5, -2, 0xFE}) {
                    set_up(machine, form, places, address);
                    std::vector<u64> expected = machine.contents();
                    if (form == kept) expected[machine.index(places[0], 1)] = seen;
                    const u64 other = row.bytes == 8 ? u64(i64(immediate)) : u32(immediate);
                    const bool taken = (seen == other) == row.taken_when_equal;
                    if (taken) expected.back() -= difference;
                    const std::vector<Cell> cells = cells_of(form, address, immediate);
                    REQUIRE(machine.run(handler, cells) == Step::finished);
                    REQUIRE(machine.advanced() == 4);
                    REQUIRE(machine.contents() == expected);
                }
            }
        for (const u64 address : {end - row.bytes + 1, end, u64(0x7FFF'FFFF)}) {
            set_up(machine, form, places, address);
            REQUIRE(machine.run(handler, cells_of(form, address, 0)) ==
                    trap(TrapReason::memory_out_of_bounds));
            REQUIRE(machine.advanced() == 0);
            REQUIRE(u64(machine.registers.budget) == budget);
        }
    });
}

}  // namespace

TEST_CASE("A load with a branch compares what is loaded, at all places, and traps beyond the end") {
    if (!guarded_access_available) return;
    const auto memory32 = guarded_memory(AddressType::i32);
    const auto memory64 = guarded_memory(AddressType::i64);
    for (const Row& row : rows)
        for (u32 form = 0; form <= kept; form++) {
            Memory& memory = form == wide ? *memory64 : *memory32;
            TestMachine machine(&memory);
            try_load(row, form, memory.base, machine);
        }
}

TEST_CASE("A load whose result is kept exists at all places: nothing runs behind a branch") {
    for (const Row& row : rows) {
        u32 forms = 0;
        for_each_form(form_of(row.first, kept), [&](const Places&, const void*) { forms++; });
        CHECK(forms == (1 + integer_registers) * (1 + integer_registers));
    }
}
