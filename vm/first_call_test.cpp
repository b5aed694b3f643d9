/// A function is compiled when it is first called, and nobody can tell: what an eager module does,
/// a lazy one does, at every budget.

#include <thread>

#include "vm/exec/compiled_module.hpp"
#include "vm/test_text.hpp"

namespace icvm::vm {

namespace {

using Compiled = std::shared_ptr<const CompiledModule>;

Compiled compile(std::string_view text, bool eager) {
    install_fault_handler();
    auto parsed = parse_module(text);
    if (!parsed) FAIL(parsed.error().reason << " in " << text);
    CompileOptions options;
    options.eager = eager;
    auto compiled = load_module(std::move(parsed->bytes), options);
    if (!compiled) FAIL(to_string(compiled.error()) << " in " << text);
    return *compiled;
}

HostOutcome triple(void*, HostCall& call) {
    call.slots[0] *= 3;
    return HostOutcome::done;
}

/// Two instances of a module in one store, whose heap collects at every allocation. Modules import
/// nothing, or what two_modules says.
struct Pair {
    Store store{ObjectHeapOptions{.stress = true}};
    Compiled compiled;
    Instance* instances[2] = {};

    Pair(const Compiled& from, bool imports) : compiled(from) {
        const FunctionType type{{types::i64}, {types::i64}};
        FunctionInstance* const host = store.add_host_function({type, triple, nullptr, "triple"});
        std::vector<Extern> given;
        if (imports) given = {host, host};
        for (Instance*& instance : instances) {
            auto made = store.instantiate(compiled, given);
            REQUIRE(made);
            instance = *made;
            if (imports) given[1] = find_exported_function(*instance, "f");
        }
    }
};

std::string describe(const Execution& execution, Outcome outcome) {
    std::string text = std::to_string(execution.budget().remaining());
    if (outcome == Outcome::finished) {
        for (const Value& value : execution.results()) text += " " + std::to_string(value.bits);
        return text;
    }
    text += " " + std::string(to_string(execution.trap().reason));
    for (const TrapFrame& frame : execution.trap().frames)
        text += " " + std::to_string(frame.function) + ":" + std::to_string(frame.offset);
    return text;
}

/// A call of "f" in instance `which` with that budget, in slices: how it went.
std::string call(Pair& pair, u32 which, u64 argument, i64 limit, i64 slice) {
    FunctionInstance* const function = find_exported_function(*pair.instances[which], "f");
    REQUIRE(function);
    const std::vector<Value> arguments = {{types::i64, argument}};
    Execution execution(pair.store, *function, arguments, Budget::of(limit, slice));
    Outcome outcome = Outcome::paused;
    u32 pauses = 0;
    for (; outcome == Outcome::paused; pauses++) {
        outcome = execution.run();
        if (outcome == Outcome::paused) pair.store.heap().collect();
    }
    std::string text = describe(execution, outcome) + " in " + std::to_string(pauses);
    for (const Instance* instance : pair.instances)
        for (const Value& value : global_values(*instance))
            text += "; " + std::to_string(value.type.is_reference() ? 0 : value.bits);
    return text;
}

constexpr i64 ample = 1'000'000;

/// Fresh modules at each budget up to what the whole call takes: each call is a first one.
void check_same(std::string_view text, bool imports = false) {
    const Compiled eager = compile(text, true);
    Pair whole(eager, imports);
    const std::string ended = call(whole, 1, 5, ample, ample);
    const i64 used = ample - std::stoll(ended);
    REQUIRE(used < 1000);
    for (i64 limit = 0; limit <= used; limit++) {
        for (const i64 slice : {i64(1), i64(7), ample}) {
            const Compiled lazy = compile(text, false);
            Pair one(eager, imports), other(lazy, imports);
            INFO("limit " << limit << ", slice " << slice << "\n" << text);
            for (const u32 which : {1, 0, 1})
                CHECK(call(other, which, 5, limit, slice) == call(one, which, 5, limit, slice));
        }
    }
}

}  // namespace

TEST_CASE("A first call is a call like any other, whatever the kind of call") {
    check_same(R"(
        (type $unary (func (param i64) (result i64)))
        (global $g (mut i64) (i64.const 0))
        (table funcref (elem $indirect $tail_indirect))
        (elem declare func $reference $tail_reference)
        (func $count (global.set $g (i64.add (global.get $g) (i64.const 1))))
        (func $start (call $count))
        (start $start)
        (func $direct (param i64) (result i64) (local i64 i64)
            (call $count) (i64.add (local.get 0) (local.get 2)))
        (func $indirect (param i64) (result i64)
            (call $count) (i64.mul (local.get 0) (local.get 0)))
        (func $tail (param i64) (result i64) (return_call $direct (local.get 0)))
        (func $tail_indirect (param i64) (result i64)
            (i64.sub (local.get 0) (i64.const 1)))
        (func $reference (param i64) (result i64) (i64.xor (local.get 0) (i64.const 9)))
        (func $tail_reference (param i64) (result i64)
            (return_call_ref $unary (local.get 0) (ref.func $reference)))
        (func (export "f") (param i64) (result i64)
            (call $direct (local.get 0))
            (call_indirect (type $unary) (i32.const 0))
            (call $tail)
            (call_ref $unary (ref.func $tail_reference))
            (return_call_indirect (type $unary) (i32.const 1))))");
}

TEST_CASE("A first call comes from the host and goes there, and crosses instances") {
    check_same(R"(
        (type $unary (func (param i64) (result i64)))
        (import "" "host" (func $host (type $unary)))
        (import "" "other" (func $other (type $unary)))
        (func $within (param i64) (result i64) (call $host (local.get 0)))
        (func (export "f") (param i64) (result i64)
            (i64.add (call $within (local.get 0)) (call $other (i64.const 1)))))",
               true);
}

TEST_CASE("A trap in a first call has its backtrace") {
    check_same(R"(
        (memory 1)
        (func $load (param i32) (result i64) (nop) (i64.load (local.get 0)))
        (func $g (param i64) (result i64)
            (call $load (i32.sub (i32.const 3) (i32.wrap_i64 (local.get 0)))))
        (func (export "f") (param i64) (result i64)
            (i64.add (i64.const 1) (call $g (local.get 0)))))");
    check_same(R"((func $g (param i64) (result i64) unreachable)
        (func (export "f") (param i64) (result i64) (return_call $g (local.get 0))))");
}

TEST_CASE("A first call throws to who called, and through who is called") {
    check_same(R"(
        (tag $e (param i64))
        (func $throw (param i64) (throw $e (i64.add (local.get 0) (i64.const 1))))
        (func $through (param i64) (call $throw (local.get 0)))
        (func $catch (param i64) (result i64)
            (block $h (result i64)
                (try_table (catch $e $h) (call $through (local.get 0)))
                (i64.const 0)))
        (func (export "f") (param i64) (result i64)
            (call $throw (call $catch (call $catch (local.get 0)))) (i64.const 3)))");
}

TEST_CASE("References live through a pause before a first call") {
    check_same(R"(
        (type $box (struct (field i64)))
        (func $make (param i64) (result (ref $box)) (struct.new $box (local.get 0)))
        (func $open (param i64 (ref $box) v128 (ref null $box)) (result i64)
            (local $new (ref null $box))
            (local.set $new (call $make (i64.const 100)))
            (i64.add (struct.get $box 0 (local.get 1))
                (i64.add (struct.get $box 0 (local.get 3)) (struct.get $box 0 (local.get $new)))))
        (func (export "f") (param i64) (result i64) (local $b (ref null $box))
            (local.set $b (call $make (local.get 0)))
            (call $make (i64.const 1000))
            (call $open (i64.const 1) (call $make (i64.const 10)) (v128.const i64x2 1 2)
                (local.get $b))
            (drop (call $make (i64.const 7)))
            (i64.add (struct.get $box 0 (local.get $b)))
            (local.set 0)
            (i64.add (struct.get $box 0) (local.get 0))))");
}

TEST_CASE("A first call at the limits of the stack, and one beyond, are as later ones") {
    const auto text = R"(
        (global $depth (mut i64) (i64.const 0))
        (func $down (param i64) (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
            (if (i64.eqz (local.get 0)) (then (call $leaf (local.get 0)))
                (else (call $down (i64.sub (local.get 0) (i64.const 1))))))
        (func $leaf (param i64) (local v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)
            (global.set $depth (i64.const 1)))
        (func (export "f") (param i64) (result i64)
            (call $down (local.get 0)) (i64.const 8)))";
    // Slots: "f" has one and one of an operand, $down 13 and two, $leaf 21 and one.
    const u64 last = (call_slots_max - 2 - 22) / 15 - 1;
    for (const u64 depth : {last - 1, last, last + 1, last + 2, u64(1) << 30}) {
        std::string seen[2];
        for (const bool eager : {false, true}) {
            Pair pair(compile(text, eager), false);
            seen[eager] = call(pair, 0, depth, 1'000'000'000, 1'000'000'000);
        }
        CHECK(seen[0] == seen[1]);
        CHECK((seen[0].find("call stack exhausted") != std::string::npos) == (depth > last));
    }
    // Not even the frame of the function that the host calls fits.
    const auto repeated = [](u32 count, const std::string& part) {
        std::string all;
        for (u32 n = 0; n < count; n++) all += part;
        return all;
    };
    const std::string wide = "(func (export \"f\") (param i64) (result i64) " +
                             repeated(1048, "(call $many)") + repeated(576, "(i64.const 0)") +
                             "unreachable) (func $many (result" + repeated(1000, " i64") +
                             ") unreachable)";
    std::string seen[2];
    for (const bool eager : {false, true}) {
        Pair pair(compile(wide, eager), false);
        seen[eager] = call(pair, 0, 0, ample, ample);
    }
    CHECK(seen[0] == seen[1]);
    CHECK(seen[0].find("call stack exhausted") != std::string::npos);
}

TEST_CASE("Instances of a module share its code, and only what is called is compiled") {
    const Compiled compiled = compile(R"(
        (func $never (param i64) (result i64) (call $f (local.get 0)))
        (func $g (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
        (func $f (export "f") (param i64) (result i64) (call $g (local.get 0))))",
                                      false);
    Pair pair(compiled, false);
    CHECK(compiled->code->functions_compiled() == 0);
    CHECK(call(pair, 0, 5, ample, ample).find(" 6 in 1") != std::string::npos);
    CHECK(compiled->code->functions_compiled() == 2);
    const size_t bytes = compiled->code->bytes();
    CHECK(call(pair, 1, 6, ample, ample).find(" 7 in 1") != std::string::npos);
    CHECK(compiled->code->functions_compiled() == 2);
    CHECK(compiled->code->bytes() == bytes);
}

TEST_CASE("Threads may call the functions of a module for the first time at once") {
    std::string text = R"((func $f0 (param i64) (result i64) (local.get 0)))";
    constexpr u32 functions = 200;
    for (u32 n = 1; n < functions; n++)
        text += "(func $f" + std::to_string(n) + (n + 1 == functions ? " (export \"f\")" : "") +
                " (param i64) (result i64) (i64.add (i64.const 1) (call $f" +
                std::to_string(n - 1) + " (local.get 0))))";
    const Compiled compiled = compile(text, false);
    std::vector<std::thread> threads;
    std::atomic<u32> right = 0;
    for (u32 n = 0; n < 4; n++)
        threads.emplace_back([&, n] {
            Store store;
            auto made = store.instantiate(compiled, {});
            if (!made) return;
            const std::vector<Value> arguments = {{types::i64, n}};
            const auto results = invoke(store, *find_exported_function(**made, "f"), arguments);
            if (results && (*results)[0].bits == n + functions - 1) right++;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 4);
    CHECK(compiled->code->functions_compiled() == functions);
}

}  // namespace icvm::vm
