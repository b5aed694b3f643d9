/// A sequence does what its two instructions do, one after the other, wherever their operands are.

#include <catch2/catch.hpp>
#include <string>

#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

struct Row {
    Operation first, second, both;
};
const std::vector<Row> rows = {
#define CODE_SEQUENCE(first, second, id, letters) \
    {Operation::first, Operation::second, Operation::id},
#include "vm/code/code.def"
};

using Places = std::array<Place, FormTable::operands_max>;

u32 slots_of(Operation operation) {
    u32 count = 0;
    for (const char letter : operands_of(operation)) count += letter == 'd' || letter == 'a';
    return count;
}

/// Slots from `slot` on, and an immediate; of a branch, to where it goes: the next instruction.
Cell cell_of(Operation operation, u32 slot) {
    if (operands_of(operation) == "t") return 1 | u64(1000) << 32;
    if (operands_of(operation) == "I") return 77;
    const u64 slots = slots_of(operation) == 1 ? slot : slot | u64(slot + 1) << 16;
    return slots | (operation == Operation::copy ? 0 : u64(0xFFFFFF00 + slot) << 32);
}

const void* form_at(Operation operation, const Places& places, u32 first) {
    const FormTable& table = form_tables()[size_t(operation)];
    if (table.handlers == nullptr) return handler_table()[size_t(operation)];
    return find_form(table, {places.data() + first, slots_of(operation)});
}

std::vector<u64> run(TestMachine& machine, const void* handler, std::vector<Cell> cells,
                     i64 budget) {
    machine.fill();
    machine.registers.budget = budget;
    const Step step = machine.run(handler, cells);
    std::vector<u64> seen = machine.contents();
    seen.push_back(u64(step));
    return seen;
}

}  // namespace

TEST_CASE("A sequence does what its two instructions do") {
    TestMachine machine(nullptr);
    u32 forms = 0;
    for (const Row& row : rows) {
        if (to_string(row.both).contains("call")) continue;
        for_each_form(row.both, [&](const Places& places, const void* handler) {
            forms++;
            const u32 count = slots_of(row.first);
            const void* first = form_at(row.first, places, 0);
            const void* second = form_at(row.second, places, count);
            REQUIRE(first != nullptr);
            REQUIRE(second != nullptr);
            // The second one's source may be the first one's destination.
            for (const u32 slot : {1u, 3u}) {
                const Cell one = cell_of(row.first, 1), other = cell_of(row.second, slot);
                for (const i64 budget : {12345, 3}) {
                    INFO(to_string(row.both));
                    REQUIRE(
                        run(machine, handler, {one, other}, budget) ==
                        run(machine, first, {one, reinterpret_cast<Cell>(second), other}, budget));
                }
            }
        });
    }
    constexpr u32 places = 1 + integer_registers;
    CHECK(forms > places * places * (places * places - places));
}
