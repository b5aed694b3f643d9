/// Budget: slices, and strides of several of them.

#include "vm/runtime/budget.hpp"

#include <catch2/catch.hpp>

namespace icvm::vm {

namespace {

/// What is left in `budget` by its strides: the counter if there were no slices.
i64 left_of_stride(const Budget& budget) { return budget.counter + budget.stride_left; }

}  // namespace

TEST_CASE("strides change neither what a budget holds nor when it is spent") {
    for (const i64 slice : {1, 7, 10, 30, 1000}) {
        Budget plain = Budget::of(100, slice), strided = Budget::of(100, slice, 30);
        for (const u64 amount : {5, 20, 9, 0, 31, 10, 24, 1, 1}) {
            CHECK(plain.take(amount) == strided.take(amount));
            CHECK(plain.remaining() == strided.remaining());
            CHECK(strided.overrun == 0);
        }
    }
}

TEST_CASE("a stride that is overspent by a whole one is the last") {
    for (const i64 slice : {1, 7, 10, 1000}) {
        Budget budget = Budget::of(100, slice, 10);
        CHECK(budget.take(15));
        CHECK(left_of_stride(budget) == 5);
        Budget fine = budget;
        CHECK(fine.take(14));
        CHECK(left_of_stride(fine) == 1);
        CHECK(!budget.take(15));
        CHECK(budget.overrun == 15);
        CHECK(budget.remaining() == 70);
        CHECK(!budget.refill());
        CHECK(!budget.charge(0));
        CHECK(budget.overrun == 15);
    }
}

TEST_CASE("the last stride ends as a budget does") {
    Budget budget = Budget::of(25, 10, 10);
    CHECK(budget.take(15));
    CHECK(budget.take(9));
    CHECK(left_of_stride(budget) == 1);
    CHECK(!budget.take(100));
    CHECK(budget.overrun == 0);
}

TEST_CASE("an amount beyond all bounds is more than any stride") {
    Budget budget = Budget::of(100, 10, 10);
    CHECK(!budget.take((u64(1) << 63) - 1));
    CHECK(budget.overrun == (u64(1) << 63) - 1);
    Budget other = Budget::of(100, 10, 10);
    CHECK(!other.take(~u64(0)));
    CHECK(other.overrun == 0);
    CHECK(other.remaining() < 0);
}

}  // namespace icvm::vm
