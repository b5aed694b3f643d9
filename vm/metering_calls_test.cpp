/// docs/metering.md, "Blocks", "System API fees" and "performance_counter": what calls use.

#include "vm/test_metering_case.hpp"

namespace icvm::vm {

namespace {

/// A function after "f", index 1.
std::string g(std::string_view body) { return "(func $g " + std::string(body) + ")"; }

const std::string host = R"((import "" "host" (func $host)))";
const std::string counter = R"((import "" "pc" (func $pc (param i32) (result i64))))";
const std::string table_of_g = "(table 2 funcref) (elem (i32.const 0) $g)";

}  // namespace

TEST_CASE("A call ends no block: what follows it is paid before the callee is") {
    const std::string factorial =
        f("(param i32) (result i32) local.get 0 i32.const 1 i32.lt_s if (result i32) i32.const 1 "
          "else local.get 0 local.get 0 i32.const 1 i32.sub call 0 i32.mul end");
    const std::string recursion =
        f("(param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call 0 end");
    check_cases({
        {f("call $g call $g nop") + g("nop"), {}, 16, "entry 1, 2 call 10, nop 1; twice 1 + nop 1"},
        {f("block call $g nop end nop") + g(""), {}, 9, "entry 1, call 5, nop 1; entry 1 | nop 1"},
        {f("nop call $g nop nop") + g("unreachable nop"),
         {},
         11,
         "entry 1, nop 1, call 5, 2 nop 2; entry 1, unreachable 1",
         "unreachable"},
        {f("i32.const 3 call $g nop") +
             g("(param i32) loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end"),
         {},
         27,
         "entry 1, const 1, call 5, nop 1; entry 1 | three turns of 6"},
        {f("(result i32) call $g i32.add i32.add") +
             g("(result i32 i32 i32) i32.const 1 i32.const 2 i32.const 3"),
         {},
         12,
         "entry 1, call 5, 2 add 2; entry 1, 3 const 3"},
        {f("call $g nop") + g("nop return nop nop"),
         {},
         10,
         "entry 1, call 5, nop 1; entry 1, nop 1, return 1"},
        {factorial, {0}, 7, "entry 1, get 1, const 1, lt_s 1, if 2 | const 1"},
        {factorial, {5}, 87, "five times 6 | 2 get 2, const 1, sub 1, call 5, mul 1; then 7"},
        {recursion, {3}, 40, "three times entry 1, get 1, if 2 | 1, 1, 1, call 5; then 4"},
        {f("(param i32) loop local.get 0 call $g local.get 0 i32.const 1 i32.sub local.tee 0 "
           "br_if 0 end") +
             g("(param i32) local.get 0 if nop end"),
         {2},
         35,
         "entry 1 | two turns of get 1, call 5, get 1, const 1, sub 1, tee 1, br_if 2; each with "
         "entry 1, get 1, if 2 | nop 1"},
    });
}

TEST_CASE("An indirect call costs 10, also when there is nothing to call") {
    const std::string one = table_of_g + f("(param i32) local.get 0 call_indirect") + g("nop");
    check_cases({
        {one, {0}, 14, "entry 1, get 1, call_indirect 10; entry 1, nop 1"},
        {one, {1}, 12, "entry 1, get 1, call_indirect 10", "uninitialized element"},
        {one, {2}, 12, "entry 1, get 1, call_indirect 10", "undefined element"},
        {table_of_g + f("i32.const 0 call_indirect (result i32) drop nop") + g(""),
         {},
         14,
         "entry 1, const 1, call_indirect 10, drop 1, nop 1",
         "indirect call type mismatch"},
    });
}

TEST_CASE("A tail call ends its block, and what it calls pays its entry") {
    const std::string recursion =
        f("(param i32) local.get 0 if local.get 0 i32.const 1 i32.sub return_call 0 end");
    const std::string even_odd =
        "(func $even (export \"f\") (param i32) local.get 0 if local.get 0 i32.const 1 i32.sub "
        "return_call $odd end nop) (func $odd (param i32) local.get 0 if local.get 0 i32.const 1 "
        "i32.sub return_call $even end nop nop)";
    const std::string indirect =
        table_of_g + f("(param i32) local.get 0 return_call_indirect") + g("nop");
    check_cases({
        {f("nop return_call $g") + g("nop"),
         {},
         7,
         "entry 1, nop 1, return_call 3; entry 1, nop 1"},
        {f("return_call $g nop nop") + g(""), {}, 5, "entry 1, return_call 3; entry 1; dead nops"},
        {f("(param i32) local.get 0 if return_call $g end nop") + g("nop"),
         {1},
         9,
         "entry 1, get 1, if 2 | return_call 3; entry 1, nop 1"},
        {recursion, {3}, 34, "three times 4 | get 1, const 1, sub 1, return_call 3; then 4"},
        {even_odd, {2}, 25, "4 | 6; 4 | 6; 4 | nop 1"},
        {even_odd, {3}, 36, "4 | 6; 4 | 6; 4 | 6; 4 | 2 nop 2"},
        {indirect, {0}, 64, "entry 1, get 1, return_call_indirect 60; entry 1, nop 1"},
        {indirect, {1}, 62, "entry 1, get 1, return_call_indirect 60", "uninitialized element"},
        {indirect, {7}, 62, "entry 1, get 1, return_call_indirect 60", "undefined element"},
    });
}

TEST_CASE("An imported function costs the call and its fee, and no entry") {
    const std::string table_of_host = "(table funcref (elem $host))";
    check_cases({
        {host + f("call $host nop"), {}, 507, "entry 1, call 5, nop 1; fee 500"},
        {host + table_of_host + f("i32.const 0 call_indirect nop"),
         {},
         513,
         "entry 1, const 1, call_indirect 10, nop 1; fee 500"},
        {host + f("nop return_call $host"), {}, 505, "entry 1, nop 1, return_call 3; fee 500"},
        {host + table_of_host + f("i32.const 0 return_call_indirect"),
         {},
         562,
         "entry 1, const 1, return_call_indirect 60; fee 500"},
        {R"((import "" "free" (func $free)))" + f("call $free nop"),
         {},
         7,
         "entry 1, call 5, nop 1; no fee"},
        {host + f("call $g call $g") + g("call $host nop"),
         {},
         1025,
         "entry 1, 2 call 10; twice entry 1, call 5, nop 1, fee 500"},
    });
}

TEST_CASE("A host function sees the whole running block used") {
    const std::string first = "i32.const 0 call $pc drop ";
    const auto seen = [](const std::string& text, i64 used, const char* why) {
        return check_case({text, {}, used, why}).seen;
    };
    CHECK(seen(counter + f(first + first), 415, "entry 1, 2 const 2, 2 call 10, 2 drop 2; 400") ==
          SeenByHost{15, 215});
    CHECK(seen(counter + f("block " + first + "end " + first), 415, "8; 200 | 7; 200") ==
          SeenByHost{8, 215});
    CHECK(seen(counter + f("(local i32) i32.const 2 local.set 0 loop " + first +
                           "local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end"),
               429,
               "entry 1, const 1, set 1 | two turns of 7 and 6, and 200") == SeenByHost{16, 229});
    CHECK(seen(counter + f("call $g nop") + g("nop " + first + "nop"), 217,
               "entry 1, call 5, nop 1; entry 1, nop 1, 7, nop 1; 200") == SeenByHost{17});
    CHECK(seen(counter + table_of_g + f("i32.const 0 call_indirect " + first) + g(first), 427,
               "entry 1, const 1, call_indirect 10, 7; entry 1, 7, 200; 200") ==
          SeenByHost{27, 227});
}

TEST_CASE("performance_counter gives what was used with its own fee") {
    const std::string read = "i32.const 0 call $pc global.set ";
    const std::string globals =
        "(global $a (mut i64) i64.const 0) (global $b (mut i64) i64.const 0)";
    const auto flat = check_case({counter + globals + f(read + "$a " + read + "$b"),
                                  {},
                                  417,
                                  "entry 1, twice 1, 5, 2; 400"});
    CHECK(flat.globals == std::vector<u64>{217, 417});
    const auto block = check_case({counter + globals + f("block " + read + "$a end " + read + "$b"),
                                   {},
                                   417,
                                   "entry 1, 8; 200 | 8; 200"});
    CHECK(block.globals == std::vector<u64>{209, 417});
}

TEST_CASE("The start function pays its entry; segments and initial values are free") {
    check_cases({
        {"(global $x (mut i32) i32.const 0) (func $s i32.const 7 global.set $x) (start $s)",
         {},
         4,
         "entry 1, const 1, global.set 2"},
        {"(memory 1) (data (i32.const 0) \"abcdefgh\") (table 1 funcref) (elem (i32.const 0) $s)"
         "(func $s nop) (start $s)",
         {},
         2,
         "entry 1, nop 1"},
        {"(func $s call $t) (func $t nop) (start $s)", {}, 8, "entry 1, call 5; entry 1, nop 1"},
    });
}

}  // namespace icvm::vm
