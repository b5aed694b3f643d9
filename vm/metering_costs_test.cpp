/// What each instruction costs: the table that the interpreter takes from opcode.def is mainnet's.

#include "vm/test_metering_case.hpp"

namespace icvm::vm {

TEST_CASE("Each instruction of mainnet costs what mainnet's table says") {
    size_t known = 0;
    for (u32 code = 0; code < 0x10000; code++) {
        const OpcodeRow* row = find_opcode_row(u16(code));
        if (!row) continue;
        INFO(row->text);
        const size_t place = place_of(row->opcode);
        CHECK(default_costs().of(false).cost[place] == mainnet::cost_of(row->text, false));
        CHECK(default_costs().of(true).cost[place] == mainnet::cost_of(row->text, true));
        known++;
    }
    CHECK(known >= 439);
    CHECK(default_costs().of(false).function_entry == 1);
}

TEST_CASE("Versions of the costs are found by their names") {
    CHECK(find_cost_version("2025-10") == &default_costs());
    CHECK(find_cost_version("2025-1") == nullptr);
    CHECK(find_cost_version("") == nullptr);
}

TEST_CASE("Floats, conversions and divisions have their prices (43)") {
    check_cases({
        {"(global $x (mut i64) i64.const 0)" +
             f("(param f64) (result i32) local.get 0 i64.trunc_sat_f64_u global.set $x "
               "local.get 0 f64.sqrt local.get 0 f64.min f32.demote_f64 i32.trunc_sat_f32_s "
               "global.get $x i32.wrap_i64 i32.const 1 select"),
         {std::bit_cast<u64>(2.5)},
         78,
         "entry 1, get 1, trunc 20, set 2, get 1, sqrt 8, get 1, min 18, demote 1, trunc 20, get "
         "2, "
         "wrap 1, const 1, select 1"},
        {f("i32.const 7 i32.const 2 i32.rem_u f64.convert_i32_u f64.const 2 f64.div drop"),
         {},
         36,
         "entry 1, 2 const 2, rem_u 10, convert 16, const 1, div 5, drop 1"},
        {f("f32.const 1 f32.const 2 f32.lt f32.const 9 f32.sqrt drop drop"),
         {},
         14,
         "entry 1, 2 const 2, lt 3, const 1, sqrt 5, 2 drop 2"},
        {f("ref.func 0 ref.is_null drop") + "(elem declare func 0)",
         {},
         137,
         "entry 1, ref.func 130, is_null 5, drop 1"},
    });
}

TEST_CASE("Vector instructions have their prices (28)") {
    const std::string v = "v128.const i64x2 1 2 ";
    check_cases({
        {f(v + v + "f64x2.div f64x2.sqrt drop"), {}, 30, "entry 1, 2 const 2, 12, 14, drop 1"},
        {f(v + v + "f32x4.div f32x4.sqrt drop"), {}, 19, "entry 1, 2 const 2, 10, 5, drop 1"},
        {f(v + v + "i64x2.mul i32.const 3 i64x2.shr_s i8x16.popcnt drop"),
         {},
         15,
         "entry 1, 2 const 2, mul 4, const 1, shr_s 3, popcnt 3, drop 1"},
        {f(v + v + "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 i8x16.bitmask drop"),
         {},
         8,
         "entry 1, 2 const 2, shuffle 3, bitmask 1, drop 1"},
        {f(v + v + "i8x16.lt_u " + v + "f32x4.min f64x2.promote_low_f32x4 drop"),
         {},
         12,
         "entry 1, 2 const 2, lt_u 2, const 1, min 4, promote 1, drop 1"},
        {"(memory 1)" + f("i32.const 0 v128.load8x8_s i32.const 0 i32.const 0 v128.load "
                          "v128.store8_lane 3 drop"),
         {},
         8,
         "entry 1, const 1, load 1, const 1, const 1, load 1, lane 1, drop 1"},
    });
}

}  // namespace icvm::vm
