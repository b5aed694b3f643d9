/// Every form of an instruction with operands in registers does what the one in slots does.

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 samples[] = {
    0, 1, 33, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, u64(1) << 63, u64(i64(-3)), 0x123456789ABCDEF0};
constexpr u32 sample_count = std::size(samples);

using Places = std::array<Place, FormTable::operands_max>;

/// The cells of an operation's operands. Each has a slot of its own, but for those that have a
/// register together. A branch not taken ends at the first cell behind them, a taken one at the
/// next.
struct Instruction {
    Operation operation;
    Places places;
    u32 operands = 0;
    std::array<u32, 4> slots{};
    std::vector<Cell> cells;

    Instruction(Operation which, const Places& where, u32 immediate)
        : operation(which), places(where) {
        bool in_first = false;
        for (const char letter : operands_of(operation)) {
            const bool packed = std::string_view("dabceil").contains(letter);
            if (packed ? !in_first : letter != 'p') cells.push_back(0);
            in_first = packed;
            if (std::string_view("dabce").contains(letter))
                add_slot();
            else
                add_immediate(letter, samples[(immediate + cells.size()) % sample_count]);
        }
        if (operands_of(operation).contains('t')) cells.push_back(finish());
    }

private:
    static Cell finish() {
        return reinterpret_cast<Cell>(handler_table()[size_t(Operation::finish)]);
    }
    void add_slot() {
        u32 slot = operands + 1;
        for (u32 n = 0; n < operands; n++)
            if (places[n] == places[operands] && places[n] != Place::slot) slot = slots[n];
        cells.back() |= u64(slot) << (16 * operands);
        slots[operands++] = slot;
    }
    void add_immediate(char letter, u64 immediate) {
        Cell& cell = cells.back();
        switch (letter) {
            case 'l': cell |= (immediate & 63) << (16 * operands); break;
            case 'i':
            case 'p': cell |= immediate << 32; break;
            case 'u': cell = u32(immediate); break;
            case 't': cell = 2 | u64(1000) << 32; break;
            default: cell = immediate;
        }
    }
};

struct Seen {
    Step step;
    size_t advanced;
    std::vector<u64> contents;
    friend bool operator==(const Seen&, const Seen&) = default;
};

void set_up(TestMachine& machine, const Instruction& instruction, const Places& places, u32 sample,
            i64 budget) {
    machine.fill();
    machine.registers.budget = budget;
    for (u32 n = 0; n < instruction.operands; n++, sample += sample / sample_count + 1)
        machine.set(places[n], instruction.slots[n], samples[sample % sample_count]);
}

Seen run(TestMachine& machine, const Instruction& instruction, const Places& places,
         const void* handler, u32 sample, i64 budget) {
    set_up(machine, instruction, places, sample, budget);
    const Step step = machine.run(handler, instruction.cells);
    return {step, machine.advanced(), machine.contents()};
}

/// What the form in slots says that this one must do.
Seen expected(TestMachine& machine, const Instruction& instruction, u32 sample, i64 budget) {
    const void* in_slots = handler_table()[size_t(instruction.operation)];
    const Seen model = run(machine, instruction, {}, in_slots, sample, budget);
    set_up(machine, instruction, instruction.places, sample, budget);
    Seen seen{model.step, model.advanced, machine.contents()};
    seen.contents.back() = model.contents.back();
    for (u32 n = 0; n < instruction.operands; n++)
        seen.contents[TestMachine::index(instruction.places[n], instruction.slots[n])] =
            model.contents[TestMachine::index(Place::slot, instruction.slots[n])];
    return seen;
}

bool names_one_of(Operation operation, std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(parts,
                               [&](auto part) { return to_string(operation).contains(part); });
}

/// Not those on f32, whose bits above are always zero, vectors, which are wider, and what reads a
/// guarded memory, and sequences: they have tests of their own.
bool is_tried(Operation operation) {
    const std::string_view letters = operands_of(operation);
    if (names_one_of(operation, {"branch_load", "repeat_load"})) return false;
    if (operation >= Operation::copy_copy && operation < Operation::jump) return false;
    if (names_one_of(operation, {"f32", "v128", "x16", "x8", "x4", "x2", "vector"})) return false;
    return form_tables()[size_t(operation)].handlers != nullptr &&
           letters.find_first_of("m*") == letters.npos &&
           !to_string(operation).contains("guarded") && operation != Operation::return_slot;
}

void try_form(TestMachine& machine, Operation operation, const Places& places,
              const void* handler) {
    for (u32 sample = 0; sample < sample_count * sample_count; sample += 4) {
        const Instruction instruction(operation, places, sample);
        for (const i64 budget : {12345, 3}) {
            const Seen wanted = expected(machine, instruction, sample, budget);
            if (run(machine, instruction, places, handler, sample, budget) != wanted)
                FAIL(to_string(operation) << " at " << int(places[0]) << " " << int(places[1])
                                          << " " << int(places[2]) << " " << int(places[3]));
            if (!operands_of(operation).contains('t')) break;
        }
    }
}

}  // namespace

TEST_CASE("All forms of an instruction do the same") {
    TestMachine machine(nullptr);
    u32 operations = 0;
    for (size_t n = 0; n < operation_count; n++) {
        const Operation operation = Operation(n);
        if (!is_tried(operation)) continue;
        operations++;
        for_each_form(operation, [&](const Places& places, const void* handler) {
            try_form(machine, operation, places, handler);
        });
    }
    CHECK(operations > 150);
}

TEST_CASE("Globals are read to and written from all places") {
    TestMachine machine(nullptr);
    u64 cells[6] = {};
    GlobalInstance global;
    global.cell = &cells[4];
    GlobalInstance* globals[3] = {nullptr, nullptr, &global};
    Instance instance;
    instance.global_cells = cells;
    instance.globals = globals;
    machine.registers.instance = &instance;
    const std::vector<Cell> operands = {1 | u64(2) << 32};
    for (const bool imported : {false, true}) {
        u64& cell = cells[imported ? 4 : 2];
        const auto get = form_of(Operation::global_get, imported);
        for_each_form(get, [&](const Places& places, const void* handler) {
            machine.fill();
            std::vector<u64> contents = machine.contents();
            contents[TestMachine::index(places[0], 1)] = cell = 77;
            REQUIRE(machine.run(handler, operands) == Step::finished);
            REQUIRE(machine.contents() == contents);
        });
        const auto set = form_of(Operation::global_set, imported);
        for_each_form(set, [&](const Places& places, const void* handler) {
            machine.fill();
            const std::vector<u64> contents = machine.contents();
            REQUIRE(machine.run(handler, operands) == Step::finished);
            REQUIRE(machine.contents() == contents);
            REQUIRE(cell == contents[TestMachine::index(places[0], 1)]);
        });
    }
}

TEST_CASE("A table's index is taken from all places, and a result is returned from them") {
    TestMachine machine(nullptr);
    const auto finish = reinterpret_cast<Cell>(handler_table()[size_t(Operation::finish)]);
    const std::vector<Cell> table = {1 | u64(2) << 32, 3, 3, 3, finish, finish};
    for_each_form(Operation::branch_table, [&](const Places& places, const void* handler) {
        for (const u64 index : {u64(0), u64(1), u64(2), u64(3), u64(1) << 32}) {
            machine.fill();
            machine.set(places[0], 1, index);
            REQUIRE(machine.run(handler, table) == Step::finished);
            REQUIRE(machine.advanced() == 2 + std::min(u32(index), 2u) + 3);
        }
    });
    Registers& r = machine.registers;
    for_each_form(Operation::return_slot, [&](const Places& places, const void* handler) {
        machine.fill();
        std::vector<u64> contents = machine.contents();
        contents[TestMachine::index(Place::slot, 0)] = contents[TestMachine::index(places[0], 1)];
        contents.back() -= 1000;
        for (u32 n = 0; n < integer_registers; n++) contents[n] = r.control->r[n] = n;
        r.control->pc = &finish;
        r.control->fp = r.fp;
        r.control++;
        REQUIRE(machine.run(handler, std::vector<Cell>{1 | u64(1000) << 32}) == Step::finished);
        REQUIRE(machine.contents() == contents);
    });
}
