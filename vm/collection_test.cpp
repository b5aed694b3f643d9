/// Whatever holds the only reference to an object keeps it, while others are made in between.

#include "vm/test_text.hpp"

namespace icvm::vm {

namespace {

/// $churn takes every cell that is free by mistake, and writes into it.
const char* const prelude = R"(
    (type $box (struct (field i64)))
    (type $boxes (array (mut (ref null $box))))
    (type $take (func (param (ref $box)) (result i64)))
    (type $node (struct (field (mut (ref null $node))) (field (mut (ref null $box)))))
    (table $t 2 10 (ref null $box))
    (table $any 2 anyref)
    (table $functions funcref (elem $read $read_after))
    (global $g (mut (ref null $box)) (ref.null $box))
    (global $later anyref (struct.new $box (i64.const 41)))
    (elem $segment (ref $box) (struct.new $box (i64.const 42)))
    (tag $e (param (ref $box) v128 i64 (ref null $box)))
    (func $box (param i64) (result (ref $box)) (struct.new $box (local.get 0)))
    (func $churn (local $n i32)
        (loop $l
            (drop (struct.new $box (i64.const 0xDEAD)))
            (drop (array.new $boxes (ref.null $box) (i32.const 2)))
            (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                (i32.const 3)))))
    (func $read (param $b (ref $box)) (result i64) (struct.get $box 0 (local.get $b)))
    (func $read_after (param $b (ref $box)) (result i64)
        (call $churn) (call $read (local.get $b)))
    (func $both (param $a (ref $box)) (param v128) (param $b (ref $box)) (result i64)
        (call $churn)
        (i64.add (call $read (local.get $a)) (call $read (local.get $b))))
    (func $two (result (ref $box) v128 (ref $box))
        (call $box (i64.const 3)) (v128.const i64x2 1 1) (call $box (i64.const 4)))
)";

struct Place {
    const char* name;
    i64 value;
    const char* body;
};

const Place places[] = {
    {"an operand below a call", 5, "(call $box (i64.const 5)) (call $churn) (struct.get $box 0)"},
    {"operands around vectors", 12, R"(
        (v128.const i64x2 7 7) (call $box (i64.const 5)) (v128.const i64x2 7 7) (i32.const 1)
        (call $box (i64.const 7)) (call $churn)
        (struct.get $box 0) (local.set $i) (drop) (drop)
        (struct.get $box 0) (local.set $j) (drop) (i64.add (local.get $i) (local.get $j)))"},
    {"a local", 5, R"(
        (local.set $b (call $box (i64.const 5))) (call $churn)
        (struct.get $box 0 (local.get $b)))"},
    {"a local that is written while it is an operand", 11, R"(
        (local.set $b (call $box (i64.const 5))) (local.get $b)
        (local.set $b (call $box (i64.const 6))) (call $churn)
        (struct.get $box 0) (i64.add (struct.get $box 0 (local.get $b))))"},
    {"parameters", 7, R"(
        (call $both (call $box (i64.const 3)) (v128.const i64x2 0 0) (call $box (i64.const 4))))"},
    {"parameters of a tail call", 7, R"(
        (return_call $both (call $box (i64.const 3)) (v128.const i64x2 0 0)
            (call $box (i64.const 4))))"},
    {"parameters of a call by reference", 5,
     "(call_ref $take (call $box (i64.const 5)) (ref.func $read_after))"},
    {"parameters of a tail call by reference", 5,
     "(return_call_ref $take (call $box (i64.const 5)) (ref.func $read_after))"},
    {"parameters of an indirect call", 5, R"(
        (call_indirect $functions (type $take) (call $box (i64.const 5)) (i32.const 1)))"},
    {"parameters of an indirect tail call", 5, R"(
        (return_call_indirect $functions (type $take) (call $box (i64.const 5))
            (i32.const 1)))"},
    {"results of a call", 7, R"(
        (call $two) (call $churn) (struct.get $box 0) (local.set $i) (drop)
        (struct.get $box 0) (i64.add (local.get $i)))"},
    {"results of a block, by a branch", 5, R"(
        (block $l (result (ref $box)) (br $l (call $box (i64.const 5)))) (call $churn)
        (struct.get $box 0))"},
    {"results of a block, by a table of branches", 5, R"(
        (block $l (result (ref $box)) (block $k (result (ref $box))
            (br_table $k $l (call $box (i64.const 5)) (i32.const 1))) (call $churn) (return
                (struct.get $box 0)))
        (call $churn) (struct.get $box 0))"},
    {"parameters of a loop", 5, R"(
        (call $box (i64.const 5))
        (loop $l (param (ref $box)) (result (ref $box)) (call $churn)
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const 3))))
        (struct.get $box 0))"},
    {"what was selected", 5, R"(
        (select (result (ref $box)) (call $box (i64.const 5)) (call $box (i64.const 6))
            (i32.const 1)) (call $churn) (struct.get $box 0))"},
    {"what was cast", 5, R"(
        (block $l (result (ref $box))
            (drop (br_on_cast $l anyref (ref $box) (call $box (i64.const 5))))
            (unreachable)) (call $churn) (struct.get $box 0))"},
    {"a reference of the host's side", 5, R"(
        (extern.convert_any (call $box (i64.const 5))) (call $churn)
        (struct.get $box 0 (ref.cast (ref $box) (any.convert_extern))))"},
    {"a global", 5, R"(
        (global.set $g (call $box (i64.const 5))) (call $churn)
        (struct.get $box 0 (global.get $g)))"},
    {"a global from its beginning", 41, R"(
        (call $churn) (struct.get $box 0 (ref.cast (ref $box) (global.get $later))))"},
    {"an element segment", 42, R"(
        (call $churn) (table.init $t $segment (i32.const 0) (i32.const 0) (i32.const 1))
        (elem.drop $segment) (call $churn) (struct.get $box 0 (table.get $t (i32.const 0))))"},
    {"a table", 5, R"(
        (table.set $t (i32.const 1) (call $box (i64.const 5))) (call $churn)
        (struct.get $box 0 (table.get $t (i32.const 1))))"},
    {"what a table was grown by", 5, R"(
        (drop (table.grow $t (call $box (i64.const 5)) (i32.const 3))) (call $churn)
        (struct.get $box 0 (table.get $t (i32.const 4))))"},
    {"what a table was filled with", 5, R"(
        (table.fill $any (i32.const 0) (call $box (i64.const 5)) (i32.const 2)) (call $churn)
        (struct.get $box 0 (ref.cast (ref $box) (table.get $any (i32.const 1)))))"},
    {"operands of a structure in the making", 5, R"(
        (struct.new $node (struct.new $node (ref.null $node) (call $box (i64.const 5)))
            (call $box (i64.const 6)))
        (call $churn) (struct.get $node 0) (struct.get $node 1) (struct.get $box 0))"},
    {"operands of an array in the making", 5, R"(
        (array.new_fixed $boxes 3 (call $box (i64.const 4)) (call $box (i64.const 5))
            (call $box (i64.const 6)))
        (call $churn) (struct.get $box 0 (array.get $boxes (i32.const 1))))"},
    {"an array that is filled", 5, R"(
        (local.set $a (array.new_default $boxes (i32.const 3)))
        (array.fill $boxes (local.get $a) (i32.const 1) (call $box (i64.const 5)) (i32.const 2))
        (call $churn) (struct.get $box 0 (array.get $boxes (local.get $a) (i32.const 2))))"},
    {"a cycle", 5, R"(
        (local.set $c (struct.new $node (ref.null $node) (ref.null $box)))
        (struct.set $node 0 (local.get $c)
            (struct.new $node (local.get $c) (call $box (i64.const 5))))
        (call $churn) (struct.get $node 0 (struct.get $node 0 (local.get $c)))
        (struct.get $node 0) (struct.get $node 1) (struct.get $box 0))"},
    {"arguments of an exception", 7, R"(
        (block $h (result (ref $box) v128 i64 (ref null $box))
            (try_table (catch $e $h)
                (throw $e (call $box (i64.const 3)) (v128.const i64x2 0 0) (i64.const 9)
                    (call $box (i64.const 4)))) (unreachable))
        (call $churn) (struct.get $box 0) (local.set $i) (drop) (drop)
        (struct.get $box 0) (i64.add (local.get $i)))"},
    {"an exception that is thrown again", 7, R"(
        (block $h (result (ref $box) v128 i64 (ref null $box))
            (try_table (catch $e $h)
                (block $all (result exnref)
                    (try_table (catch_all_ref $all)
                        (throw $e (call $box (i64.const 3)) (v128.const i64x2 0 0) (i64.const 9)
                            (call $box (i64.const 4)))) (unreachable))
                (call $churn) (throw_ref)) (unreachable))
        (call $churn) (struct.get $box 0) (local.set $i) (drop) (drop)
        (struct.get $box 0) (i64.add (local.get $i)))"},
};

std::string module_with(const Place& place) {
    return "(module " + std::string(prelude) + R"((func (export "f") (result i64)
        (local $n i32) (local $i i64) (local $v v128) (local $b (ref null $box)) (local $j i64)
        (local $a (ref null $boxes)) (local $c (ref null $node)) )" +
           place.body + "))";
}

}  // namespace

TEST_CASE("each place that may hold a reference is a root") {
    for (const Place& place : places) {
        INFO(place.name);
        const LoadedText loaded(module_with(place));
        CHECK(i64(loaded.value()) == place.value);
        CHECK(loaded.store->heap().collections() > 3);
    }
}

TEST_CASE("the parameters of a loop are roots while it pauses before what takes them") {
    const LoadedText loaded(R"((module (type $box (struct (field i64)))
        (func $read (param $b (ref $box)) (result i64) (struct.get $box 0 (local.get $b)))
        (func (export "f") (result i64) (local $n i32)
            (struct.new $box (i64.const 5))
            (loop $l (param (ref $box)) (result i64)
                (call $read)
                (if (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 3))
                    (then (br $l (struct.new $box (i64.const 6)))))))
        (func (export "g") (result i64) (drop (struct.new $box (i64.const 7))) (i64.const 0))))");
    Execution execution(*loaded.store, loaded.function(), {}, Budget::of(1000, 1));
    while (execution.run() == Outcome::paused) CHECK(loaded.value({}, "g") == 0);
    REQUIRE(execution.results().size() == 1);
    CHECK(i64(execution.results()[0].bits) == 6);
}

TEST_CASE("what no place holds any more is gone") {
    const LoadedText loaded(R"((module (type $box (struct (field i64)))
        (func (export "f") (result i64) (local $b (ref null $box))
            (local.set $b (struct.new $box (i64.const 1)))
            (local.set $b (struct.new $box (i64.const 2)))
            (struct.get $box 0 (local.get $b)))))");
    CHECK(loaded.value() == 2);
    loaded.store->heap().collect();
    CHECK(loaded.store->heap().bytes_alive() == 0);
}

}  // namespace icvm::vm
