#include "vm/test_text.hpp"

namespace icvm::vm {

TEST_CASE("call_ref calls what the reference means, and traps when it is null") {
    const LoadedText loaded(R"((module
        (type $t (func (param i32) (result i32)))
        (func $add (type $t) (i32.add (local.get 0) (i32.const 1)))
        (func $twice (type $t) (i32.mul (local.get 0) (i32.const 2)))
        (elem declare func $add $twice)
        (func (export "f") (param i32 i32) (result i32)
            (i32.add
                (i32.const 100)
                (call_ref $t (local.get 1)
                    (if (result (ref null $t)) (i32.eqz (local.get 0))
                        (then (ref.func $add))
                        (else (if (result (ref null $t)) (i32.eq (local.get 0) (i32.const 1))
                            (then (ref.func $twice))
                            (else (ref.null $t))))))))
    ))");
    CHECK(loaded.value({0, 5}) == 106);
    CHECK(loaded.value({1, 5}) == 110);
    CHECK(loaded.trap({2, 5}) == "null function reference");
}

TEST_CASE("call_ref goes to other instances and to the host, and comes back") {
    const auto store = std::make_shared<Store>(ObjectHeapOptions{.stress = true});
    const LoadedText other(R"((module
        (global $g i32 (i32.const 5))
        (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (global.get $g)))
    ))",
                           {}, store);
    FunctionInstance* host = store->add_host_function({.type = {{types::i32}, {types::i32}},
                                                       .body =
                                                           [](void*, HostCall& call) {
                                                               call.slots[0] =
                                                                   u32(call.slots[0] * 10);
                                                               return HostOutcome::done;
                                                           },
                                                       .name = {}});
    const LoadedText loaded(R"((module
        (type $t (func (param i32) (result i32)))
        (import "a" "f" (func $a (type $t))) (import "h" "f" (func $h (type $t)))
        (elem declare func $a $h)
        (global $g i32 (i32.const 7))
        (func $call (param (ref $t)) (result i32)
            (i32.add (global.get $g) (call_ref $t (i32.const 1) (local.get 0))))
        (func (export "f") (result i32)
            (i32.add (call $call (ref.func $a)) (call $call (ref.func $h))))
        (func $tail (param (ref $t)) (result i32)
            (return_call_ref $t (i32.const 1) (local.get 0)))
        (func (export "tail") (result i32)
            (i32.add (global.get $g)
                (i32.add (call $tail (ref.func $a)) (call $tail (ref.func $h)))))
    ))",
                            {&other.function(), host}, store);
    CHECK(loaded.value() == 13 + 17);
    CHECK(loaded.value({}, "tail") == 7 + 6 + 10);
}

TEST_CASE("call_indirect calls functions of a subtype, and traps for others") {
    const LoadedText loaded(R"((module
        (rec (type $super (sub (func (result anyref)))))
        (rec (type $sub (sub $super (func (result i31ref)))))
        (rec (type $deep (sub $sub (func (result (ref i31))))))
        (type $other (func (result i31ref)))
        (table funcref (elem $0 $1 $2 $3))
        (func $0 (type $super) (ref.i31 (i32.const 10)))
        (func $1 (type $sub) (ref.i31 (i32.const 11)))
        (func $2 (type $deep) (ref.i31 (i32.const 12)))
        (func $3 (type $other) (ref.i31 (i32.const 13)))
        (func (export "super") (param i32) (result i32)
            (i31.get_u (ref.cast i31ref (call_indirect (type $super) (local.get 0)))))
        (func (export "sub") (param i32) (result i32)
            (i31.get_u (call_indirect (type $sub) (local.get 0))))
        (func $tail (param i32) (result i31ref)
            (return_call_indirect (type $sub) (local.get 0)))
        (func (export "tail") (param i32) (result i32) (i31.get_u (call $tail (local.get 0))))
    ))");
    for (u64 n = 0; n < 3; n++) CHECK(loaded.value({n}, "super") == 10 + n);
    CHECK(loaded.trap({3}, "super") == "indirect call type mismatch");
    for (const char* name : {"sub", "tail"}) {
        CHECK(loaded.trap({0}, name) == "indirect call type mismatch");
        CHECK(loaded.value({1}, name) == 11);
        CHECK(loaded.value({2}, name) == 12);
        CHECK(loaded.trap({3}, name) == "indirect call type mismatch");
    }
}

TEST_CASE("tail calls need no stack, whatever they go by and wherever they lead") {
    const auto store = std::make_shared<Store>();
    const LoadedText loop(R"((module
        (type $t (func (param i64) (result i64)))
        (type $r (func (param i64 (ref null any)) (result i64)))
        (elem declare func $ref)
        (table 1 1 funcref) (elem (i32.const 0) $indirect)
        (func $direct (export "direct") (type $t)
            (if (i64.eqz (local.get 0)) (then (return (i64.const 1))))
            (return_call $direct (i64.sub (local.get 0) (i64.const 1))))
        (func $indirect (export "indirect") (type $t)
            (if (i64.eqz (local.get 0)) (then (return (i64.const 2))))
            (return_call_indirect (type $t)
                (i64.sub (local.get 0) (i64.const 1)) (i32.const 0)))
        (func $ref (export "ref") (type $t)
            (if (i64.eqz (local.get 0)) (then (return (i64.const 3))))
            (return_call_ref $t (i64.sub (local.get 0) (i64.const 1)) (ref.func $ref)))
    ))",
                          {}, store);
    for (const char* name : {"direct", "indirect", "ref"})
        CHECK(loop.value({1'000'000}, name) == (name[0] == 'd' ? 1 : name[0] == 'i' ? 2 : 3));
    TableInstance* table = store->add_table({.element = types::funcref, .limits = {.minimum = 2}});
    const std::string text = R"((module
        (type $t (func (param i64) (result i64)))
        (import "a" "table" (table 2 funcref))
        (func $f (export "f") (type $t) (local v128 i64)
            (if (i64.eqz (local.get 0)) (then (return (i64.const 4))))
            (if (i64.eqz (i64.and (local.get 0) (i64.const 1)))
                (then (return_call_ref $t (i64.sub (local.get 0) (i64.const 1))
                    (ref.cast (ref $t) (table.get (i32.const ME))))))
            (return_call_indirect (type $t)
                (i64.sub (local.get 0) (i64.const 1)) (i32.const OTHER)))
        (elem (i32.const ME) $f)
    ))";
    const auto with = [&](std::string me, std::string other) {
        std::string made = text;
        while (made.find("ME") != made.npos) made.replace(made.find("ME"), 2, me);
        while (made.find("OTHER") != made.npos) made.replace(made.find("OTHER"), 5, other);
        return made;
    };
    const LoadedText a(with("0", "1"), {table}, store);
    const LoadedText b(with("1", "0"), {table}, store);
    CHECK(a.value({1'000'001}) == 4);
}

TEST_CASE("branches on null take the reference along, or leave it") {
    const LoadedText loaded(R"((module
        (func (export "null") (param anyref) (result i32)
            (i32.const 5)
            (block $l (param i32) (result i32)
                (i32.const 1)
                (br_on_null $l (local.get 0))
                (i31.get_u (ref.cast (ref i31)))
                (i32.add)
                (i32.add)))
        (func (export "non_null") (param i31ref) (result i32)
            (i64.const 9)
            (block $l (result (ref i31))
                (i32.const 1) (i32.const 2)
                (br_on_non_null $l (local.get 0))
                (drop)
                (return (i32.add (i32.const 100))))
            (i31.get_u)
            (return))
        (func (export "constant") (result i32)
            (block $l (br_on_null $l (ref.null any)) (unreachable))
            (block $m (result (ref any)) (br_on_non_null $m (ref.null any))
                (return (i32.const 3)))
            (unreachable))
        (func (export "function") (param anyref) (result anyref)
            (br_on_non_null 0 (local.get 0))
            (ref.i31 (i32.const 77)))
        (func (export "as") (param i31ref) (result i32) (i31.get_s (ref.as_non_null (local.get 0))))
    ))");
    CHECK(loaded.value({0}, "null") == 1);
    CHECK(loaded.value({references::i31(8)}, "null") == 14);
    CHECK(loaded.value({0}, "non_null") == 101);
    CHECK(loaded.value({references::i31(8)}, "non_null") == 8);
    CHECK(loaded.value({}, "constant") == 3);
    CHECK(loaded.value({references::host(8)}, "function") == references::host(8));
    CHECK(loaded.value({0}, "function") == references::i31(77));
    CHECK(loaded.value({references::i31(0x7FFFFFFF)}, "as") == 0xFFFFFFFF);
    CHECK(loaded.trap({0}, "as") == "null reference");
}

TEST_CASE("tests, casts and branches on casts agree for all kinds of references") {
    std::string text = R"((module
        (type $a (sub (struct))) (type $b (sub $a (struct (field i32))))
        (type $c (sub (struct (field i64))))
        (type $x (array i8)) (type $f (func)) (type $g (func (param i32)))
        (elem declare func $make_f)
        (func $make_f (export "func") (type $f))
        (func (export "make") (param i32) (result anyref)
            (block (block (block (block (block (block
                (br_table 0 1 2 3 4 5 (local.get 0)))
                (return (ref.null any)))
                (return (ref.i31 (i32.const 1))))
                (return (struct.new $a)))
                (return (struct.new $b (i32.const 3))))
                (return (array.new $x (i32.const 1) (i32.const 2))))
            (any.convert_extern (ref.null extern)))
    )";
    const std::vector<std::string> targets = {"any",  "eq", "i31", "struct", "array",
                                              "none", "$a", "$b",  "$c",     "$x"};
    for (const std::string& target : targets)
        for (const std::string null : {"", "null "}) {
            const std::string type = "(ref " + null + target + ")";
            const std::string name = null + target;
            text += "(func (export \"test " + name + "\") (param anyref) (result i32) (ref.test " +
                    type + " (local.get 0)))";
            text += "(func (export \"cast " + name +
                    "\") (param anyref) (result i32) (drop (ref.cast " + type +
                    " (local.get 0))) (i32.const 1))";
            text += "(func (export \"br " + name + "\") (param anyref) (result i32)" +
                    "(block $l (result anyref) (br_on_cast $l anyref " + type +
                    " (local.get 0)) (return (i32.const 0))) (drop) (i32.const 1))";
            text += "(func (export \"fail " + name + "\") (param anyref) (result i32)" +
                    "(block $l (result anyref) (br_on_cast_fail $l anyref " + type +
                    " (local.get 0)) (return (i32.const 1))) (drop) (i32.const 0))";
        }
    text += ")";
    const LoadedText loaded(text);
    // By target: whether an i31, an $a, a $b, an array and a value of the host are of it.
    const std::vector<std::string> expected = {"11111", "11110", "10000", "01100", "00010",
                                               "00000", "01100", "00100", "00000", "00010"};
    const auto check = [&](u64 reference, const std::string& name, bool holds) {
        INFO(name);
        CHECK(loaded.value({reference}, ("test " + name).c_str()) == holds);
        CHECK(loaded.trap({reference}, ("cast " + name).c_str()) ==
              (holds ? "no trap" : "cast failure"));
        CHECK(loaded.value({reference}, ("br " + name).c_str()) == holds);
        CHECK(loaded.value({reference}, ("fail " + name).c_str()) == holds);
    };
    for (size_t n = 0; n < targets.size(); n++) {
        check(0, targets[n], false);
        check(0, "null " + targets[n], true);
        for (u64 kind = 0; kind < 5; kind++) {
            const u64 reference =
                kind == 4 ? references::host(1) : loaded.value({kind + 1}, "make");
            check(reference, targets[n], expected[n][kind] == '1');
            check(reference, "null " + targets[n], expected[n][kind] == '1');
        }
    }
}

TEST_CASE("casts of functions go by their types") {
    const LoadedText loaded(R"((module
        (type $f (sub (func))) (type $g (sub $f (func))) (type $h (func (param i32)))
        (elem declare func $1 $2)
        (func $1 (type $f)) (func $2 (type $g))
        (func $get (param i32) (result funcref)
            (if (i32.eqz (local.get 0)) (then (return (ref.null func))))
            (select (result funcref) (ref.func $1) (ref.func $2)
                (i32.eq (local.get 0) (i32.const 1))))
        (func (export "f") (param i32) (result i32)
            (i32.add (i32.add (i32.add (i32.add
                (ref.test (ref $f) (call $get (local.get 0)))
                (i32.shl (ref.test (ref null $g) (call $get (local.get 0))) (i32.const 1)))
                (i32.shl (ref.test (ref $h) (call $get (local.get 0))) (i32.const 2)))
                (i32.shl (ref.test (ref func) (call $get (local.get 0))) (i32.const 3)))
                (i32.shl (ref.test (ref null nofunc) (call $get (local.get 0))) (i32.const 4))))
        (func (export "cast") (param i32)
            (drop (ref.cast (ref $g) (call $get (local.get 0)))))
    ))");
    CHECK(loaded.value({0}) == 0b10010);
    CHECK(loaded.value({1}) == 0b01001);
    CHECK(loaded.value({2}) == 0b01011);
    CHECK(loaded.trap({0}, "cast") == "cast failure");
    CHECK(loaded.trap({1}, "cast") == "cast failure");
    CHECK(loaded.trap({2}, "cast") == "no trap");
}

TEST_CASE("references are equal when they are the same, and small integers by value") {
    const LoadedText loaded(R"((module (type $s (struct))
        (func (export "f") (param i32) (result i32) (local $a (ref null $s)) (local $b eqref)
            (local.set $a (struct.new $s))
            (local.set $b (struct.new $s))
            (i32.add (i32.add (i32.add
                (ref.eq (local.get $a) (local.get $a))
                (i32.shl (ref.eq (local.get $a) (local.get $b)) (i32.const 1)))
                (i32.shl (ref.eq (ref.i31 (local.get 0)) (ref.i31 (i32.const 5))) (i32.const 2)))
                (i32.shl (if (result i32) (ref.eq (local.get $a) (ref.null eq))
                    (then (i32.const 0)) (else (i32.const 1))) (i32.const 3))))
        (func (export "s") (param i32) (result i32) (i31.get_s (ref.i31 (local.get 0))))
        (func (export "u") (param i32) (result i32) (i31.get_u (ref.i31 (local.get 0))))
        (func (export "null") (result i32) (i31.get_u (ref.null i31)))
    ))");
    CHECK(loaded.value({5}) == 0b1101);
    CHECK(loaded.value({6}) == 0b1001);
    CHECK(loaded.value({0x40000000}, "s") == 0xC0000000);
    CHECK(loaded.value({0xFFFFFFFF}, "s") == 0xFFFFFFFF);
    CHECK(loaded.value({0xBFFFFFFF}, "s") == 0x3FFFFFFF);
    CHECK(loaded.value({0xFFFFFFFF}, "u") == 0x7FFFFFFF);
    CHECK(loaded.trap({}, "null") == "null i31 reference");
}

}  // namespace icvm::vm
