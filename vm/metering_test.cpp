/// Worked examples of docs/metering.md, "Blocks" to "Bulk instructions", with any slice.

#include <catch2/catch.hpp>

#include "vm/exec/test_assembler.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

namespace {

constexpr i64 ample = 1'000'000'000;

struct Run {
    i64 used = 0;
    bool trapped = false;
    TrapReason reason{};
    std::vector<Value> globals;
};

/// performance_counter as in sections 3.2 and 3.6: costs 200, gives what was used so far.
struct PerformanceCounter {
    i64 limit;
    static HostOutcome call(void* context, HostCall& call) {
        const i64 limit = static_cast<PerformanceCounter*>(context)->limit;
        if (!call.budget->charge(200)) return HostOutcome::trap;
        call.slots[0] = u64(limit - call.budget->remaining());
        return HostOutcome::done;
    }
};

Run run(TestModule module, const std::vector<u64>& arguments, i64 limit, i64 slice) {
    install_fault_handler();
    auto compiled = load_module(module.assemble(), {});
    REQUIRE(compiled);
    Store store;
    PerformanceCounter counter{limit};
    std::vector<Extern> imports;
    if (!module.imports.empty())
        imports.push_back(store.add_host_function(
            {{{types::i32}, {types::i64}}, PerformanceCounter::call, &counter, "pc"}));
    auto instance = store.instantiate(*compiled, imports);
    REQUIRE(instance);
    FunctionInstance* function = find_exported_function(**instance, "f");
    REQUIRE(function);
    std::vector<Value> values;
    for (size_t i = 0; i < arguments.size(); i++)
        values.push_back({type_of(*function).parameters[i], arguments[i]});
    Execution execution(store, *function, values, Budget::of(limit, slice));
    Outcome outcome = Outcome::paused;
    while (outcome == Outcome::paused) outcome = execution.run();
    Run result{limit - execution.budget().remaining(), outcome == Outcome::trapped,
               execution.trap().reason, global_values(**instance)};
    return result;
}

/// Checks a use, and that it does not depend on the slice.
void check_use(const TestModule& module, const std::vector<u64>& arguments, i64 used,
               i64 limit = ample) {
    for (const i64 slice : {limit, i64(1), i64(7)}) {
        const Run result = run(module, arguments, limit, slice);
        INFO(module.functions[0].body << " slice " << slice);
        CHECK_FALSE(result.trapped);
        CHECK(result.used == used);
    }
}

void check_trap(const TestModule& module, const std::vector<u64>& arguments, i64 used,
                TrapReason reason, i64 limit = ample) {
    for (const i64 slice : {limit, i64(1), i64(7)}) {
        const Run result = run(module, arguments, limit, slice);
        INFO(module.functions[0].body << " slice " << slice);
        REQUIRE(result.trapped);
        CHECK(to_string(result.reason) == to_string(reason));
        CHECK(result.used == used);
    }
}

/// A module whose function "f" is first; further functions follow.
TestModule function(std::string type, std::string body, std::string locals = "") {
    TestModule module;
    module.functions.push_back({std::move(type), std::move(locals), std::move(body), "f"});
    return module;
}

TestModule with_memory(TestModule module, bool is64 = false, u64 maximum = 0) {
    module.memories.push_back({1, maximum, is64});
    return module;
}

TestModule with_function(TestModule module, std::string body) {
    module.functions.push_back({":", "", std::move(body), ""});
    return module;
}

TestModule with_globals(TestModule module, std::string globals) {
    module.globals = std::move(globals);
    return module;
}

const std::string countdown = "loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end";

std::string nops(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; i++) text += " nop";
    return text;
}

}  // namespace

TEST_CASE("Blocks cost what the worked examples 1 to 5 say") {
    check_use(function(":", ""), {}, 1);
    check_use(function(":", "i32.const 0 drop"), {}, 3);
    check_use(function("ii:i", "local.get 0 local.get 1 i32.add"), {1, 2}, 4);
    check_use(function(":", "block block nop end nop end nop"), {}, 4);
    check_use(function(":", "block block nop br 1 nop end nop end nop"), {}, 5);
}

TEST_CASE("Branches and loops cost what the worked examples 6 to 9 say") {
    const auto br_if = function("i:", "block local.get 0 br_if 0 nop nop end nop");
    check_use(br_if, {1}, 5);
    check_use(br_if, {0}, 7);
    check_use(function("i:", countdown), {1}, 7);
    check_use(function("i:", countdown), {10}, 61);
    check_use(function(":",
                       "loop local.get 0 i32.const 1000 i32.lt_s if local.get 0 i32.const 1 "
                       "i32.add local.set 0 br 1 end end",
                       "i"),
              {}, 1 + 1000 * 11 + 5);
    check_use(function(":", "loop loop nop end end"), {}, 2);
}

TEST_CASE("if, br_table, return and traps cost what the worked examples 10 to 16 say") {
    const auto if_else = function("i:", "local.get 0 if nop nop else nop nop nop end nop");
    check_use(if_else, {1}, 7);
    check_use(if_else, {0}, 8);
    const auto if_only = function("i:", "local.get 0 if nop nop end nop");
    check_use(if_only, {1}, 7);
    check_use(if_only, {0}, 5);
    const auto br_table = function("i:",
                                   "block block block local.get 0 br_table 2 0 1 2 end "
                                   "nop return end nop nop end nop");
    check_use(br_table, {0}, 6);
    check_use(br_table, {1}, 7);
    check_use(br_table, {2}, 5);
    check_use(br_table, {99}, 5);
    check_use(function(":", "nop return nop nop nop"), {}, 3);
    check_trap(function(":", "nop unreachable nop"), {}, 3, TrapReason::unreachable);
    check_trap(function(":", "i32.const 1 i32.const 0 i32.div_s drop nop nop nop nop nop"), {}, 19,
               TrapReason::integer_divide_by_zero);
    const auto load = with_memory(
        function("i:", "block local.get 0 i32.load 0 drop local.get 0 br_if 0 nop end nop nop"));
    check_use(load, {0}, 10);
    check_use(load, {4}, 9);
    check_trap(load, {70000}, 7, TrapReason::memory_out_of_bounds);
}

TEST_CASE("Calls cost what the worked examples 17 to 23 say") {
    check_use(with_function(function(":", "call 1 call 1 nop"), "nop"), {}, 16);
    const auto factorial = function("i:i",
                                    "local.get 0 i32.const 1 i32.lt_s if:i i32.const 1 else "
                                    "local.get 0 local.get 0 i32.const 1 i32.sub call 0 i32.mul "
                                    "end");
    check_use(factorial, {0}, 7);
    check_use(factorial, {5}, 87);
    TestModule indirect = with_function(function("i:", "local.get 0 call_indirect 0 0"), "nop");
    indirect.types = {":"};
    indirect.table = {1};
    indirect.table_size = 2;
    check_use(indirect, {0}, 14);
    check_trap(indirect, {1}, 12, TrapReason::uninitialized_element);
    check_use(with_function(function(":", "nop return_call 1"), "nop"), {}, 7);
    TestModule tail = with_function(function(":", "i32.const 0 return_call_indirect 0 0"), "nop");
    tail.types = {":"};
    tail.table = {1};
    tail.table_size = 1;
    check_use(tail, {}, 64);
    const std::string recursion = "local.get 0 if local.get 0 i32.const 1 i32.sub ";
    check_use(function("i:", recursion + "call 0 end"), {3}, 40);
    check_use(function("i:", recursion + "return_call 0 end"), {3}, 34);
}

TEST_CASE("Bulk instructions cost what the worked examples 24 to 27 say") {
    const auto fill =
        with_memory(function("i:", "i32.const 0 i32.const 1 local.get 0 memory.fill"));
    check_use(fill, {0}, 104);
    check_use(fill, {16}, 120);
    check_trap(fill, {65537}, 65641, TrapReason::memory_out_of_bounds);
    TestModule init = with_memory(
        function("i:", "i32.const 0 i32.const 0 local.get 0 memory.init 0 0 data.drop 0"));
    init.data = {"12345678"};
    check_use(init, {8}, 412);
    check_trap(init, {9}, 413, TrapReason::memory_out_of_bounds);
    const auto fill64 =
        with_memory(function("I:", "i64.const 0 i32.const 7 local.get 0 memory.fill"), true);
    check_use(fill64, {16}, 120);
    for (const u64 length : {~u64(0), u64(1) << 63}) {
        const Run result = run(fill64, {length}, 1000, 1000);
        CHECK(result.trapped);
        CHECK(result.reason == TrapReason::out_of_budget);
    }
    const auto grow =
        with_memory(function("i:", "local.get 0 memory.grow drop memory.size drop"), false, 2);
    check_use(grow, {1}, 324);
    check_use(grow, {5}, 324);
}

TEST_CASE("Vector instructions cost what the worked example 28 and the table say") {
    const std::string a = "v128.const 0 0 ", b = "v128.const 1 2 ";
    check_use(function(":", a + b + "f64x2.div f64x2.sqrt drop"), {}, 30);
    check_use(function(":", a + b + "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 drop"), {},
              1 + 2 + 3 + 1);
    check_use(function(":", a + "i32.const 3 i64x2.shr_s " + b + "i64x2.mul i8x16.popcnt drop"), {},
              1 + 1 + 1 + 3 + 1 + 4 + 3 + 1);
    check_use(function(":", a + b + "f32x4.div " + a + "f64x2.max i32x4.trunc_sat_f32x4_u drop"),
              {}, 1 + 2 + 10 + 1 + 5 + 4 + 1);
    check_use(function("i:", "loop " + a + b +
                                 "f64x2.max drop local.get 0 i32.const 1 i32.sub "
                                 "local.tee 0 br_if 0 end"),
              {10}, 1 + 10 * (1 + 1 + 5 + 1 + 6));
}

TEST_CASE("Vector instructions of memory are metered as one, whatever they are made of") {
    for (const bool is64 : {false, true}) {
        const std::string zero = is64 ? "i64.const 0 " : "i32.const 0 ";
        const std::string v = "v128.const 0 0 ";
        const i64 access = is64 ? 2 : 1;
        const auto check = [&](const std::string& body, i64 used) {
            check_use(with_memory(function(":", body), is64), {}, 1 + used);
        };
        check(zero + "v128.load 0 drop", 1 + access + 1);
        check(zero + "v128.load8x8_s 0 drop", 1 + access + 1);
        check(zero + "v128.load32_splat 0 drop", 1 + access + 1);
        check(zero + v + "v128.store 0", 2 + access);
        check(zero + v + "v128.load16_lane 0 0 3 drop", 2 + access + 1);
        check(zero + v + "v128.store32_lane 0 0 1", 2 + access);
        check(zero + v + "v128.store64_lane 0 0 1", 2 + access);
        check_trap(with_memory(function(":", zero + v + "v128.store32_lane 70000 0 1 nop"), is64),
                   {}, 1 + 2 + access + 1, TrapReason::memory_out_of_bounds);
    }
}

TEST_CASE("Loads cost more in memory64, and the table instructions their price (29, 41)") {
    check_use(with_memory(function(":", "i64.const 0 i64.load 0 drop"), true), {}, 5);
    check_use(with_memory(function(":", "i32.const 0 i64.load 0 drop")), {}, 4);
    TestModule table = function(":", "i32.const 0 table.get 0 ref.is_null drop");
    table.table_size = 1;
    check_use(table, {}, 13);
}

TEST_CASE("The limit strikes where the worked examples 31 to 35 say") {
    check_trap(function("i:", countdown), {10}, 31, TrapReason::out_of_budget, 30);
    check_use(function("i:", countdown), {10}, 61, 61);
    check_use(function(":", "i32.const 0 drop"), {}, 3, 3);
    check_trap(function(":", "i32.const 0 drop"), {}, 3, TrapReason::out_of_budget, 2);
    const std::string body = "local.get 0 if" + nops(10) + " i32.const 7 global.set 0 end ";
    const TestModule unnoticed = with_globals(function("i:", body), "i");
    check_use(unnoticed, {1}, 17, 10);
    CHECK(run(unnoticed, {1}, 10, 10).globals[0].bits == 7);
    const TestModule noticed = with_globals(
        with_function(function("i:", body + "call 1 i32.const 9 global.set 0"), ""), "i");
    check_trap(noticed, {1}, 26, TrapReason::out_of_budget, 20);
    CHECK(run(noticed, {1}, 20, 20).globals[0].bits == 7);
}

TEST_CASE("A host function sees the whole block charged (36, 37)") {
    const std::string first = "i32.const 0 call 0 global.set 0 ";
    const std::string second = "i32.const 0 call 0 global.set 1";
    TestModule flat = with_globals(function(":", first + second), "II");
    flat.imports = {{"ic0", "performance_counter", "i:I"}};
    const Run result = run(flat, {}, 1000, 1000);
    CHECK(result.globals[0].bits == 217);
    CHECK(result.globals[1].bits == 417);
    CHECK(result.used == 417);
    TestModule block = with_globals(function(":", "block " + first + "end " + second), "II");
    block.imports = flat.imports;
    CHECK(run(block, {}, 1000, 1000).globals[0].bits == 209);
    CHECK(run(block, {}, 1000, 1000).globals[1].bits == 417);
    check_use(block, {}, 417);
}

TEST_CASE("A dynamic charge comes before the static one of its place (38 to 40)") {
    const TestModule first = with_memory(
        function(":", "i32.const 0 i32.const 0 i32.const 100 block end memory.fill nop"));
    check_use(first, {}, 205, 104);
    check_trap(first, {}, 104, TrapReason::out_of_budget, 103);
    check_trap(with_memory(function(":", "i32.const 0 i32.const 7 i32.const 1000 memory.fill")), {},
               1104, TrapReason::out_of_budget, 150);
    check_trap(function(":", "loop br 0 end"), {}, 11, TrapReason::out_of_budget, 10);
}

TEST_CASE("A sum over bytes and a mix of operators cost what 42 and 43 say") {
    const auto sum = with_memory(function(
        "ii:i",
        "block loop local.get 0 i32.eqz br_if 1 local.get 1 local.get 0 i32.load8_u 0 i32.add "
        "local.set 1 local.get 0 i32.const 1 i32.sub local.set 0 br 0 end end local.get 1"));
    check_use(sum, {0, 0}, 6);
    check_use(sum, {4, 0}, 66);
    const auto mix = with_globals(
        function("F:i",
                 "local.get 0 i64.trunc_sat_f64_u global.set 0 local.get 0 f64.sqrt local.get 0 "
                 "f64.min f32.demote_f64 i32.trunc_sat_f32_s global.get 0 i32.wrap_i64 "
                 "i32.const 1 select"),
        "I");
    check_use(mix, {std::bit_cast<u64>(2.5)}, 78);
}

}  // namespace icvm::vm
