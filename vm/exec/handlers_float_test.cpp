/// Each numeric instruction on floats gives at all places, bit by bit, what it gives in slots.

#include <catch2/catch.hpp>
#include <cstring>

#include "vm/exec/numeric.hpp"
#include "vm/exec/test_machine.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u32 d_slot = 1, a_slot = 3, b_slot = 5;

struct FloatRow {
    Operation first;
    std::string_view signature;
    bool is_branch = false;
};

std::string_view signature_of(std::string_view comparison) {
    if (comparison.starts_with("f32")) return "ff:i";
    return comparison.starts_with("f64") ? "FF:i" : "";
}

std::vector<FloatRow> float_rows() {
    std::vector<FloatRow> rows;
    const auto add = [&](const FloatRow& row) {
        if (row.signature.find_first_of("fF") != row.signature.npos) rows.push_back(row);
    };
#define WASM_NUMERIC(code, id, text, immediate, signature, cost) add({Operation::id, signature});
#include "vm/wasm/opcode.def"
#define CODE_BRANCH(id, inverse, swapped) add({Operation::branch_##id, signature_of(#id), true});
#define CODE_BRANCH_NOT(id, inverse, swapped) CODE_BRANCH(id, inverse, swapped)
#include "vm/code/code.def"
    return rows;
}

/// Zeros, ones, halves, infinities, NaNs of several kinds, limits of conversions.
std::vector<u64> samples(char type) {
    switch (type) {
        case 'i': return {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x12345679};
        case 'I':
            return {
                0, 1, u64(1) << 63, ~u64(0), ~u64(0) >> 1, 0x123456789ABCDEF1, 0x8000000000000401};
        case 'f':
            return {0,          0x80000000, 0x3F800000, 0xC0200000, 0x3F000000, 0x7F800000,
                    0xFF800000, 0x7FC00000, 0xFFC12345, 0x7F812345, 0xFF800001, 0x4F000000,
                    0xCF000000, 0x4F7FFFFF, 0x5F000000, 0x00000001, 0x7F7FFFFF};
        default:
            return {0,
                    u64(1) << 63,
                    0x3FF0000000000000,
                    0xC004000000000000,
                    0x3FE0000000000000,
                    0x7FF0000000000000,
                    0xFFF0000000000000,
                    0x7FF8000000000000,
                    0xFFF8000000012345,
                    0x7FF0000000012345,
                    0x41DFFFFFFFE00000,
                    0x41E0000000000000,
                    0xC1E0000000200000,
                    0x41EFFFFFFFF00000,
                    0x43E0000000000000,
                    0x0000000000000001,
                    0x7FEFFFFFFFFFFFFF};
    }
}

/// What an operation's operands are: `right`, `left`: one is an immediate, on that side.
enum class Shape : u8 { unary, binary, right, left, branch, branch_right };

struct FloatOperation {
    Operation operation;
    Shape shape;
    char type;  ///< of the first operand

    bool branches() const { return shape >= Shape::branch; }
    bool takes_two() const { return shape == Shape::binary || shape == Shape::branch; }
    /// The number of the first operand among the places; that of the result is 0.
    u32 first() const { return branches() ? 0 : 1; }
};

std::vector<FloatOperation> operations(const FloatRow& row) {
    const char type = row.signature[0];
    const auto form = [&](u32 n, Shape shape) {
        return FloatOperation{form_of(row.first, n), shape, type};
    };
    if (row.is_branch)
        return {form(0, Shape::branch), form(1, Shape::branch_right), form(2, Shape::branch),
                form(3, Shape::branch_right)};
    if (row.signature.find(':') == 1) return {form(0, Shape::unary)};
    return {form(0, Shape::binary), form(1, Shape::right), form(2, Shape::left)};
}

/// A branch goes to `finish` on either way; when it is taken, the budget says so.
std::vector<Cell> cells_of(const FloatOperation& operation, u64 immediate) {
    const bool wide = operation.type == 'F';
    const Cell constant = wide ? 0 : immediate << 32;
    std::vector<Cell> cells;
    switch (operation.shape) {
        case Shape::unary:
        case Shape::binary: return {d_slot | u64(a_slot) << 16 | u64(b_slot) << 32};
        case Shape::branch: return {a_slot | u64(b_slot) << 16, 1 | u64(7) << 32};
        case Shape::right:
        case Shape::left: cells = {d_slot | u64(a_slot) << 16 | constant}; break;
        case Shape::branch_right: cells = {a_slot | constant, (wide ? 2 : 1) | u64(7) << 32}; break;
    }
    if (wide) cells.push_back(immediate);
    return cells;
}

void set_up(TestMachine& machine, const FloatOperation& operation, const auto& places, u64 a,
            u64 b) {
    machine.fill();
    if (operation.takes_two()) machine.set(places[operation.first() + 1], b_slot, b);
    machine.set(places[operation.first()], a_slot, a);
}

/// A form does what the one in slots does, with its result at another place.
void check_form(TestMachine& machine, const FloatOperation& operation, const auto& places,
                const void* handler, u64 a, u64 b) {
    const u32 first = operation.first();
    const bool same_register = places[first] != Place::slot && places[first] == places[first + 1];
    if (operation.takes_two() && same_register) b = a;

    const std::array<Place, FormTable::operands_max> slots{};
    set_up(machine, operation, slots, a, b);
    const void* in_slots = handler_table()[size_t(operation.operation)];
    const Step expected_step = machine.run(in_slots, cells_of(operation, b));
    const u64 result = machine.registers.fp[d_slot];
    const i64 budget = machine.registers.budget;

    set_up(machine, operation, places, a, b);
    std::vector<u64> expected = machine.contents();
    expected.back() = u64(budget);
    if (!operation.branches() && expected_step == Step::finished)
        expected[TestMachine::index(places[0], d_slot)] = result;
    REQUIRE(machine.run(handler, cells_of(operation, b)) == expected_step);
    REQUIRE(machine.contents() == expected);
}

/// Returns how many forms there are.
u32 check_forms(TestMachine& machine, const FloatOperation& operation) {
    u32 forms = 0;
    const std::vector<u64> all = samples(operation.type);
    const std::vector<u64> seconds = operation.shape == Shape::unary ? std::vector<u64>{0} : all;
    for_each_form(operation.operation, [&](const auto& places, const void* handler) {
        forms++;
        for (const u64 a : all)
            for (const u64 b : seconds) check_form(machine, operation, places, handler, a, b);
    });
    return forms;
}

}  // namespace

TEST_CASE("A numeric instruction on floats gives the same at all places, to the bit") {
    TestMachine machine(nullptr);
    u32 forms = 0;
    for (const FloatRow& row : float_rows())
        for (const FloatOperation& operation : operations(row)) {
            INFO(to_string(operation.operation));
            forms += check_forms(machine, operation);
        }
    CHECK(forms > 30 * vector_places * vector_places * vector_places);
}

namespace {

/// The products in the order of code.def, in two instructions.
template <class F>
u64 in_two(u32 which, u64 a, u64 b, u64 c) {
    using namespace numeric;
    const auto value = [](u64 bits) { return std::bit_cast<F>(BitsOf<F>(bits)); };
    const F first = value(a), product = canonical(F(value(b) * value(c)));
    const F results[] = {F(first + product), F(first - product), F(product - first)};
    return std::bit_cast<BitsOf<F>>(canonical(results[which]));
}

template <class F>
void check_products(TestMachine& machine, Operation operation, u32 which, char type) {
    const std::vector<u64> all = samples(type);
    for_each_form(operation, [&](const auto& places, const void* handler) {
        for (size_t n = 0; n < all.size() * all.size(); n += 3) {
            std::array<u64, 3> values = {all[n % all.size()], all[n / all.size()],
                                         all[n * 7 % all.size()]};
            for (u32 k = 1; k < 3; k++)  // operands in one register have one value
                for (u32 same = 0; same < k; same++)
                    if (places[k + 1] != Place::slot && places[k + 1] == places[same + 1])
                        values[k] = values[same];
            machine.fill();
            for (u32 k = 0; k < 3; k++) machine.set(places[k + 1], 3 + k, values[k]);
            std::vector<u64> expected = machine.contents();
            expected[TestMachine::index(places[0], d_slot)] =
                in_two<F>(which, values[0], values[1], values[2]);
            const Cell cell = d_slot | u64(3) << 16 | u64(4) << 32 | u64(5) << 48;
            REQUIRE(machine.run(handler, {&cell, 1}) == Step::finished);
            REQUIRE(machine.contents() == expected);
        }
    });
}

}  // namespace

TEST_CASE("A product and what is added to it are rounded one after the other, at all places") {
    TestMachine machine(nullptr);
    for (u32 n = 0; n < 3; n++) {
        check_products<f32>(machine, form_of(Operation::f32_add_product, n), n, 'f');
        check_products<f64>(machine, form_of(Operation::f64_add_product, n), n, 'F');
    }
}
