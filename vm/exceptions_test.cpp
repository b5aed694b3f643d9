#include "vm/test_text.hpp"

namespace icvm::vm {

TEST_CASE("an exception carries its values to the clause of its tag") {
    const LoadedText loaded(R"((module
        (tag $a (param i32 i64)) (tag $b (param f32))
        (func (export "f") (param i32) (result i32 i64)
            (block $b (result f32)
                (block $a (result i32 i64)
                    (try_table (result i32 i64) (catch $b $b) (catch $a $a)
                        (if (local.get 0) (then (throw $a (i32.const 7) (i64.const 8))))
                        (throw $b (f32.const 1.5))))
                (return))
            (i32.trunc_f32_s) (i64.const 9))
    ))");
    const auto a = loaded.call({1});
    REQUIRE(a);
    CHECK((*a)[0].bits == 7);
    CHECK((*a)[1].bits == 8);
    const auto b = loaded.call({0});
    REQUIRE(b);
    CHECK((*b)[0].bits == 1);
    CHECK((*b)[1].bits == 9);
}

TEST_CASE("a body that throws nothing gives its results") {
    const LoadedText loaded(R"((module (tag $t (param i32))
        (func (export "f") (param i32) (result i32)
            (block $h (result i32)
                (i32.const 1)
                (try_table (param i32) (result i32) (catch $t $h)
                    (local.get 0) (i32.add)))))
    )");
    CHECK(loaded.value({4}) == 5);
}

TEST_CASE("inner clauses come before outer ones, and clauses in their order") {
    const LoadedText loaded(R"((module (tag $a) (tag $b) (tag $c)
        (func $throw (param i32)
            (if (i32.eq (local.get 0) (i32.const 0)) (then (throw $a)))
            (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b)))
            (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $c))))
        (func (export "f") (param i32) (result i32)
            (block $1 (block $2 (block $3 (block $4
                (try_table (catch $b $1) (catch_all $2)
                    (try_table (catch $a $3) (catch $a $4)
                        (call $throw (local.get 0))))
                (return (i32.const 0)))
                (return (i32.const 4)))
                (return (i32.const 3)))
                (return (i32.const 2)))
            (i32.const 1))
    ))");
    CHECK(loaded.value({0}) == 3);
    CHECK(loaded.value({1}) == 1);
    CHECK(loaded.value({2}) == 2);
    CHECK(loaded.value({3}) == 0);
}

TEST_CASE("what is behind or before the body is not caught by its clauses") {
    const LoadedText loaded(R"((module (tag $t)
        (func (export "before") (result i32)
            (block $h (throw $t) (try_table (catch $t $h) (nop))) (i32.const 1))
        (func (export "behind") (result i32)
            (block $h (try_table (catch $t $h) (nop)) (throw $t)) (i32.const 1))
        (func (export "beside") (result i32)
            (block $h
                (try_table (catch $t $h)
                    (block $i (try_table (catch $t $i) (nop)))
                    (throw $t)
                    (block $i (try_table (catch $t $i) (nop)))
                ))
            (i32.const 1))
    ))");
    CHECK(loaded.trap({}, "before") == "uncaught exception");
    CHECK(loaded.trap({}, "behind") == "uncaught exception");
    CHECK(loaded.value({}, "beside") == 1);
}

TEST_CASE("a reference to an exception can be kept, and thrown again with its values") {
    const LoadedText loaded(R"((module (tag $t (param i64 externref v128 f64))
        (func $throw (param externref)
            (throw $t (i64.const 5) (local.get 0) (v128.const i64x2 6 7) (f64.const 8)))
        (func $keep (param externref) (result exnref) (local $e exnref)
            (block $h (result i64 externref v128 f64 exnref)
                (try_table (catch_ref $t $h) (call $throw (local.get 0)))
                (unreachable))
            (local.set $e) (drop) (drop) (drop) (drop)
            (local.get $e))
        (func (export "f") (param externref) (result i64 externref v128 f64)
            (local $e exnref)
            (local.set $e (call $keep (local.get 0)))
            (block $all (result exnref)
                (try_table (result i64 externref v128 f64) (catch_all_ref $all)
                    (throw_ref (local.get $e)))
                (unreachable))
            (local.set $e)
            (block $h (result i64 externref v128 f64)
                (try_table (result i64 externref v128 f64) (catch $t $h)
                    (throw_ref (local.get $e)))))
        (func (export "null") (throw_ref (ref.null exn)))
    ))");
    const auto results = loaded.call({references::host(3)});
    REQUIRE(results);
    CHECK((*results)[0].bits == 5);
    CHECK((*results)[1].bits == references::host(3));
    CHECK((*results)[2].bits == 6);
    CHECK((*results)[2].high == 7);
    CHECK((*results)[3].bits == std::bit_cast<u64>(8.0));
    CHECK(loaded.trap({}, "null") == "null exception reference");
}

TEST_CASE("clauses lead to loops, outer blocks with operands below, and out of the function") {
    const LoadedText loaded(R"((module (tag $t (param i32))
        (func (export "loop") (param i32) (result i32)
            (i32.const 100)
            (loop $again (param i32) (result i32)
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (drop)
                (try_table (result i32) (catch $t $again)
                    (if (local.get 0) (then (throw $t (local.get 0))))
                    (i32.const 42))))
        (func (export "outer") (param i32) (result i32)
            (i32.const 1000)
            (block $h (result i32)
                (i64.const 1) (i64.const 2)
                (try_table (param i64 i64) (catch $t $h)
                    (drop) (drop)
                    (throw $t (local.get 0)))
                (unreachable))
            (i32.add))
        (func (export "return") (param i32) (result i32)
            (i64.const 5)
            (try_table (catch $t 0) (throw $t (local.get 0)))
            (drop)
            (i32.const 6))
    ))");
    CHECK(loaded.value({5}, "loop") == 42);
    CHECK(loaded.value({5}, "outer") == 1005);
    CHECK(loaded.value({5}, "return") == 5);
}

TEST_CASE("locals keep what they had when the exception was thrown") {
    const LoadedText loaded(R"((module (tag $t)
        (func $throw (throw $t))
        (func (export "f") (param i32) (result i32)
            (block $h
                (try_table (catch $t $h)
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (call $throw)
                    (local.set 0 (i32.const 99))))
            (local.get 0))
    ))");
    CHECK(loaded.value({5}) == 6);
}

TEST_CASE("an exception goes through instances, and its catcher has its own again") {
    const auto store = std::make_shared<Store>(ObjectHeapOptions{.stress = true});
    const LoadedText thrower(R"((module
        (tag $t (export "t") (param i32))
        (memory 1) (data (i32.const 0) "\01") (global $g (mut i32) (i32.const 10))
        (func (export "f") (param i32)
            (throw $t (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))
    ))",
                             {}, store);
    const LoadedText catcher(R"((module
        (import "a" "t" (tag $t (param i32)))
        (import "a" "f" (func $f (param i32)))
        (tag $own (param i32))
        (memory 1) (data (i32.const 0) "\02") (global $g (mut i32) (i32.const 20))
        (func $through (param i32) (call $f (local.get 0)) (unreachable))
        (func (export "f") (param i32) (result i32)
            (block $wrong (result i32)
                (block $h (result i32)
                    (try_table (catch $own $wrong) (catch $t $h) (call $through (local.get 0)))
                    (unreachable))
                (i32.add (i32.add (global.get $g) (i32.load8_u (i32.const 0))))
                (return)))
    ))",
                             {*find_export(*thrower.instance, "t"), &thrower.function()}, store);
    CHECK(catcher.value({0}) == 33);
}

TEST_CASE("traps are not caught") {
    const LoadedText loaded(R"((module
        (func $trap (unreachable))
        (func (export "f") (block $h (try_table (catch_all $h) (call $trap))))
        (func $deep (call $deep))
        (func (export "deep") (block $h (try_table (catch_all $h) (call $deep))))
    ))");
    CHECK(loaded.trap() == "unreachable");
    CHECK(loaded.trap({}, "deep") == "call stack exhausted");
}

TEST_CASE("an exception that nobody catches is a trap, with the place that threw it") {
    const LoadedText loaded(R"((module (tag $t)
        (func $thrower (throw $t))
        (func (export "f") (call $thrower))
    ))");
    const auto results = loaded.call();
    REQUIRE(!results);
    CHECK(to_string(results.error().reason) == "uncaught exception");
    REQUIRE(results.error().frames.size() == 2);
    CHECK(results.error().frames[0].name == "thrower");
}

TEST_CASE("after an exception from deep calls there is as much room as before") {
    const LoadedText loaded(R"((module (tag $t)
        (func $deep (param i32)
            (if (i32.eqz (local.get 0)) (then (throw $t)))
            (call $deep (i32.sub (local.get 0) (i32.const 1))))
        (func (export "f") (param i32) (result i32)
            (local $left i32)
            (local.set $left (i32.const 5))
            (loop $again
                (block $h (try_table (catch $t $h) (call $deep (local.get 0))))
                (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
            (i32.const 1))
    ))");
    CHECK(loaded.value({131000}) == 1);
    CHECK(loaded.trap({131072}) == "call stack exhausted");
}

TEST_CASE("a frame that was replaced by a tail call catches nothing") {
    const LoadedText loaded(R"((module (tag $t)
        (func $throw (throw $t))
        (func $tail (result i32)
            (block $h (try_table (catch $t $h) (return_call $caught)))
            (i32.const 1))
        (func $caught (result i32) (call $throw) (i32.const 2))
        (func (export "f") (result i32)
            (block $h (try_table (catch $t $h) (return (call $tail))))
            (i32.const 3))
    ))");
    CHECK(loaded.value() == 3);
}

TEST_CASE("an exception takes the instructions of the blocks that were entered") {
    const LoadedText loaded(R"((module (tag $t (param i32))
        (func $throw (param i32)
            (nop) (nop)
            (throw $t (local.get 0)))
        (func (export "caught") (result i32)
            (nop)
            (block $h (result i32)
                (try_table (catch $t $h)
                    (call $throw (i32.const 1))
                    (nop))
                (i32.const 2))
            (nop) (nop) (nop))
        (func (export "loop") (param i32) (result i32)
            (loop $again
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (drop (block $h (result i32)
                    (try_table (result i32) (catch $t $h)
                        (if (local.get 0) (then (call $throw (i32.const 1))))
                        (i32.const 2))))
                (br_if $again (local.get 0)))
            (i32.const 0))
    ))");
    // Entry 1, nop, try_table, call 5, const, nop; entry 1, nop, nop, get, throw; nop, nop, nop.
    CHECK(loaded.instructions({}, "caught") == 10 + 5 + 3);
    // Of each turn: get, const, sub, set, try_table, get, if 2; const, call 5; thrower 5;
    // drop, get, br_if 2. Of the last: the same to the if; const; drop, get, br_if 2.
    CHECK(loaded.instructions({3}, "loop") == 1 + 2 * (8 + 6 + 5 + 4) + (8 + 1 + 4) + 1);
}

TEST_CASE("exceptions that go on leave the budget exact in the callers' unchecked blocks") {
    const LoadedText loaded(R"((module (tag $t)
        (func $throw (param i32) (if (local.get 0) (then (nop) (throw $t))))
        (func (export "f") (param i32) (result i32)
            (if (local.get 0) (then
                (nop) (nop)
                (block $h
                    (try_table (catch $t $h) (call $throw (local.get 0)) (nop)))
                (nop)))
            (i32.const 1))
    ))");
    // Entry, get, if 2; nop, nop, try_table, get, call 5, nop; entry, get, if 2, nop, throw; nop;
    // const.
    CHECK(loaded.instructions({1}) == 4 + 10 + 6 + 1 + 1);
}

}  // namespace icvm::vm
