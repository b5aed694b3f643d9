// An instance that is used again is as a fresh one would be (Store::renew).

#include "vm/test_text.hpp"

namespace icvm::vm {

namespace {

Value number(u32 bits) { return {types::i32, bits}; }

}  // namespace

TEST_CASE("a renewed instance has the globals it is given, and its references anew") {
    const LoadedText text(R"((module
        (global $count (mut i32) (i32.const 5))
        (global $which (mut funcref) (ref.func $first))
        (elem declare func $second)
        (table 1 funcref)
        (type $number (func (result i32)))
        (func $first (type $number) i32.const 1)
        (func $second (type $number) i32.const 2)
        (func (export "change")
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (global.set $which (ref.func $second)))
        (func (export "count") (result i32) global.get $count)
        (func (export "which") (result i32)
          (table.set (i32.const 0) (global.get $which))
          (call_indirect (type $number) (i32.const 0)))))");
    REQUIRE(text.call({}, "change"));
    CHECK(text.value({}, "count") == 6);
    CHECK(text.value({}, "which") == 2);
    const std::vector<Value> globals = {number(40), {types::funcref, 12345}};
    REQUIRE(text.store->renew(*text.instance, globals));
    CHECK(text.value({}, "count") == 40);
    CHECK(text.value({}, "which") == 1);
    REQUIRE(text.store->renew(*text.instance, {}));
    CHECK(text.value({}, "count") == 5);
}

TEST_CASE("a renewed instance has its passive segments again; active ones stay dropped") {
    const LoadedText text(R"((module
        (memory 1)
        (table 4 funcref)
        (data $active (i32.const 100) "A")
        (data $passive "P")
        (elem $from_start (i32.const 3) func $f)
        (elem $later func $f $f)
        (func $f)
        (func (export "drop") (data.drop $passive) (elem.drop $later))
        (func (export "passive") (result i32)
          (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1))
          (table.init $later (i32.const 0) (i32.const 0) (i32.const 2))
          (i32.load8_u (i32.const 0)))
        (func (export "active")
          (memory.init $active (i32.const 0) (i32.const 0) (i32.const 1)))))");
    for (int round = 0; round < 2; round++) {
        CHECK(text.value({}, "passive") == 'P');
        REQUIRE(text.call({}, "drop"));
        CHECK(text.trap({}, "passive") == "out of bounds memory access");
        CHECK(text.trap({}, "active") == "out of bounds memory access");
        REQUIRE(text.store->renew(*text.instance, {}));
    }
    CHECK(text.value({}, "passive") == 'P');
    CHECK(text.trap({}, "active") == "out of bounds memory access");
}

TEST_CASE("an instance that has trapped can be renewed and run") {
    const LoadedText text(R"((module
        (global $depth (mut i32) (i32.const 0))
        (func $down (export "down")
          (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
          (call $down))
        (func (export "depth") (result i32) global.get $depth)))");
    CHECK(text.trap({}, "down") == "call stack exhausted");
    CHECK(text.value({}, "depth") == call_frames_max);
    REQUIRE(text.store->renew(*text.instance, {}));
    CHECK(text.value({}, "depth") == 0);
    CHECK(text.trap({}, "down") == "call stack exhausted");
    CHECK(text.value({}, "depth") == call_frames_max);
}

}  // namespace icvm::vm
