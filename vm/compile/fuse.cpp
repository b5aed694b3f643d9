#include "vm/compile/fuse.hpp"

#include <array>

namespace icvm::vm {

namespace {

constexpr bool is_f64(std::string_view name) { return name.starts_with("f64"); }

constexpr auto make_comparisons() {
    std::array<Comparison, operation_count> table{};
    auto put = [&](Operation at, const Comparison& comparison) { table[size_t(at)] = comparison; };
#define ROW(value, id, inverse, swapped)                                                         \
    Comparison {                                                                                 \
        value, Operation::branch_##id, Operation::branch_##inverse, Operation::branch_##swapped, \
            is_f64(#id)                                                                          \
    }
#define CODE_BRANCH(id, inverse, swapped)                                  \
    put(Operation::branch_##id, ROW(Operation::id, id, inverse, swapped)); \
    put(Operation::id, ROW(Operation::id, id, inverse, swapped));          \
    put(Operation::id##_si, ROW(Operation::id, id, inverse, swapped));     \
    put(Operation::id##_is, ROW(Operation::id, id, inverse, swapped));
#define CODE_BRANCH_NOT(id, inverse, swapped) \
    put(Operation::branch_##id, ROW(Operation::none, id, inverse, swapped));
#include "vm/code/code.def"
#undef ROW
    return table;
}

constexpr std::array<Comparison, operation_count> comparisons = make_comparisons();

}  // namespace

const Comparison* find_comparison(Operation operation) {
    const Comparison& row = comparisons[size_t(operation)];
    return row.branch == Operation::none ? nullptr : &row;
}

}  // namespace icvm::vm
