#pragma once

#include <span>
#include <vector>

#include "vm/exec/dispatch.hpp"

namespace icvm::vm {

/// At how many places an integer, a vector can be; and two integers that may change places.
inline constexpr u32 integer_places = places_of(File::integer);
inline constexpr u32 vector_places = places_of(File::vector);
inline constexpr u32 addend_places = integer_places * (integer_places + 1) / 2;

/// Runs single internal instructions on registers of the test's choice.
class TestMachine {
public:
    explicit TestMachine(Memory* memory) : memory_(memory) {
        instance_.memories = &memory_;
        stacks_->state = &state_;
        registers.fp = stacks_->slots();
        registers.memory = memory ? memory->base : nullptr;
        registers.instance = &instance_;
        registers.control = stacks_->control();
    }
    ~TestMachine() { release_stacks(stacks_); }
    TestMachine(const TestMachine&) = delete;

    /// Runs a handler on these cells of operands, then `finish`. The registers are there
    /// afterwards; their pc is that of the instruction where it trapped.
    Step run(const void* handler, std::span<const Cell> operands) {
        cells_ = {reinterpret_cast<Cell>(handler)};
        cells_.insert(cells_.end(), operands.begin(), operands.end());
        cells_.push_back(reinterpret_cast<Cell>(handler_table()[size_t(Operation::finish)]));
        registers.pc = cells_.data();
        state_.registers = registers;
        enter(state_);
        registers = state_.registers;
        return state_.step;
    }

    /// How many cells pc is behind the instruction.
    size_t advanced() const { return size_t(registers.pc - cells_.data()); }

    static constexpr u32 slots_shown = 8;

    /// Where an operand is in contents().
    static size_t index(Place place, u32 slot) {
        return place == Place::slot ? place_count - 1 + slot : size_t(place) - 1;
    }
    /// What an instruction may change: the registers for operands (first lanes), the first slots,
    /// the budget.
    std::vector<u64> contents() const {
        std::vector<u64> all(registers.r, registers.r + integer_registers);
        for (const Lanes x : registers.x) all.push_back(x[0]);
        all.insert(all.end(), registers.fp, registers.fp + slots_shown);
        all.push_back(u64(registers.budget));
        return all;
    }
    /// Something different everywhere.
    void fill() {
        u64 value = 0x1111'1111'1111'1111;
        for (u32 n = 1; n < place_count; n++) set(Place(n), 0, value++);
        for (u32 n = 0; n < slots_shown; n++) set(Place::slot, n, value++);
        registers.budget = 12345;
    }
    void set(Place place, u32 slot, u64 bits) {
        if (place == Place::slot)
            registers.fp[slot] = bits;
        else if (is_integer_register(place))
            registers.r[u32(place) - u32(Place::r1)] = bits;
        else
            registers.x[u32(place) - u32(Place::x1)] = Lanes{bits, ~bits};
    }

    Registers registers{};

private:
    Stacks* stacks_ = acquire_stacks();
    Memory* memory_;
    Instance instance_;
    ExecutionState state_;
    std::vector<Cell> cells_;
};

/// Calls `visit(places, handler)` for each form of an operation.
template <class Visit>
void for_each_form(Operation operation, Visit visit) {
    const FormTable& table = form_tables()[size_t(operation)];
    std::array<Place, FormTable::operands_max> places;
    u32 count = 1;
    for (const File file : table.files) count *= places_of(file);
    for (u32 form = 0; form < count; form++) {
        u32 rest = form;
        for (u32 n = FormTable::operands_max; n-- > 0; rest /= places_of(table.files[n]))
            places[n] = place_in(table.files[n], rest % places_of(table.files[n]));
        if (const void* handler = find_form(table, places)) visit(places, handler);
    }
}

}  // namespace icvm::vm
