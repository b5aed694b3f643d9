/// Each vector instruction gives at all places, in all lanes, what it gives in slots.

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "vm/exec/access.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u32 d_slot = 1;
constexpr u32 slots_seen = 12;

/// The slot of operand n: vectors take two.
constexpr u32 operand_slot(u32 n) { return d_slot + 2 * n; }

using Places = std::array<Place, FormTable::operands_max>;

struct VectorRow {
    Operation operation;
    std::string signature;  ///< as in opcode.def
    u32 lanes = 0;          ///< how many numbers there are behind the operands: 0 to that, without
};

u32 lanes_of(std::string_view id) {
    if (id.contains("8x16")) return 16;
    if (id.contains("16x8")) return 8;
    return id.contains("32x4") ? 4 : 2;
}

std::vector<VectorRow> vector_rows() {
    std::vector<VectorRow> rows = {
        {Operation::copy_vector, "v:v"},
        {Operation::select_vector, "vvi:v"},
        {Operation::f32x4_add_product, "vvv:v"},
        {Operation::f64x2_add_product, "vvv:v"},
    };
    const auto add_lane = [&](Operation operation, std::string_view id, std::string signature) {
        if (operation != Operation::i8x16_shuffle)
            rows.push_back({operation, std::move(signature), lanes_of(id)});
    };
#define WASM_VECTOR(code, id, text, immediate, signature, cost) \
    rows.push_back({Operation::id, signature});
#define WASM_VECTOR_LANE(code, id, text, immediate, signature, cost) \
    add_lane(Operation::id, #id, signature);
#include "vm/wasm/opcode.def"
#define CODE_SHIFT(id) rows.push_back({Operation::id##_by, "v:v", 64});
#include "vm/code/code.def"
    return rows;
}

struct Bits {
    u64 low, high;
};

std::vector<Bits> samples() {
    std::vector<Bits> all = {
        {0, 0},
        {0x8080808080808080, 0x7F7F7F7F7F7F7F7F},
        {0x8000000080000000, 0x7FFFFFFF00000001},
        {0x3F800000BF800000, 0x7F800000FF800000},  // 1, -1, infinities
        {0x7FC00000FFC12345, 0x7F8123454F000000},  // NaNs, 2^31
        {0x8000000000000000, 0x3F0000008000000F},  // zeros with a sign
        {0x3FF8000000000000, 0xC004000000000000},  // 1.5, -2.5
        {0x7FF0000000012345, 0xFFF8000000012345},  // NaNs
        {0x41EFFFFFFFE00000, 0xFFF0000000000000},  // about 2^32, -infinity
    };
    std::minstd_rand random(11);
    for (int n = 0; n < 3; n++)
        all.push_back({u64(random()) << 40 ^ u64(random()) << 20 ^ random(),
                       u64(random()) << 37 ^ u64(random()) << 11 ^ random()});
    return all;
}

bool is_vector(char type) { return type == 'v'; }

/// A sample as a value of that type: what a slot would hold.
Bits value_of(char type, Bits bits) {
    if (is_vector(type)) return bits;
    return {type == 'i' || type == 'f' ? u32(bits.low) : bits.low, 0};
}

void set(TestMachine& machine, Place place, u32 slot, char type, Bits bits) {
    if (is_vector(type) && place == Place::slot) {
        machine.registers.fp[slot] = bits.low;
        machine.registers.fp[slot + 1] = bits.high;
    } else if (is_vector(type)) {
        machine.registers.x[u32(place) - u32(Place::x1)] = Lanes{bits.low, bits.high};
    } else {
        machine.set(place, slot, bits.low);
    }
}

/// All that an instruction may change: as TestMachine::contents, with whole lanes and more slots.
std::vector<u64> contents(const TestMachine& machine) {
    const Registers& r = machine.registers;
    std::vector<u64> all(r.r, r.r + integer_registers);
    for (const Lanes x : r.x) all.insert(all.end(), {x[0], x[1]});
    all.insert(all.end(), r.fp, r.fp + slots_seen);
    return all;
}
size_t index(Place place, u32 slot) {
    if (place == Place::slot) return integer_registers + 2 * vector_registers + slot;
    if (is_integer_register(place)) return u32(place) - u32(Place::r1);
    return integer_registers + 2 * (u32(place) - u32(Place::x1));
}

struct Operands {
    std::string types;
    std::vector<Bits> values;
    u32 lane = 0;
};

void set_up(TestMachine& machine, const Operands& operands, const Places& places) {
    machine.fill();
    for (u32 n = 0; n < slots_seen; n++) machine.registers.fp[n] = 0xABCD'0000 + n;
    for (u32 n = u32(operands.types.size()); n > 0; n--)
        set(machine, places[n], operand_slot(n), operands.types[n - 1], operands.values[n - 1]);
}

Cell fields(const Operands& operands) {
    const u32 count = u32(operands.types.size());
    Cell cell = d_slot;
    for (u32 n = 1; n <= count; n++) cell |= u64(operand_slot(n)) << (16 * n);
    return count < 3 ? cell | u64(operands.lane) << (16 * (count + 1)) : cell;
}

/// Operands in one register have one value.
void unite(Operands& operands, const Places& places) {
    for (u32 n = 0; n < operands.types.size(); n++)
        for (u32 k = 0; k < n; k++)
            if (places[n + 1] != Place::slot && places[n + 1] == places[k + 1])
                operands.values[n] = operands.values[k];
}

/// A form does what the one in slots does, with its result at another place.
void check_form(TestMachine& machine, const VectorRow& row, const Places& places,
                const void* handler, Operands operands, const std::vector<Cell>& cells) {
    const char result_type = row.signature.back();
    unite(operands, places);
    set_up(machine, operands, {});
    REQUIRE(machine.run(handler_table()[size_t(row.operation)], cells) == Step::finished);
    const Bits result = {machine.registers.fp[d_slot], machine.registers.fp[d_slot + 1]};

    set_up(machine, operands, places);
    std::vector<u64> expected = contents(machine);
    const size_t at = index(places[0], d_slot);
    expected[at] = result.low;
    if (is_vector(result_type)) expected[at + 1] = result.high;
    REQUIRE(machine.run(handler, cells) == Step::finished);
    std::vector<u64> seen = contents(machine);
    // Behind a scalar in a vector register is anything.
    if (!is_vector(result_type) && is_vector_register(places[0])) seen[at + 1] = expected[at + 1];
    REQUIRE(seen == expected);
}

std::vector<Operands> operands_of(const VectorRow& row, size_t sample) {
    const std::vector<Bits> all = samples();
    std::vector<Operands> result;
    for (size_t n = 0; n < all.size(); n++) {
        Operands operands{row.signature.substr(0, row.signature.find(':')), {}, 0};
        const Bits chosen[] = {all[n], all[(n + sample) % all.size()], all[(n * 5) % all.size()]};
        for (size_t k = 0; k < operands.types.size(); k++)
            operands.values.push_back(value_of(operands.types[k], chosen[k]));
        if (row.lanes != 0) operands.lane = u32(n * 7 + sample) % row.lanes;
        result.push_back(operands);
    }
    return result;
}

}  // namespace

TEST_CASE("A vector instruction gives the same at all places, in all lanes") {
    TestMachine machine(nullptr);
    u32 forms = 0;
    for (const VectorRow& row : vector_rows()) {
        INFO(to_string(row.operation));
        size_t sample = 0;
        for_each_form(row.operation, [&](const Places& places, const void* handler) {
            forms++;
            for (const Operands& operands : operands_of(row, sample++ % 7))
                check_form(machine, row, places, handler, operands, {fields(operands)});
        });
    }
    CHECK(forms > 1000);
}

/// A constant behind the instruction is what the same as an operand is.
TEST_CASE("A vector instruction with a constant gives what it gives with an operand") {
    struct Row {
        Operation with_constant, with_operand;
    };
    const Row rows[] = {
#define CODE_VECTOR_CONSTANT(id) {Operation::id##_constant, Operation::id},
#include "vm/code/code.def"
    };
    TestMachine machine(nullptr);
    const std::vector<Bits> all = samples();
    for (const Row& row : rows)
        for_each_form(row.with_constant, [&](const Places& places, const void* handler) {
            for (size_t n = 0; n < all.size() * all.size(); n += 2) {
                const Bits constant = all[n / all.size()];
                Operands operands{"vv", {all[n % all.size()], constant}, 0};
                set_up(machine, operands, {});
                const Cell two[] = {fields(operands)};
                machine.run(handler_table()[size_t(row.with_operand)], two);
                const Bits result = {machine.registers.fp[d_slot],
                                     machine.registers.fp[d_slot + 1]};
                operands.types = "v";
                set_up(machine, operands, places);
                std::vector<u64> expected = contents(machine);
                expected[index(places[0], d_slot)] = result.low;
                expected[index(places[0], d_slot) + 1] = result.high;
                const Cell one[] = {fields(operands), constant.low, constant.high};
                REQUIRE(machine.run(handler, one) == Step::finished);
                REQUIRE(contents(machine) == expected);
            }
        });
}

TEST_CASE("A shuffle and a constant give the same at all places, in all lanes") {
    TestMachine machine(nullptr);
    const VectorRow shuffle = {Operation::i8x16_shuffle, "vv:v"};
    const VectorRow constant = {Operation::constant_vector, ":v"};
    for (const VectorRow& row : {shuffle, constant}) {
        u32 forms = 0;
        for_each_form(row.operation, [&](const Places& places, const void* handler) {
            forms++;
            for (const Operands& operands : operands_of(row, 4)) {
                const Cell indices[] = {0x8F0E8D0C02018300, 0x0102830405868788};
                check_form(machine, row, places, handler, operands,
                           {fields(operands), indices[0], indices[1]});
            }
        });
        CHECK(forms >= vector_places);
    }
}
