#include "vm/assign/shape.hpp"

#include <array>

#include "vm/code/rows.hpp"

namespace icvm::vm {

namespace {

/// Slots and halves share the first cell; the other letters take a cell each, or half of one.
constexpr Shape read_letters(std::string_view letters) {
    Shape shape;
    // A value whose address is constant is where it is with any other.
    shape.first_field = letters.starts_with('b');
    bool in_first = false;
    for (const char letter : letters) {
        const bool packed = std::string_view("dabcelim").contains(letter);
        if (packed && !in_first) shape.cells++;
        in_first = packed;
        if (letter == 'd' || letter == 'e') shape.written |= u8(1u << shape.operands);
        if (std::string_view("dabce").contains(letter)) shape.operands++;
        if (letter == 't') shape.target = shape.cells;
        if (letter == 'I' || letter == 't' || letter == 'p') shape.cells++;
    }
    return shape;
}

constexpr Conduct conduct_of(Operation operation, const Shape& shape) {
    switch (operation) {
        case Operation::jump:
        case Operation::repeat: return Conduct::jump;
        case Operation::branch_table: return Conduct::table;
        case Operation::unreachable:
        case Operation::return_nothing:
        case Operation::i32_add_global_set_return:
        case Operation::i32_add_global_set_return_slot:
        case Operation::i64_add_global_set_return:
        case Operation::i64_add_global_set_return_slot:
        case Operation::return_slot: return Conduct::leave;
        case Operation::call:
        case Operation::call_imported:
        case Operation::call_indirect:
        case Operation::call_reference: return Conduct::call;
        case Operation::return_many:
        case Operation::return_call:
        case Operation::return_call_imported:
        case Operation::return_call_indirect:
        case Operation::return_call_reference:
        case Operation::throw_:
        case Operation::throw_reference: return Conduct::hidden_leave;
        case Operation::copy_wide:
        case Operation::copy_many: return Conduct::hidden;
        default: break;
    }
    if (shape.target != 0) return Conduct::branch;
    // Aggregates take operands by the first of their slots.
    const bool aggregate = operation >= Operation::struct_new && operation < Operation::throw_;
    return aggregate ? Conduct::hidden : Conduct::plain;
}

constexpr u8 read_half_of(Operation operation, std::string_view letters) {
    switch (operation) {
        case Operation::call_indirect: return 4;
        case Operation::return_call_indirect: return 5;
        case Operation::call_reference: return 2;
        case Operation::return_call_reference: return 0;
        default: return letters == "dabcup" ? 2 : Shape::no_half;
    }
}

constexpr bool makes_vector(std::string_view id) {
    if (id.contains("extract_lane") || id.contains("_true") || id.contains("bitmask")) return false;
    for (const std::string_view shape :
         {"v128_", "i8x16_", "i16x8_", "i32x4_", "i64x2_", "f32x4_", "f64x2_"})
        if (id.starts_with(shape)) return true;
    return id.ends_with("_vector") || id.ends_with("_vector_imported");
}

/// Fused instructions that keep the first one's result, and those that are made of such.
constexpr void mark_early(std::array<Shape, operation_count>& shapes) {
    struct Row {
        Operation first, second, fused;
        std::string_view map;
    };
    constexpr Row rows[] = {
#define PAIR(first, second, feeds, fused, map) \
    {Operation::first, Operation::second, Operation::fused, map},
#include "vm/code/pairs.def"
        {Operation::copy, Operation::copy, Operation::none, ""}};
    for (size_t round = 0; round < 3; round++)
        for (const Row& row : rows) {
            if (row.fused == Operation::none) continue;
            const auto early = [&](Operation part) { return shapes[size_t(part)].writes_early; };
            if (row.map.contains("1d") || early(row.first) || early(row.second))
                shapes[size_t(row.fused)].writes_early = true;
        }
}

/// Each is a constant of its own: a compiler allows one only so many steps.
consteval Shape make_shape(Operation operation, const OperationRow& row) {
    Shape shape = read_letters(row.operands);
    shape.conduct = conduct_of(operation, shape);
    shape.makes_vector = shape.written != 0 && makes_vector(row.id);
    shape.writes_two = operation >= Operation::i64_add128 && operation <= Operation::i64_mul_wide_u;
    shape.read_half = read_half_of(operation, row.operands);
    return shape;
}

/// Made when icvm is compiled: at each start it took a quarter of what a small call executes.
constexpr std::array<Shape, operation_count> shapes = [] {
    std::array<Shape, operation_count> made{{
#define CODE(id, operands) make_shape(Operation::id, operation_rows[size_t(Operation::id)]),
#include "vm/code/code.def"
    }};
    mark_early(made);
    return made;
}();

}  // namespace

const Shape& shape_of(Operation operation) { return shapes[size_t(operation)]; }

Operation saving_form(Operation operation) {
    switch (operation) {
        case Operation::call: return Operation::call_saving;
        case Operation::call_imported: return Operation::call_imported_saving;
        case Operation::call_indirect: return Operation::call_indirect_saving;
        case Operation::call_reference: return Operation::call_reference_saving;
        default: return Operation::none;
    }
}

}  // namespace icvm::vm
