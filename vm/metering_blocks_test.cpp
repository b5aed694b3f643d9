/// docs/metering.md, "Blocks": what each way through a body uses. In the sums "|" is where control
/// comes to the next block.

#include "vm/test_metering_case.hpp"

namespace icvm::vm {

TEST_CASE("Entering a function costs 1, and its first block is paid with it") {
    check_cases({
        {f(""), {}, 1, "entry 1"},
        {f("nop nop nop"), {}, 4, "entry 1, 3 nop 3"},
        {f("(local i32 i64 f64 v128)"), {}, 1, "entry 1; locals are free"},
        {f("(param i32 i32) (result i32) local.get 0 local.get 1 i32.add"),
         {1, 2},
         4,
         "entry 1, 2 local.get 2, add 1"},
    });
}

TEST_CASE("A block begins nothing, its end does") {
    check_cases({
        {f("block end"), {}, 1, "entry 1, block 0 | nothing after end: no point"},
        {f("block nop end nop"), {}, 3, "entry 1, nop 1 | nop 1"},
        {f("nop block end nop"), {}, 3, "entry 1, nop 1 | nop 1"},
        {f("block block nop end nop end nop"), {}, 4, "entry 1, nop 1 | nop 1 | nop 1"},
        {f("block (result i32) i32.const 7 end drop"), {}, 3, "entry 1, const 1 | drop 1"},
        {f("i32.const 1 block (param i32) drop nop end nop"),
         {},
         5,
         "entry 1, const 1, drop 1, nop 1 | nop 1"},
    });
}

TEST_CASE("br is paid with the block that it ends, and lands behind the end of its label") {
    check_cases({
        {f("block $a block $b nop br $a nop end nop end nop"),
         {},
         5,
         "entry 1, nop 1, br 2 | after the end of $a: nop 1"},
        {f("block $a nop br $a nop nop end nop"), {}, 5, "entry 1, nop 1, br 2 | nop 1"},
        {f("block (result i32) i32.const 7 br 0 end drop"),
         {},
         5,
         "entry 1, const 1, br 2 | drop 1"},
        {f("nop br 0 nop"), {}, 4, "entry 1, nop 1, br 2; the label of the function has no point"},
        {f("block nop br 1 nop end nop"), {}, 4, "entry 1, nop 1, br 2, and out"},
    });
}

TEST_CASE("br_if ends a block whether it is taken or not") {
    const std::string out = f("(param i32) block local.get 0 br_if 0 nop nop end nop");
    const std::string leave = f("(param i32) local.get 0 br_if 0 nop nop nop");
    const std::string value =
        f("(param i32) (result i32) block (result i32) i32.const 5 local.get 0 br_if 0 drop "
          "i32.const 6 nop end");
    const std::string twice =
        f("(param i32) block local.get 0 br_if 0 local.get 0 br_if 0 nop end");
    const std::string compared =
        f("(param i32) block local.get 0 i32.const 5 i32.lt_s br_if 0 nop end nop");
    const std::string negated =
        f("(param i32) block local.get 0 i32.eqz i32.eqz br_if 0 nop end nop");
    check_cases({
        {out, {1}, 5, "entry 1, get 1, br_if 2 | after end: nop 1"},
        {out, {0}, 7, "entry 1, get 1, br_if 2 | 2 nop 2 | nop 1"},
        {leave, {1}, 4, "entry 1, get 1, br_if 2, and out"},
        {leave, {0}, 7, "entry 1, get 1, br_if 2 | 3 nop 3"},
        {value, {1}, 5, "entry 1, const 1, get 1, br_if 2"},
        {value, {0}, 8, "entry 1, const 1, get 1, br_if 2 | drop 1, const 1, nop 1"},
        {twice, {1}, 4, "entry 1, get 1, br_if 2"},
        {twice, {0}, 8, "entry 1, get 1, br_if 2 | get 1, br_if 2 | nop 1"},
        {compared, {3}, 7, "entry 1, get 1, const 1, lt_s 1, br_if 2 | nop 1"},
        {compared, {9}, 8, "entry 1, get 1, const 1, lt_s 1, br_if 2 | nop 1 | nop 1"},
        {negated, {1}, 7, "entry 1, get 1, 2 eqz 2, br_if 2 | nop 1"},
        {negated, {0}, 8, "entry 1, get 1, 2 eqz 2, br_if 2 | nop 1 | nop 1"},
    });
}

TEST_CASE("Each arm of br_table pays for where it lands alone") {
    const std::string three =
        f("(param i32) block $c block $b block $a local.get 0 br_table $a $b $c end nop return end "
          "nop nop end nop");
    const std::string again = f(
        "(param i32) block $out loop $l local.get 0 i32.const 1 i32.sub local.tee 0 br_table $out "
        "$l $l end nop end");
    const std::string leave = f("(param i32) block local.get 0 br_table 0 1 end nop nop");
    const std::string value =
        f("(param i32) (result i32) block $a (result i32) block $b (result i32) i32.const 9 "
          "local.get 0 br_table $b $a $b end nop nop nop drop i32.const 1 end");
    check_cases({
        {three, {0}, 6, "entry 1, get 1, br_table 2 | nop 1, return 1"},
        {three, {1}, 7, "entry 1, get 1, br_table 2 | 2 nop 2 | nop 1"},
        {three, {2}, 5, "entry 1, get 1, br_table 2 | nop 1"},
        {three, {99}, 5, "entry 1, get 1, br_table 2 | the default: nop 1"},
        {f("(param i32) block local.get 0 br_table 0 nop end nop"),
         {5},
         5,
         "entry 1, get 1, br_table 2 | nop 1"},
        {again, {1}, 7, "entry 1 | get 1, const 1, sub 1, tee 1, br_table 2, and out"},
        {again, {3}, 19, "entry 1 | three turns of 6"},
        {leave, {0}, 6, "entry 1, get 1, br_table 2 | 2 nop 2"},
        {leave, {1}, 4, "entry 1, get 1, br_table 2, and out"},
        {value, {0}, 10, "entry 1, const 1, get 1, br_table 2 | 3 nop 3, drop 1, const 1"},
        {value, {1}, 5, "entry 1, const 1, get 1, br_table 2"},
        {value, {2}, 10, "entry 1, const 1, get 1, br_table 2 | 3 nop 3, drop 1, const 1"},
    });
}

TEST_CASE("A loop is paid in each turn") {
    const std::string countdown =
        f("(param i32) loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end");
    const std::string outer = f(
        "(param i32) loop $o loop $i nop end local.get 0 i32.const 1 i32.sub local.tee 0 br_if $o "
        "end");
    const std::string sum =
        "(memory 1)" +
        f("(param i32 i32) (result i32) block $out loop $l local.get 0 i32.eqz br_if $out "
          "local.get 1 local.get 0 i32.load8_u i32.add local.set 1 local.get 0 i32.const 1 "
          "i32.sub local.set 0 br $l end end local.get 1");
    check_cases({
        {f("loop end"), {}, 1, "entry 1 | a checked point of 0"},
        {f("nop loop nop nop end nop"), {}, 5, "entry 1, nop 1 | 2 nop 2 | nop 1"},
        {f("loop loop nop end end"), {}, 2, "entry 1 | outer 0 | nop 1"},
        {countdown, {1}, 7, "entry 1 | get 1, const 1, sub 1, tee 1, br_if 2"},
        {countdown, {10}, 61, "entry 1 | ten turns of 6"},
        {outer, {1}, 8, "entry 1 | outer 0 | nop 1 | get 1, const 1, sub 1, tee 1, br_if 2"},
        {outer, {3}, 22, "entry 1 | three turns of 0 | 1 | 6"},
        {f("(local i32) i32.const 3 loop (param i32) (result i32) i32.const 1 i32.sub local.tee 0 "
           "local.get 0 br_if 0 end drop"),
         {},
         21,
         "entry 1, const 1 | three turns of const 1, sub 1, tee 1, get 1, br_if 2 | drop 1"},
        {f("(local i32) loop $l local.get 0 i32.const 1000 i32.lt_s if local.get 0 i32.const 1 "
           "i32.add local.set 0 br $l end end"),
         {},
         11006,
         "entry 1 | 1000 turns of get 1, const 1, lt_s 1, if 2 | get, const, add, set 4, br 2; "
         "at last 5"},
        {sum, {0, 0}, 6, "entry 1 | get 1, eqz 1, br_if 2 | after the ends: get 1"},
        {sum, {4, 0}, 66, "entry 1 | four turns of 4 and 11 | at last 4 | get 1"},
    });
}

TEST_CASE("if is paid with what stands before it; only the arm that runs is paid") {
    const std::string both = f("(param i32) local.get 0 if nop nop else nop nop nop end nop");
    const std::string one = f("(param i32) local.get 0 if nop nop end nop");
    const std::string result =
        f("(param i32) (result i32) local.get 0 if (result i32) i32.const 1 nop else i32.const 2 "
          "end nop");
    const std::string parameter =
        f("(param i32) i32.const 5 local.get 0 if (param i32) drop nop else drop end");
    const std::string nested =
        f("(param i32 i32) local.get 0 if local.get 1 if nop else nop nop end nop else nop nop nop "
          "end nop");
    const std::string out = f("(param i32) block local.get 0 if nop br 1 nop end nop end nop");
    const std::string own = f("(param i32) local.get 0 if nop br 0 nop nop end nop");
    const std::string leave = f("(param i32) local.get 0 if nop return end nop nop nop");
    check_cases({
        {both, {1}, 7, "entry 1, get 1, if 2 | 2 nop 2 | nop 1"},
        {both, {0}, 8, "entry 1, get 1, if 2 | 3 nop 3 | nop 1"},
        {one, {1}, 7, "entry 1, get 1, if 2 | 2 nop 2 | nop 1"},
        {one, {0}, 5, "entry 1, get 1, if 2 | nop 1"},
        {result, {1}, 7, "entry 1, get 1, if 2 | const 1, nop 1 | nop 1"},
        {result, {0}, 6, "entry 1, get 1, if 2 | const 1 | nop 1"},
        {parameter, {1}, 7, "entry 1, const 1, get 1, if 2 | drop 1, nop 1"},
        {parameter, {0}, 6, "entry 1, const 1, get 1, if 2 | drop 1"},
        {f("(param i32) local.get 0 if end nop"), {1}, 5, "entry 1, get 1, if 2 | nop 1"},
        {f("(param i32) local.get 0 if nop else end"), {0}, 4, "entry 1, get 1, if 2"},
        {nested, {1, 1}, 10, "entry 1, get 1, if 2 | get 1, if 2 | nop 1 | nop 1 | nop 1"},
        {nested, {1, 0}, 11, "entry 1, get 1, if 2 | get 1, if 2 | 2 nop 2 | nop 1 | nop 1"},
        {nested, {0, 1}, 8, "entry 1, get 1, if 2 | 3 nop 3 | nop 1"},
        {out, {1}, 8, "entry 1, get 1, if 2 | nop 1, br 2 | after the block: nop 1"},
        {out, {0}, 6, "entry 1, get 1, if 2 | nop 1 | nop 1"},
        {own, {1}, 8, "entry 1, get 1, if 2 | nop 1, br 2 | nop 1"},
        {own, {0}, 5, "entry 1, get 1, if 2 | nop 1"},
        {leave, {1}, 6, "entry 1, get 1, if 2 | nop 1, return 1"},
        {leave, {0}, 7, "entry 1, get 1, if 2 | 3 nop 3"},
    });
}

TEST_CASE("Dead code is free") {
    const std::string dead_then = f("(param i32) local.get 0 if unreachable else nop nop end");
    check_cases({
        {f("nop return nop nop nop"), {}, 3, "entry 1, nop 1, return 1"},
        {f("nop unreachable nop"), {}, 3, "entry 1, nop 1, unreachable 1", "unreachable"},
        {f("block br 0 block nop end loop nop br 0 end nop end nop"),
         {},
         4,
         "entry 1, br 2 | nop 1"},
        {f("return i32.const 1 if nop else nop end"), {}, 2, "entry 1, return 1"},
        {"(memory 1)" + f("return i32.const 0 i32.const 0 i32.const 9 memory.fill"),
         {},
         2,
         "entry 1, return 1"},
        {dead_then, {0}, 6, "entry 1, get 1, if 2 | 2 nop 2"},
        {dead_then, {1}, 5, "entry 1, get 1, if 2 | unreachable 1", "unreachable"},
    });
}

TEST_CASE("A trap in a block gives nothing of it back") {
    const std::string load =
        "(memory 1)" +
        f("(param i32) block local.get 0 i32.load drop local.get 0 br_if 0 nop end nop nop");
    check_cases({
        {f("i32.const 1 i32.const 0 i32.div_s drop nop nop nop nop nop"),
         {},
         19,
         "entry 1, 2 const 2, div_s 10, drop 1, 5 nop 5",
         "integer divide by zero"},
        {f("i32.const 0x80000000 i32.const -1 i32.div_s drop nop nop"),
         {},
         16,
         "entry 1, 2 const 2, div_s 10, drop 1, 2 nop 2",
         "integer overflow"},
        {f("f32.const nan i32.trunc_f32_s drop nop"),
         {},
         24,
         "entry 1, const 1, trunc 20, drop 1, nop 1",
         "invalid conversion to integer"},
        {load, {0}, 10, "entry 1, get 1, load 1, drop 1, get 1, br_if 2 | nop 1 | 2 nop 2"},
        {load, {4}, 9, "entry 1, get 1, load 1, drop 1, get 1, br_if 2 | 2 nop 2"},
        {load,
         {70000},
         7,
         "entry 1, get 1, load 1, drop 1, get 1, br_if 2",
         "out of bounds memory access"},
        {"(memory 1)" + f("i32.const 65535 i32.const 1 i32.store nop nop"),
         {},
         6,
         "entry 1, 2 const 2, store 1, 2 nop 2",
         "out of bounds memory access"},
    });
}

}  // namespace icvm::vm
