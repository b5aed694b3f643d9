/// docs/metering.md, "When the limit strikes": at which budget, where, and what was done before.

#include "vm/test_metering_case.hpp"

namespace icvm::vm {

namespace {

constexpr std::string_view out_of_budget = "out of budget";
const std::string nops = "nop nop nop nop nop nop nop nop nop nop ";
const std::string global = "(global $x (mut i32) i32.const 0)";
const std::string host = R"((import "" "host" (func $host)))";
const std::string seen_free = R"((import "" "free" (func $free)))";

/// With one less than `needed` it is out of budget, having used `struck_at`; with that it ends well
/// or as `trap` says, having used `used`.
void check_limit(const std::string& text, const std::vector<u64>& arguments, i64 needed,
                 i64 struck_at, i64 used, const char* why, std::string_view trap = {}) {
    check_case({text, arguments, struck_at, why, out_of_budget, needed - 1});
    check_case({text, arguments, used, why, trap, needed});
}

/// The module's globals after a run that ends as `trap` says.
std::vector<u64> globals_after(const std::string& text, const std::vector<u64>& arguments,
                               i64 limit, i64 used, std::string_view trap) {
    return check_case({text, arguments, used, "", trap, limit}).globals;
}

}  // namespace

TEST_CASE("a counter far below zero is refilled by slices of one at once") {
    Budget budget{-(i64(1) << 60), (i64(1) << 60) + 5, 1};
    CHECK(budget.refill());
    CHECK(budget.counter == 0);
    CHECK(budget.reserve == 5);
    Budget short_of_it{-100, 70, 30};
    CHECK(!short_of_it.refill());
    CHECK(short_of_it.counter == -30);
    CHECK(short_of_it.reserve == 0);
    Budget whole_slices{-31, 1000, 30};
    CHECK(whole_slices.refill());
    CHECK(whole_slices.counter == 29);
}

TEST_CASE("A function is not entered with less than its first block") {
    check_limit(f(nops), {}, 11, 11, 11, "entry 1, 10 nop");
    check_limit(f(""), {}, 1, 1, 1, "entry 1");
    check_limit(f("call $g nop") + "(func $g " + nops + ")", {}, 18, 18, 18,
                "entry 1, call 5, nop 1; entry 1, 10 nop");
    check_limit("(table funcref (elem $g))" + f("i32.const 0 call_indirect") + "(func $g nop)", {},
                14, 14, 14, "entry 1, const 1, call_indirect 10; entry 1, nop 1");
    check_limit(f("return_call $g") + "(func $g nop nop)", {}, 7, 7, 7,
                "entry 1, return_call 3; entry 1, 2 nop 2");
    check_limit(f("(param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call 0 end"), {3}, 40,
                40, 40, "three times 4 | 8; the last entry is 4");
    check_limit("(func $s nop nop) (start $s)", {}, 3, 3, 3, "entry 1, 2 nop 2");
}

TEST_CASE("A turn of a loop is not begun with less than its first block") {
    const std::string countdown =
        f("(param i32) loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end");
    check_limit(countdown, {10}, 61, 61, 61, "entry 1 | ten turns of 6");
    check_cases({
        {countdown,
         {10},
         31,
         "entry 1 | five turns of 6: 29, 23, 17, 11, 5, -1",
         out_of_budget,
         30},
        {f("loop br 0 end"), {}, 11, "entry 1 | 9, 7, 5, 3, 1, -1", out_of_budget, 10},
        {f("loop loop br 1 end end"), {}, 11, "outer 0, inner 2: at the inner", out_of_budget, 10},
    });
    check_limit(f("loop loop nop end end"), {}, 2, 2, 2, "entry 1 | 0 | nop 1");
    check_limit(f("nop loop nop nop end nop"), {}, 4, 4, 5, "entry 1, nop 1 | 2; then 1 unchecked");
}

TEST_CASE("What an unchecked block overspends is found at the next check, or never") {
    const std::string arm = "(param i32) local.get 0 if " + nops + "i32.const 7 global.set $x end ";
    const std::string unnoticed = global + f(arm);
    CHECK(globals_after(unnoticed, {1}, 10, 17, "") == std::vector<u64>{7});
    CHECK(globals_after(unnoticed, {1}, 4, 17, "") == std::vector<u64>{7});
    const std::string noticed = global + f(arm + "call $h i32.const 9 global.set $x") + "(func $h)";
    CHECK(globals_after(noticed, {1}, 20, 26, out_of_budget) == std::vector<u64>{7});
    CHECK(globals_after(noticed, {1}, 26, 26, "") == std::vector<u64>{9});
    const std::string loop = global + f(arm + "i32.const 8 global.set $x loop end nop");
    CHECK(globals_after(loop, {1}, 19, 20, out_of_budget) == std::vector<u64>{8});
    CHECK(globals_after(loop, {1}, 20, 21, "") == std::vector<u64>{8});
    check_cases({
        {f("(param i32) local.get 0 if " + nops + "i32.const 1 i32.const 0 i32.div_u drop end"),
         {1},
         27,
         "4 | 10 nop 10, 2 const 2, div 10, drop 1: the division is told, not the budget",
         "integer divide by zero",
         5},
        {f("(param i32) local.get 0 if " + nops + "unreachable end"),
         {1},
         15,
         "4 | 10 nop 10, unreachable 1",
         "unreachable",
         5},
    });
}

TEST_CASE("A fee of the host checks before and after, a function without fee never") {
    check_limit(host + f("call $host"), {}, 506, 506, 506, "entry 1, call 5; fee 500");
    check_limit(host + f("call $host call $host"), {}, 1011, 1011, 1011,
                "entry 1, 2 call 10; twice 500");
    const std::string arm = f("(param i32) local.get 0 if " + nops + "call $host end");
    check_cases({
        {host + arm, {1}, 19, "4 | 10 nop 10, call 5: no fee from -1", out_of_budget, 18},
        {host + arm, {1}, 519, "4 | 10 nop 10, call 5; 500 from 0", out_of_budget, 19},
        {host + arm, {1}, 519, "4 | 10 nop 10, call 5; 500", {}, 519},
    });
    const auto run =
        check_case({seen_free + f("(param i32) local.get 0 if " + nops + "call $free end nop"),
                    {1},
                    20,
                    "4 | 10 nop 10, call 5 | nop 1: nothing checks",
                    {},
                    10});
    CHECK(run.seen == SeenByHost{19});
}

TEST_CASE("What was done before the check is done, and nothing after it") {
    const std::string store = "global.get $x i32.const 1 i32.add global.set $x ";
    // entry 1 | turns of get 2, const 1, add 1, set 2, br 2
    const std::string turns = global + f("loop " + store + "br 0 end");
    CHECK(globals_after(turns, {}, 8, 9, out_of_budget) == std::vector<u64>{0});
    CHECK(globals_after(turns, {}, 9, 17, out_of_budget) == std::vector<u64>{1});
    CHECK(globals_after(turns, {}, 80, 81, out_of_budget) == std::vector<u64>{9});
    // entry 1, 6, call 5, 6; entry 1, 6, nop 1
    const std::string call = global + f(store + "call $g " + store) + "(func $g " + store + "nop)";
    CHECK(globals_after(call, {}, 25, 26, out_of_budget) == std::vector<u64>{1});
    CHECK(globals_after(call, {}, 26, 26, "") == std::vector<u64>{3});
    // entry 1, 6, 3 const 3, fill 100, 6; 50
    const std::string fill = "(memory 1)" + global +
                             f(store + "i32.const 0 i32.const 1 i32.const 50 memory.fill " + store);
    CHECK(globals_after(fill, {}, 165, 166, out_of_budget) == std::vector<u64>{1});
    CHECK(globals_after(fill, {}, 166, 166, "") == std::vector<u64>{2});
}

TEST_CASE("A bulk instruction is not begun with less than its length") {
    const std::string memory = "(memory 1)";
    check_limit(memory + f("i32.const 0 i32.const 7 i32.const 46 memory.fill"), {}, 150, 150, 150,
                "entry 1, 3 const 3, fill 100; 46");
    check_limit(memory + f("i32.const 0 i32.const 7 i32.const 65000 memory.copy"), {}, 65104, 65104,
                65104, "entry 1, 3 const 3, copy 100; 65000");
    check_limit(memory + f("i32.const 0 i32.const 7 i32.const 70000 memory.fill"), {}, 70104, 70104,
                70104, "the budget is told before the bounds", "out of bounds memory access");
    check_cases({
        {memory + f("i32.const 0 i32.const 7 i32.const -1 memory.fill"),
         {},
         104 + i64(0xFFFF'FFFF),
         "entry 1, 3 const 3, fill 100; 2^32 - 1",
         out_of_budget},
    });
}

}  // namespace icvm::vm
