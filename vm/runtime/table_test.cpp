#include <catch2/catch.hpp>
#include <limits>

#include "vm/runtime/instance.hpp"
#include "vm/runtime/trap.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 refused = std::numeric_limits<u64>::max();

}  // namespace

TEST_CASE("a table grows to its maximum and fills with the reference") {
    TableInstance table;
    table.type.limits = {1, 4, true, AddressType::i32};
    CHECK(table.grow(1, 0) == 0);
    CHECK(table.grow(3, 42) == 1);
    CHECK(table.grow(1, 42) == refused);
    CHECK(table.grow(0, 42) == 4);
    CHECK(table.size == 4);
    CHECK(table.elements[0] == 0);
    CHECK(table.elements[3] == 42);
}

TEST_CASE("a table without a maximum ends at a limit of ours") {
    TableInstance table;
    table.type.limits.address_type = GENERATE(AddressType::i32, AddressType::i64);
    CHECK(table.grow(10, 0) == 0);
    CHECK(table.grow(table_elements_max, 0) == refused);
    CHECK(table.grow(refused, 0) == refused);
    CHECK(table.size == 10);
}

static TypeNumber type_number(const FunctionType& type) { return runtime_type(type).number; }

TEST_CASE("equal function types have equal numbers, others do not") {
    const FunctionType empty;
    const FunctionType one{{types::i32}, {}};
    const FunctionType other{{}, {types::i32}};
    const FunctionType both{{types::i32}, {types::i32}};
    const FunctionType two{{types::i32, types::i32}, {}};
    CHECK(type_number(one) == type_number(FunctionType{{types::i32}, {}}));
    CHECK(type_number(empty) == type_number({}));
    CHECK(type_number(one) != type_number(other));
    CHECK(type_number(both) != type_number(two));
    CHECK(type_number(one) != type_number(empty));
    CHECK(type_number(both) != type_number(other));
}

TEST_CASE("each trap has the suite's words") {
    CHECK(to_string(TrapReason::unreachable) == "unreachable");
    CHECK(to_string(TrapReason::integer_divide_by_zero) == "integer divide by zero");
    CHECK(to_string(TrapReason::host) == "host function trapped");
}
