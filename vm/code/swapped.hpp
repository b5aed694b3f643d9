#pragma once

#include <array>

#include "vm/code/code.hpp"

namespace icvm::vm {

namespace swapped_detail {

constexpr auto make() {
    std::array<Operation, operation_count> table{};
    table.fill(Operation::none);
    const auto put = [&](Operation from, Operation to) { table[size_t(from)] = to; };
    const auto put_numeric = [&](Operation first, Operation other) {
        put(first, other);
        put(form_of(first, 2), form_of(other, 1));
    };
    const auto put_branches = [&](Operation first, Operation other) {
        put(first, other);
        put(form_of(first, 2), form_of(other, 2));
    };
    // Of a fused instruction on the operands of its first.
    const auto swap_of = [&](Operation first, Operation fused) {
        return table[size_t(first)] == first ? fused : Operation::none;
    };
#define CODE_BRANCH(id, inverse, swapped)           \
    put_numeric(Operation::id, Operation::swapped); \
    put_branches(Operation::branch_##id, Operation::branch_##swapped);
#define CODE_BRANCH_NOT(id, inverse, swapped) \
    put_branches(Operation::branch_##id, Operation::branch_##swapped);
#define CODE_COMMUTATIVE(id) put_numeric(Operation::id, Operation::id);
#define CODE_INDEXED_LOAD(id) put(Operation::id##_guarded_indexed, Operation::id##_guarded_indexed);
#define CODE_INDEXED_STORE(id)                                             \
    put(Operation::id##_guarded_indexed, Operation::id##_guarded_indexed); \
    put(Operation::id##_guarded_tracked_indexed, Operation::id##_guarded_tracked_indexed);
#define CODE_CHAIN(id, letters, first, second, operands) \
    if (#operands[0] == 's') put(Operation::id, swap_of(Operation::first, Operation::id));
#define CODE_TEST(id, letters, first, compare, operands)                                \
    if (#operands[0] == 's') {                                                          \
        put(Operation::branch_##id, swap_of(Operation::first, Operation::branch_##id)); \
        put(Operation::repeat_##id, swap_of(Operation::first, Operation::repeat_##id)); \
    }
#define CODE_INDEXED_LOAD64(id) \
    put(Operation::id##_guarded64_indexed, Operation::id##_guarded64_indexed);
#define CODE_INDEXED_STORE64(id)                                               \
    put(Operation::id##_guarded64_indexed, Operation::id##_guarded64_indexed); \
    put(Operation::id##_guarded64_tracked_indexed, Operation::id##_guarded64_tracked_indexed);
#define CODE_SWAPPED_ONE(id, swapped) put(Operation::id, Operation::swapped);
#include "vm/code/code.def"
    put(Operation::i64_xor_mul_sI, Operation::i64_xor_mul_sI);
    return table;
}

inline constexpr auto table = make();

}  // namespace swapped_detail

/// The operation that does the same when its last two operands change places, perhaps itself; for
/// one with an immediate on the left, that with it on the right. none: there is no such operation.
constexpr Operation swapped(Operation operation) {
    return swapped_detail::table[size_t(operation)];
}

}  // namespace icvm::vm
