/// What a fused instruction does is what the two of its row in pairs.def do, one after the other.

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

struct Pair {
    Operation first, second;
    char feeds;
    Operation fused;
    std::string map;
};

const std::vector<Pair> pairs = {
#define PAIR(first, second, feeds, fused, map) \
    {Operation::first, Operation::second, #feeds[0], Operation::fused, map},
#include "vm/code/pairs.def"
};

constexpr u64 samples[] = {
    0, 1, 3, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, u64(1) << 63, u64(i64(-3)), 0x123456789ABCDEF0};
constexpr u32 sample_count = std::size(samples);
constexpr u32 result_slot = 1;

const void* handler_of(Operation operation) { return handler_table()[size_t(operation)]; }

/// The operands' cells of an instruction, written and read by the letters of code.def.
struct Fields {
    Operation operation;
    std::vector<Cell> cells;

    explicit Fields(Operation which) : operation(which) {
        visit([&](char, u32 cell, u32, u32) {
            cells.resize(std::max<size_t>(cells.size(), cell + 1));
        });
    }
    u64 get(char letter) const {
        u64 value = 0;
        bool found = false;
        visit([&](char at, u32 cell, u32 shift, u32 bits) {
            if (at != letter || found) return;
            found = true;
            value = cells[cell] >> shift & (bits == 64 ? ~u64(0) : (u64(1) << bits) - 1);
        });
        REQUIRE(found);
        return value;
    }
    /// Calls `visitor(letter, cell, shift, bits)` for each field.
    template <class Visitor>
    void visit(Visitor visitor) const {
        u32 cell = 0, next_shift = 0;
        bool in_first = false, any = false;
        for (const char letter : operands_of(operation)) {
            const bool packed = std::string_view("dabcelim").contains(letter);
            if (any && (packed ? !in_first : letter != 'p')) cell++;
            any = true;
            in_first = packed;
            if (letter == 'i' || letter == 'm' || letter == 'p')
                visitor(letter, cell, 32, 32);
            else if (packed)
                visitor(letter, cell, std::exchange(next_shift, next_shift + 16), 16);
            else
                visitor(letter, cell, 0, letter == 'u' ? 32 : 64);
        }
    }
};

/// Slots from `slot` on, the fed operand where the first one's result is, and immediates.
Fields make(Operation operation, u32 slot, char fed, u32 sample) {
    Fields fields(operation);
    fields.visit([&](char letter, u32 cell, u32 shift, u32 bits) {
        u64 value = samples[sample++ % sample_count];
        if (letter == 'm') value = 2 * (slot % 3);
        if (letter == 't') value = 0;
        if (letter == fed)
            value = result_slot;
        else if (std::string_view("dabce").contains(letter))
            value = slot++;
        if (bits < 64) value &= (u64(1) << bits) - 1;
        fields.cells[cell] |= value << shift;
    });
    return fields;
}

Fields fuse(const Pair& pair, const Fields& first, const Fields& second) {
    Fields fused(pair.fused);
    const char* map = pair.map.c_str();
    fused.visit([&](char, u32 cell, u32 shift, u32 bits) {
        const char which = *map++, letter = *map++;
        if (which == '0') return;
        u64 value = (which == '1' ? first : second).get(letter);
        if (bits < 64) value &= (u64(1) << bits) - 1;
        fused.cells[cell] |= value << shift;
    });
    REQUIRE(*map == 0);
    return fused;
}

/// A machine with globals, and a frame to return to.
class PairMachine {
public:
    PairMachine() {
        instance_.global_cells = globals_;
        machine_.registers.instance = &instance_;
    }

    /// What is there after these cells; a branch that is taken lands apart.
    auto run(std::vector<Cell> cells, const void* first, u32 sample, u64 mask) {
        machine_.fill();
        for (u32 n = 2; n < TestMachine::slots_shown; n++)
            machine_.set(Place::slot, n, samples[(sample / n + n) % sample_count] & mask);
        for (u64& global : globals_) global = samples[sample++ % sample_count];
        machine_.registers.control = control_;
        const Cell finish = reinterpret_cast<Cell>(handler_of(Operation::finish));
        *machine_.registers.control++ = {&finish, {machine_.registers.fp}, 0, {}};
        cells.push_back(finish);
        const Step step = machine_.run(first, cells);
        const bool taken = machine_.registers.budget != 12345;
        return std::tuple(step, taken, machine_.contents(),
                          std::vector<u64>(std::begin(globals_), std::end(globals_)));
    }

private:
    TestMachine machine_{nullptr};
    ControlEntry* control_ = machine_.registers.control;
    u64 globals_[6] = {};
    Instance instance_;
};

/// Its target is the finish cell behind all cells.
void aim(std::vector<Cell>& cells, const Fields& fields, size_t begin) {
    fields.visit([&](char letter, u32 cell, u32, u32) {
        if (letter == 't') cells[begin + cell] = u64(7) << 32 | u32(cells.size() - begin - cell);
    });
}

/// Not those that need a memory or callees, nor vectors, which take two slots each.
bool is_tried(const Pair& pair) {
    const std::string_view id = to_string(pair.fused);
    for (const std::string_view shape : {"v128_", "i8x16_", "i16x8_", "i32x4_", "f32x4_", "f64x2_"})
        if (id.starts_with(shape)) return false;
    return !id.contains("load") && !id.contains("store") && !id.contains("call");
}

void try_pair(PairMachine& machine, const Pair& pair, u32 sample) {
    const bool keeps = pair.map.contains("1d");
    const Fields first = make(pair.first, pair.feeds == '-' ? 2 : 1, 0, sample);
    const Fields second = make(pair.second, pair.feeds == '-' ? 6 : 4, pair.feeds, sample / 2);
    const Fields both = fuse(pair, first, second);
    std::vector<Cell> apart = first.cells;
    apart.push_back(reinterpret_cast<Cell>(handler_of(pair.second)));
    apart.insert(apart.end(), second.cells.begin(), second.cells.end());
    aim(apart, second, first.cells.size() + 1);
    std::vector<Cell> fused = both.cells;
    aim(fused, both, 0);
    // The bits above an f32 in a slot are zero.
    const u64 mask = to_string(pair.first).starts_with("f32_") ? 0xFFFFFFFF : ~u64(0);
    auto wanted = machine.run(apart, handler_of(pair.first), sample, mask);
    auto seen = machine.run(fused, handler_of(pair.fused), sample, mask);
    if (!keeps)
        for (auto* outcome : {&wanted, &seen})
            std::get<2>(*outcome)[TestMachine::index(Place::slot, result_slot)] = 0;
    INFO(to_string(pair.first) << " " << pair.feeds << " " << to_string(pair.second) << ": "
                               << to_string(pair.fused) << ", sample " << sample);
    REQUIRE(seen == wanted);
}

}  // namespace

TEST_CASE("A fused instruction does what its two do") {
    PairMachine machine;
    u32 tried = 0;
    for (const Pair& pair : pairs) {
        if (!is_tried(pair)) continue;
        tried++;
        for (u32 sample = 0; sample < 40; sample++) try_pair(machine, pair, sample);
    }
    CHECK(tried > 100);
}
