#include "vm/test_text.hpp"

namespace icvm::vm {

TEST_CASE("fields of every width keep what was written, sign- or zero-extended") {
    const LoadedText loaded(R"((module
        (type $s (struct (field $a (mut i8)) (field $b (mut i16)) (field $c (mut i8))
            (field $d (mut i32)) (field $e (mut i64)) (field $f (mut f32)) (field $g (mut f64))
            (field $h (mut v128)) (field $i (mut i8)) (field $j (mut anyref))))
        (func $new (result (ref $s)) (struct.new $s (i32.const 0x180) (i32.const 0x18001)
            (i32.const -1) (i32.const -2) (i64.const -3) (f32.const 1.5) (f64.const 2.5)
            (v128.const i64x2 -4 -5) (i32.const 7) (ref.i31 (i32.const 8))))
        (func $set (param $s (ref $s)) (result (ref $s))
            (struct.set $s $a (local.get $s) (i32.const 0x7F))
            (struct.set $s $b (local.get $s) (i32.const 0x7FFE))
            (struct.set $s $c (local.get $s) (i32.const 3))
            (struct.set $s $d (local.get $s) (i32.const 4))
            (struct.set $s $e (local.get $s) (i64.const 5))
            (struct.set $s $f (local.get $s) (f32.const 6))
            (struct.set $s $g (local.get $s) (f64.const 7))
            (struct.set $s $h (local.get $s) (v128.const i64x2 8 9))
            (struct.set $s $i (local.get $s) (i32.const 10))
            (struct.set $s $j (local.get $s) (ref.null none))
            (local.get $s))
        (func $get (param $s (ref $s)) (result i32 i32 i32 i32 i32 i32 i64 f32 f64 v128 i32 anyref)
            (struct.get_s $s $a (local.get $s)) (struct.get_u $s $a (local.get $s))
            (struct.get_s $s $b (local.get $s)) (struct.get_u $s $b (local.get $s))
            (struct.get_s $s $c (local.get $s))
            (struct.get $s $d (local.get $s)) (struct.get $s $e (local.get $s))
            (struct.get $s $f (local.get $s)) (struct.get $s $g (local.get $s))
            (struct.get $s $h (local.get $s)) (struct.get_u $s $i (local.get $s))
            (struct.get $s $j (local.get $s)))
        (func (export "new") (result i32 i32 i32 i32 i32 i32 i64 f32 f64 v128 i32 anyref)
            (call $get (call $new)))
        (func (export "set") (result i32 i32 i32 i32 i32 i32 i64 f32 f64 v128 i32 anyref)
            (call $get (call $set (call $new))))
        (func (export "default") (result i32 i32 i32 i32 i32 i32 i64 f32 f64 v128 i32 anyref)
            (call $get (struct.new_default $s)))
    ))");
    const auto bits = [&](const char* name) {
        const auto results = loaded.call({}, name);
        REQUIRE(results);
        std::vector<u64> all;
        for (const Value& value : *results) {
            all.push_back(value.bits);
            if (value.type == types::v128) all.push_back(value.high);
        }
        return all;
    };
    const auto f32_bits = [](f32 value) { return u64(std::bit_cast<u32>(value)); };
    const auto f64_bits = [](f64 value) { return std::bit_cast<u64>(value); };
    CHECK(bits("new") == std::vector<u64>{0xFFFFFF80, 0x80, 0xFFFF8001, 0x8001, 0xFFFFFFFF,
                                          0xFFFFFFFE, u64(-3), f32_bits(1.5), f64_bits(2.5),
                                          u64(-4), u64(-5), 7, references::i31(8)});
    CHECK(bits("set") == std::vector<u64>{0x7F, 0x7F, 0x7FFE, 0x7FFE, 3, 4, 5, f32_bits(6),
                                          f64_bits(7), 8, 9, 10, 0});
    CHECK(bits("default") == std::vector<u64>(13, 0));
}

TEST_CASE("structures and arrays trap when the reference is null, or the index too great") {
    const LoadedText loaded(R"((module
        (type $s (struct (field (mut i32)))) (type $a (array (mut i16)))
        (func (export "struct.get") (drop (struct.get $s 0 (ref.null $s))))
        (func (export "struct.set") (struct.set $s 0 (ref.null $s) (i32.const 1)))
        (func (export "array.get") (drop (array.get_s $a (ref.null $a) (i32.const 0))))
        (func (export "array.set") (array.set $a (ref.null $a) (i32.const 0) (i32.const 0)))
        (func (export "array.len") (drop (array.len (ref.null $a))))
        (func (export "array.fill")
            (array.fill $a (ref.null $a) (i32.const 9) (i32.const 0) (i32.const 9)))
        (func (export "copy to") (array.copy $a $a (ref.null $a) (i32.const 9)
            (array.new_default $a (i32.const 1)) (i32.const 0) (i32.const 0)))
        (func (export "copy from") (array.copy $a $a (array.new_default $a (i32.const 1))
            (i32.const 9) (ref.null $a) (i32.const 0) (i32.const 0)))
        (func (export "get") (param i32) (result i32) (array.get_u $a
            (array.new $a (i32.const 5) (i32.const 4)) (local.get 0)))
        (func (export "set") (param i32) (array.set $a
            (array.new $a (i32.const 5) (i32.const 4)) (local.get 0) (i32.const 1)))
        (func (export "fill") (param i32 i32) (array.fill $a
            (array.new $a (i32.const 5) (i32.const 4)) (local.get 0) (i32.const 1) (local.get 1)))
        (func (export "copy") (param i32 i32 i32) (array.copy $a $a
            (array.new $a (i32.const 5) (i32.const 4)) (local.get 0)
            (array.new $a (i32.const 5) (i32.const 5)) (local.get 1) (local.get 2)))
    ))");
    CHECK(loaded.trap({}, "struct.get") == "null structure reference");
    CHECK(loaded.trap({}, "struct.set") == "null structure reference");
    for (const char* name :
         {"array.get", "array.set", "array.len", "array.fill", "copy to", "copy from"})
        CHECK(loaded.trap({}, name) == "null array reference");
    const std::string beyond = "out of bounds array access";
    CHECK(loaded.value({3}, "get") == 5);
    CHECK(loaded.trap({4}, "get") == beyond);
    CHECK(loaded.trap({0xFFFFFFFF}, "get") == beyond);
    CHECK(loaded.trap({3}, "set") == "no trap");
    CHECK(loaded.trap({4}, "set") == beyond);
    CHECK(loaded.trap({4, 0}, "fill") == "no trap");
    CHECK(loaded.trap({5, 0}, "fill") == beyond);
    CHECK(loaded.trap({1, 0xFFFFFFFF}, "fill") == beyond);
    CHECK(loaded.trap({0, 1, 4}, "copy") == "no trap");
    CHECK(loaded.trap({1, 1, 4}, "copy") == beyond);
    CHECK(loaded.trap({0, 2, 4}, "copy") == beyond);
    CHECK(loaded.trap({4, 5, 0}, "copy") == "no trap");
    CHECK(loaded.trap({4, 6, 0}, "copy") == beyond);
}

TEST_CASE("arrays are made of operands, of data and of elements") {
    const LoadedText loaded(R"((module
        (type $a16 (array (mut i16))) (type $v (array (mut v128))) (type $r (array (mut i31ref)))
        (data $d "\01\02\03\04\05\06")
        (elem $e i31ref (ref.i31 (i32.const 7)) (ref.i31 (i32.const 8)) (ref.null i31))
        (func (export "fixed") (param i32) (result i32)
            (array.get_u $a16 (array.new_fixed $a16 3 (i32.const 4) (i32.const 5) (i32.const 6))
                (local.get 0)))
        (func (export "vector") (param i32) (result i64)
            (i64x2.extract_lane 1 (array.get $v (array.new_fixed $v 2 (v128.const i64x2 1 2)
                (v128.const i64x2 3 4)) (local.get 0))))
        (func (export "same") (param i32) (result i64)
            (i64x2.extract_lane 1 (array.get $v
                (array.new $v (v128.const i64x2 1 2) (i32.const 3)) (local.get 0))))
        (func (export "data") (param i32 i32 i32) (result i32)
            (array.get_u $a16 (array.new_data $a16 $d (local.get 0) (local.get 1)) (local.get 2)))
        (func (export "elem") (param i32 i32 i32) (result i32)
            (i31.get_u
                (array.get $r (array.new_elem $r $e (local.get 0) (local.get 1)) (local.get 2))))
        (func (export "init data") (param i32 i32 i32) (result i32) (local $a (ref null $a16))
            (local.set $a (array.new $a16 (i32.const 9) (i32.const 4)))
            (array.init_data $a16 $d (local.get $a) (local.get 0) (local.get 1) (local.get 2))
            (i32.or (array.get_u $a16 (local.get $a) (i32.const 1))
                (i32.shl (array.get_u $a16 (local.get $a) (i32.const 3)) (i32.const 16))))
        (func (export "init elem") (param i32 i32 i32) (result i32) (local $a (ref null $r))
            (local.set $a (array.new $r (ref.i31 (i32.const 9)) (i32.const 4)))
            (array.init_elem $r $e (local.get $a) (local.get 0) (local.get 1) (local.get 2))
            (i31.get_u (array.get $r (local.get $a) (i32.const 1))))
        (func (export "move") (param i32 i32 i32) (result i64)
            (local $a (ref null $a16)) (local $b (ref null $a16))
            (local.set $a (array.new_fixed $a16 4 (i32.const 1) (i32.const 2) (i32.const 3)
                (i32.const 4)))
            (array.copy $a16 $a16 (local.get $a) (local.get 0) (local.get $a) (local.get 1)
                (local.get 2))
            (i64.or (i64.or (i64.or
                (i64.extend_i32_u (array.get_u $a16 (local.get $a) (i32.const 0)))
                (i64.shl (i64.extend_i32_u (array.get_u $a16 (local.get $a) (i32.const 1)))
                    (i64.const 16)))
                (i64.shl (i64.extend_i32_u (array.get_u $a16 (local.get $a) (i32.const 2)))
                    (i64.const 32)))
                (i64.shl (i64.extend_i32_u (array.get_u $a16 (local.get $a) (i32.const 3)))
                    (i64.const 48))))
        (func (export "drop") (data.drop $d) (elem.drop $e))
    ))");
    CHECK(loaded.value({0}, "fixed") == 4);
    CHECK(loaded.value({2}, "fixed") == 6);
    CHECK(loaded.value({1}, "vector") == 4);
    CHECK(loaded.value({2}, "same") == 2);
    CHECK(loaded.value({1, 2, 1}, "data") == 0x0504);
    CHECK(loaded.trap({1, 3, 0}, "data") == "out of bounds memory access");
    CHECK(loaded.trap({0xFFFFFFFF, 0xFFFFFFFF, 0}, "data") == "out of bounds memory access");
    CHECK(loaded.value({1, 1, 0}, "elem") == 8);
    CHECK(loaded.trap({1, 3, 0}, "elem") == "out of bounds table access");
    CHECK(loaded.value({1, 0, 3}, "init data") == 0x0605'0201);
    CHECK(loaded.trap({2, 0, 3}, "init data") == "out of bounds array access");
    CHECK(loaded.trap({1, 1, 3}, "init data") == "out of bounds memory access");
    CHECK(loaded.value({1, 1, 2}, "init elem") == 8);
    CHECK(loaded.trap({3, 1, 2}, "init elem") == "out of bounds array access");
    CHECK(loaded.trap({0, 1, 3}, "init elem") == "out of bounds table access");
    CHECK(loaded.value({1, 0, 3}, "move") == 0x0003'0002'0001'0001);
    CHECK(loaded.value({0, 1, 3}, "move") == 0x0004'0004'0003'0002);
    CHECK(loaded.trap({}, "drop") == "no trap");
    CHECK(loaded.trap({1, 1, 0}, "data") == "out of bounds memory access");
    CHECK(loaded.trap({1, 1, 0}, "elem") == "out of bounds table access");
}

TEST_CASE("instructions on many elements are charged by their number") {
    const LoadedText loaded(R"((module
        (type $a (array (mut i8))) (data $d "0123456789")
        (func (export "new") (param i32) (drop (array.new $a (i32.const 1) (local.get 0))))
        (func (export "default") (param i32) (drop (array.new_default $a (local.get 0))))
        (func (export "data") (param i32)
            (drop (array.new_data $a $d (i32.const 0) (local.get 0))))
        (func (export "fill") (param i32)
            (array.fill $a (array.new $a (i32.const 1) (i32.const 10)) (i32.const 0) (i32.const 0)
                (local.get 0)))
        (func (export "copy") (param i32) (local $a (ref null $a))
            (local.set $a (array.new $a (i32.const 1) (i32.const 10)))
            (array.copy $a $a (local.get $a) (i32.const 0) (local.get $a) (i32.const 0)
                (local.get 0)))
        (func (export "init") (param i32)
            (array.init_data $a $d (array.new $a (i32.const 1) (i32.const 10)) (i32.const 0)
                (i32.const 0) (local.get 0)))
    ))");
    for (const char* name : {"new", "default", "data", "fill", "copy", "init"})
        CHECK(loaded.instructions({9}, name) == loaded.instructions({2}, name) + 7);
    Execution poor(*loaded.store, loaded.function("new"), std::vector<Value>{Value::i32(1'000'000)},
                   Budget::of(1000, 1000));
    CHECK(poor.run() == Outcome::trapped);
    CHECK(poor.trap().reason == TrapReason::out_of_budget);
}

TEST_CASE("what is reached stays, and more than the heap holds is a trap") {
    const std::string text = R"((module
        (type $node (struct (field (ref null $node)) (field i64)))
        (type $a (array (mut i64)))
        (func (export "list") (param i32) (result i64) (local $l (ref null $node)) (local $n i32)
            (loop $again
                (local.set $l (struct.new $node (local.get $l)
                    (i64.extend_i32_u (local.get $n))))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (local.get 0))))
            (local.get $l)
            (call $sum))
        (func $sum (param $l (ref null $node)) (result i64) (local $s i64)
            (block $end
                (loop $again
                    (br_on_null $end (local.get $l))
                    (drop)
                    (local.set $s (i64.add (local.get $s) (struct.get $node 1 (local.get $l))))
                    (local.set $l (struct.get $node 0 (local.get $l)))
                    (br $again)))
            (local.get $s))
        (func (export "garbage") (param i32)
            (loop $again
                (drop (struct.new $node (struct.new_default $node) (i64.const 1)))
                (br_if $again
                    (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "array") (param i32) (result i32)
            (array.len (array.new_default $a (local.get 0))))
    ))";
    const auto store = std::make_shared<Store>(ObjectHeapOptions{.bytes_max = 1 << 20});
    const LoadedText loaded(text, {}, store);
    CHECK(loaded.value({1000}, "list") == 1000 * 999 / 2);
    CHECK(loaded.trap({100'000}, "list") == "the heap of structures and arrays is exhausted");
    CHECK(loaded.trap({100'000}, "garbage") == "no trap");
    CHECK(loaded.value({100'000}, "array") == 100'000);
    CHECK(loaded.trap({1'000'000}, "array") == "the heap of structures and arrays is exhausted");
    CHECK(loaded.trap({0xFFFFFFFF}, "array") == "the heap of structures and arrays is exhausted");
    CHECK(loaded.value({1000}, "list") == 1000 * 999 / 2);
    const LoadedText stressed(text);
    CHECK(stressed.value({100}, "list") == 100 * 99 / 2);
}

// Roots: the heap of LoadedText frees at each allocation what it does not find. Then `$clobber`
// takes its place.
constexpr std::string_view root_types = R"(
    (type $b (struct (field (mut i32))))
    (type $p (struct (field (mut (ref null $b))) (field (mut (ref null $b)))))
    (type $a (array (mut (ref null $b))))
    (type $unary (func (param (ref $b)) (result i32)))
    (func $box (param i32) (result (ref $b)) (struct.new $b (local.get 0)))
    (func $open (param (ref null $b)) (result i32) (struct.get $b 0 (local.get 0)))
    (func $clobber (result i32)
        (drop (struct.new $b (i32.const 666))) (drop (struct.new $b (i32.const 667)))
        (drop (struct.new $b (i32.const 668))) (i32.const 0))
    (func $ignore (param (ref null $b) i64) (result i32) (local (ref null $b) v128)
        (local.set 0 (ref.null $b)) (call $clobber))
)";

/// Each function gives 7, when nothing that it holds is lost.
constexpr std::string_view root_functions = R"(
        (tag $t (param (ref $b) i64 (ref $b)))
        (global $g (mut (ref null $b)) (ref.null $b))
        (table $table 2 (ref null $b))
        (elem declare func $late)
        (func (export "operand over a call") (result i32)
            (v128.const i64x2 -1 -1)
            (call $box (i32.const 7))
            (i64.const -1)
            (drop (call $clobber))
            (drop)
            (call $open)
            (return))
        (func (export "local in an operand") (result i32) (local $l (ref null $b))
            (local.set $l (call $box (i32.const 7)))
            (call $open
                (local.get $l)
                (local.set $l (ref.null $b))
                (drop (call $clobber))))
        (func (export "local") (result i32) (local $v v128) (local $l (ref null $b))
            (local.set $l (call $box (i32.const 7)))
            (drop (call $clobber))
            (call $open (local.get $l)))
        (func $late (param (ref $b)) (result i32)
            (drop (call $clobber)) (call $open (local.get 0)))
        (func (export "parameter") (result i32) (call $late (call $box (i32.const 7))))
        (func (export "parameter by reference") (result i32)
            (call_ref $unary (call $box (i32.const 7)) (ref.func $late)))
        (func (export "parameter of a tail call") (result i32)
            (return_call $late (call $box (i32.const 7))))
        (func (export "below arguments") (result i32)
            (call $box (i32.const 7))
            (call $ignore (call $box (i32.const 8)) (i64.const 3))
            (drop)
            (call $open))
        (func (export "operands of struct.new") (result i32) (local $p (ref null $p))
            (local.set $p (struct.new $p (call $box (i32.const 3)) (call $box (i32.const 4))))
            (drop (call $clobber))
            (i32.add (call $open (struct.get $p 0 (local.get $p)))
                (call $open (struct.get $p 1 (local.get $p)))))
        (func (export "operand of array.new") (result i32) (local $a (ref null $a))
            (local.set $a (array.new $a (call $box (i32.const 7)) (i32.const 3)))
            (drop (call $clobber))
            (call $open (array.get $a (local.get $a) (i32.const 2))))
        (func (export "operands of array.new_fixed") (result i32) (local $a (ref null $a))
            (local.set $a (array.new_fixed $a 3 (call $box (i32.const 1)) (call $box (i32.const 2))
                (call $box (i32.const 4))))
            (drop (call $clobber))
            (i32.add (i32.add (call $open (array.get $a (local.get $a) (i32.const 0)))
                (call $open (array.get $a (local.get $a) (i32.const 1))))
                (call $open (array.get $a (local.get $a) (i32.const 2)))))
        (func (export "below an allocation") (result i32)
            (call $box (i32.const 7))
            (drop (struct.new $b (i32.const 9)))
            (drop (array.new_default $a (i32.const 3)))
            (call $open))
        (func (export "global") (result i32)
            (global.set $g (call $box (i32.const 7)))
            (drop (call $clobber))
            (call $open (global.get $g)))
        (func (export "table") (result i32)
            (table.set $table (i32.const 1) (call $box (i32.const 7)))
            (drop (call $clobber))
            (call $open (table.get $table (i32.const 1))))
        (func (export "parameters of blocks") (param $n i32) (result i32)
            (call $box (i32.const 3))
            (call $box (i32.const 4))
            (loop $l (param (ref $b) (ref $b)) (result (ref $b) (ref $b))
                (drop (call $clobber))
                (block (param (ref $b)) (result (ref $b)) (drop (call $clobber)))
                (if (param (ref $b)) (result (ref $b)) (local.get $n)
                    (then (drop (call $clobber)))
                    (else (drop (call $clobber))))
                (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                    (i32.const 3))))
            (drop (call $clobber))
            (call $open) (local.set $n) (call $open) (i32.add (local.get $n)))
        (func (export "arguments of an exception") (result i32)
            (block $h (result (ref $b) i64 (ref $b))
                (try_table (catch $t $h)
                    (throw $t (call $box (i32.const 3)) (i64.const -1) (call $box (i32.const 4))))
                (unreachable))
            (drop (call $clobber))
            (call $open) (drop) (drop) (call $open) (i32.add (i32.const 4)))
        (func $keep (result exnref)
            (block $h (result exnref)
                (try_table (catch_all_ref $h)
                    (throw $t (call $box (i32.const 3)) (i64.const -1) (call $box (i32.const 4))))
                (unreachable)))
        (func (export "exception") (result i32) (local $e exnref)
            (local.set $e (call $keep))
            (drop (call $clobber))
            (block $h (result (ref $b) i64 (ref $b))
                (try_table (catch $t $h) (throw_ref (local.get $e)))
                (unreachable))
            (call $open) (drop) (drop) (call $open) (i32.add (i32.const 4)))
        (func (export "operand under a try") (result i32)
            (call $box (i32.const 7))
            (block $h (try_table (catch_all $h) (drop (call $clobber))
                (throw $t (call $box (i32.const 3)) (i64.const -1) (call $box (i32.const 4)))))
            (drop (call $clobber))
            (call $open))
        (func (export "external") (result i32) (local $e externref)
            (local.set $e (extern.convert_any (call $box (i32.const 7))))
            (drop (call $clobber))
            (call $open (ref.cast (ref $b) (any.convert_extern (local.get $e)))))
        (func (export "result") (result (ref $b)) (call $box (i32.const 7)))
    )";

TEST_CASE("operands, locals, parameters, results and fields are found by the collector") {
    const LoadedText loaded("(module " + std::string(root_types) + std::string(root_functions) +
                            ")");
    for (const char* name :
         {"operand over a call", "local in an operand", "local", "parameter",
          "parameter by reference", "parameter of a tail call", "below arguments",
          "operands of struct.new", "operand of array.new", "operands of array.new_fixed",
          "below an allocation", "global", "table", "arguments of an exception", "exception",
          "operand under a try", "external"}) {
        INFO(name);
        CHECK(loaded.value({}, name) == 7);
    }
    CHECK(loaded.value({0}, "parameters of blocks") == 7);
}

/// A host function that calls `f` of an instance, which allocates, while its arguments are held.
struct Reentrance {
    Store* store = nullptr;
    FunctionInstance* function = nullptr;

    static HostOutcome body(void* context, HostCall&) {
        const auto& self = *static_cast<Reentrance*>(context);
        return invoke(*self.store, *self.function, {}) ? HostOutcome::done : HostOutcome::trap;
    }
};

TEST_CASE("who waits for the host, and what the host was given, is found by the collector") {
    const auto store = std::make_shared<Store>(ObjectHeapOptions{.stress = true});
    Reentrance again{store.get()};
    FunctionInstance* host =
        store->add_host_function({.type = {{types::i64, types::anyref}, {types::anyref}},
                                  .body =
                                      [](void* context, HostCall& call) {
                                          const HostOutcome outcome =
                                              Reentrance::body(context, call);
                                          call.slots[0] = call.slots[1];
                                          return outcome;
                                      },
                                  .context = &again,
                                  .name = {}});
    const std::string text =
        "(module (import \"h\" \"f\" (func $h (param i64 anyref) (result anyref)))" +
        std::string(root_types) + R"(
        (func (export "clobber") (result i32) (call $clobber))
        (func (export "f") (result i32) (local $n i32) (local $l (ref null $b))
            (local.set $l (call $box (i32.const 1)))
            (call $box (i32.const 2))
            (ref.cast (ref $b) (call $h (i64.const -1) (call $box (i32.const 4))))
            (call $open) (local.set $n)
            (call $open) (i32.add (local.get $n))
            (i32.add (call $open (local.get $l))))
        (func $tail (param anyref (ref $b)) (result anyref)
            (return_call $h (i64.const -1) (local.get 1)))
        (func (export "tail") (result i32)
            (call $open (ref.cast (ref $b)
                (call $tail (ref.null any) (call $box (i32.const 7))))))
    ))";
    const LoadedText loaded(text, {host}, store);
    again.function = &loaded.function("clobber");
    CHECK(loaded.value() == 7);
    CHECK(loaded.value({}, "tail") == 7);
}

TEST_CASE("executions that wait, have not begun or have ended hold what they have") {
    const LoadedText loaded("(module " + std::string(root_types) + R"(
        (func (export "clobber") (result i32) (call $clobber))
        (func (export "box") (param i32) (result anyref) (call $box (local.get 0)))
        (func (export "open") (param i64 anyref) (result i32)
            (call $open (ref.cast (ref $b) (local.get 1))))
        (func $forward (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
            (call $forward (i32.sub (local.get 0) (i32.const 1))))
        (func (export "loop") (result i32) (local $n i32) (local $l (ref null $b))
            (local.set $l (call $box (i32.const 3)))
            (call $box (i32.const 4))
            (loop $again (param (ref $b)) (result (ref $b))
                (drop (call $forward (i32.const 20)))
                (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                    (i32.const 50))))
            (call $open)
            (i32.add (call $open (local.get $l))))
    ))");
    const auto clobber = [&] { CHECK(loaded.value({}, "clobber") == 0); };
    auto made =
        std::make_unique<Execution>(*loaded.store, loaded.function("box"),
                                    std::vector<Value>{Value::i32(7)}, Budget::of(1000, 1000));
    REQUIRE(made->run() == Outcome::finished);
    clobber();
    Execution waiting(*loaded.store, loaded.function("open"),
                      std::vector<Value>{Value::i64(u64(-1)), made->results()[0]},
                      Budget::of(1000, 1000));
    made = nullptr;
    clobber();
    REQUIRE(waiting.run() == Outcome::finished);
    CHECK(waiting.results()[0].bits == 7);
    Execution paused(*loaded.store, loaded.function("loop"), {}, Budget::of(100'000, 10));
    u32 pauses = 0;
    Outcome outcome = paused.run();
    for (; outcome == Outcome::paused; outcome = paused.run()) {
        pauses++;
        clobber();
    }
    REQUIRE(outcome == Outcome::finished);
    CHECK(pauses > 100);
    CHECK(paused.results()[0].bits == 7);
}

}  // namespace icvm::vm
