/// docs/metering.md, "Bulk instructions", and the other instructions of memories and tables.

#include "vm/test_metering_case.hpp"

namespace icvm::vm {

namespace {

const std::string memory = "(memory 1) (data $d \"12345678\")";
const std::string memory64 = "(memory i64 1) (data $d \"12345678\")";
const std::string table = "(table $t 8 funcref) (elem $e func 0 0 0 0)";
/// What a charge that does not fit leaves in the counter, as test_metering.hpp bounds it.
constexpr i64 everything = i64(1) << 62;
constexpr i64 limit = 1'000'000;

}  // namespace

TEST_CASE("Bulk instructions of memories cost 100 and one for each byte, in bounds or not") {
    const std::string fill =
        memory + f("(param i32) i32.const 0 i32.const 1 local.get 0 memory.fill");
    const std::string copy =
        memory + f("(param i32) i32.const 0 i32.const 8 local.get 0 memory.copy");
    const std::string init =
        memory + f("(param i32) i32.const 0 i32.const 0 local.get 0 memory.init $d data.drop $d");
    const std::string dropped =
        memory + f("(param i32) data.drop $d i32.const 0 i32.const 0 local.get 0 memory.init $d");
    const std::string_view out = "out of bounds memory access";
    check_cases({
        {fill, {0}, 104, "entry 1, 2 const 2, get 1, fill 100"},
        {fill, {16}, 120, "entry 1, 2 const 2, get 1, fill 100; 16"},
        {fill, {65536}, 65640, "entry 1, 2 const 2, get 1, fill 100; 65536"},
        {fill, {65537}, 65641, "entry 1, 2 const 2, get 1, fill 100; 65537", out},
        {copy, {0}, 104, "entry 1, 2 const 2, get 1, copy 100"},
        {copy, {300}, 404, "entry 1, 2 const 2, get 1, copy 100; 300"},
        {copy, {65529}, 65633, "entry 1, 2 const 2, get 1, copy 100; 65529", out},
        {init, {8}, 412, "entry 1, 2 const 2, get 1, init 100, drop 300; 8"},
        {init, {9}, 413, "entry 1, 2 const 2, get 1, init 100, drop 300; 9", out},
        {dropped, {0}, 404, "entry 1, drop 300, 2 const 2, get 1, init 100"},
        {dropped, {5}, 409, "entry 1, drop 300, 2 const 2, get 1, init 100; 5", out},
        {memory + f("(param i32) i32.const 0 i32.const 1 local.get 0 memory.fill i32.const 9 "
                    "i32.const 1 local.get 0 memory.fill"),
         {50},
         307,
         "entry 1, twice 2 const 2, get 1, fill 100; twice 50"},
    });
}

TEST_CASE("A length of 64 bits is unsigned, and from 2^63 on always too much") {
    const std::string fill =
        memory64 + f("(param i64) i64.const 0 i32.const 7 local.get 0 memory.fill");
    const std::string copy =
        memory64 + f("(param i64) i64.const 0 i64.const 7 local.get 0 memory.copy");
    const std::string init =
        memory64 + f("(param i32) i64.const 0 i32.const 0 local.get 0 memory.init $d");
    check_cases({
        {fill, {16}, 120, "entry 1, 2 const 2, get 1, fill 100; 16"},
        {fill, {~u64(0)}, limit + everything, "the counter becomes the least", "out of budget"},
        {fill, {u64(1) << 63}, limit + everything, "896 - 2^63", "out of budget"},
        {fill, {u64(1) << 40}, 104 + (i64(1) << 40), "entry 1, 103; 2^40", "out of budget"},
        {copy, {33}, 137, "entry 1, 2 const 2, get 1, copy 100; 33"},
        {init, {8}, 112, "entry 1, 2 const 2, get 1, init 100; 8"},
        {init,
         {u32(-1)},
         104 + i64(0xFFFF'FFFF),
         "entry 1, 2 const 2, get 1, init 100; 2^32 - 1",
         "out of budget"},
        {"(memory $a 1) (memory $b i64 1)" +
             f("i32.const 0 i64.const 0 i32.const 20 memory.copy $a $b"),
         {},
         124,
         "entry 1, 3 const 3, copy 100; 20"},
    });
}

TEST_CASE("Bulk instructions of tables cost 100 and one for each element") {
    const std::string init = table + f("(param i32) i32.const 0 i32.const 0 local.get 0 "
                                       "table.init $t $e");
    const std::string copy =
        table + f("(param i32) i32.const 0 i32.const 1 local.get 0 table.copy");
    const std::string fill =
        table + f("(param i32) i32.const 0 ref.null func local.get 0 table.fill $t");
    const std::string_view out = "out of bounds table access";
    check_cases({
        {init, {4}, 108, "entry 1, 2 const 2, get 1, init 100; 4"},
        {init, {5}, 109, "entry 1, 2 const 2, get 1, init 100; 5", out},
        {copy, {7}, 111, "entry 1, 2 const 2, get 1, copy 100; 7"},
        {copy, {8}, 112, "entry 1, 2 const 2, get 1, copy 100; 8", out},
        {fill, {8}, 112, "entry 1, const 1, null 1, get 1, fill 100; 8"},
        {fill, {9}, 113, "entry 1, const 1, null 1, get 1, fill 100; 9", out},
    });
}

TEST_CASE("Growing costs the same whether it works or not") {
    const std::string grow =
        "(memory 1 2)" + f("(param i32) local.get 0 memory.grow drop memory.size drop");
    check_cases({
        {grow, {1}, 324, "entry 1, get 1, grow 300, drop 1, size 20, drop 1"},
        {grow, {5}, 324, "entry 1, get 1, grow 300, drop 1, size 20, drop 1"},
        {"(table 0 3 funcref)" + f("(param i32) ref.null func local.get 0 table.grow drop"),
         {2},
         304,
         "entry 1, null 1, get 1, grow 300, drop 1"},
        {"(table 0 3 funcref)" + f("(param i32) ref.null func local.get 0 table.grow drop"),
         {9},
         304,
         "entry 1, null 1, get 1, grow 300, drop 1"},
        {table + f("table.size drop elem.drop $e"), {}, 402, "entry 1, size 100, drop 1, 300"},
        {table + f("i32.const 0 table.get 0 ref.is_null drop"),
         {},
         13,
         "entry 1, const 1, get 5, is_null 5, drop 1"},
        {table + f("i32.const 0 ref.func 0 table.set 0"),
         {},
         137,
         "entry 1, const 1, ref.func 130, set 5"},
    });
}

TEST_CASE("Loads and stores cost one more in memory64, and nothing else does") {
    const std::string body = "const 0 i64.load drop i32.const 0 drop";
    check_cases({
        {memory + f("i32." + body), {}, 6, "entry 1, const 1, load 1, drop 1, const 1, drop 1"},
        {memory64 + f("i64." + body), {}, 7, "entry 1, const 1, load 2, drop 1, const 1, drop 1"},
        {memory64 + f("i64.const 8 i32.const 1 i32.store8"), {}, 5, "entry 1, 2 const 2, store 2"},
        {memory64 + f("memory.size drop"), {}, 22, "entry 1, size 20, drop 1"},
        {memory64 + f("i64.const 0 memory.grow drop"), {}, 303, "entry 1, const 1, 300, drop 1"},
        {memory64 + f("i64.const 0 v128.const i64x2 0 0 v128.store8_lane 1 nop"),
         {},
         6,
         "entry 1, 2 const 2, lane 2, nop 1"},
        {memory64 + f("i64.const 65536 i32.load8_u drop nop"),
         {},
         6,
         "entry 1, const 1, load 2, drop 1, nop 1",
         "out of bounds memory access"},
    });
}

TEST_CASE("The length is charged before the instruction's block when it is the first of one") {
    const std::string operands = "i32.const 0 i32.const 0 i32.const 100 ";
    const std::string first = memory + f(operands + "block end memory.fill nop");
    const std::string second = memory + f(operands + "block end nop memory.fill");
    const std::string in_loop =
        memory + f(operands + "loop (param i32 i32 i32) memory.fill nop end");
    const std::string_view out = "out of budget";
    check_cases({
        {first, {}, 205, "entry 1, 3 const 3 | 100; fill 100, nop 1: ends at -101", {}, 104},
        {first, {}, 104, "entry 1, 3 const 3 | 100", out, 103},
        {second, {}, 205, "entry 1, 3 const 3 | nop 1, fill 100; 100", {}, 205},
        {second, {}, 205, "entry 1, 3 const 3 | nop 1, fill 100; 100", out, 204},
        {second, {}, 205, "the block leaves -1, its bulk instruction checks", out, 104},
        {in_loop, {}, 205, "entry 1, 3 const 3 | 100; fill 100, nop 1", {}, 205},
    });
}

TEST_CASE("A length of 0 checks, too") {
    const std::string text =
        memory + f("i32.const 0 i32.const 0 i32.const 0 block end nop memory.fill");
    check_cases({
        {text, {}, 105, "entry 1, 3 const 3 | nop 1, fill 100; 0", {}, 105},
        {text, {}, 105, "entry 1, 3 const 3 | nop 1, fill 100; 0 finds -1", "out of budget", 104},
    });
}

}  // namespace icvm::vm
