// A canister's instance serves one message after the other, and no message can tell.

#include <catch2/catch.hpp>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

ByteVector module_of_text(std::string_view text) {
    auto parsed = vm::parse_module(text);
    if (!parsed) FAIL(parsed.error().reason);
    return std::move(parsed->bytes);
}

}  // namespace

TEST_CASE("a message finds globals and segments as they are kept, whatever the last one did") {
    World world;
    REQUIRE(world.install(module_of_text(R"((module
        (import "ic0" "msg_reply" (func $reply))
        (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
        (memory 1)
        (global $count (mut i32) (i32.const 48))
        (data $digits "0123")
        (func $count_up (global.set $count (i32.add (global.get $count) (i32.const 1))))
        (func $answer
          (memory.init $digits (i32.const 0) (i32.const 0) (i32.const 4))
          (i32.store8 (i32.const 0) (global.get $count))
          (call $append (i32.const 0) (i32.const 4))
          (call $reply))
        (func (export "canister_update inc") call $count_up call $answer)
        (func (export "canister_update drop") call $count_up call $answer data.drop $digits)
        (func (export "canister_update fail") call $count_up data.drop $digits unreachable)
        (func (export "canister_query get") call $count_up call $answer data.drop $digits)))")));
    CHECK(world.update("inc") == "1123");
    CHECK(world.query("get") == "2123");
    CHECK(world.query("get") == "2123");
    CHECK(world.update("fail").starts_with("IC0502"));
    CHECK(world.update("drop") == "2123");
    CHECK(world.update("drop") == "3123");
    world.reopen();
    CHECK(world.update("inc") == "4123");
}

TEST_CASE("messages to several canisters of one module keep to their own heaps") {
    World world;
    const ByteVector module = module_of({});
    REQUIRE(world.install(module));
    const Principal first = world.id;
    world.id = {};
    const auto second = world.replica.create_and_install("second", {.module = module});
    REQUIRE(second);
    for (const char* argument : {"1", "2", "3"}) {
        world.id = first;
        REQUIRE(world.update("set", argument) == "");
        world.id = second->id;
        REQUIRE(world.update("set", "9") == "");
        world.id = first;
        CHECK(world.query("get")[0] == *argument);
        world.id = second->id;
        CHECK(world.query("get")[0] == '9');
    }
}

TEST_CASE("after an upgrade the new module answers") {
    World world;
    REQUIRE(world.install(module_of({.tag = 'A'})));
    CHECK(world.query("get")[4] == 'A');
    REQUIRE(world.upgrade(module_of({.tag = 'B'})));
    CHECK(world.query("get")[4] == 'B');
    REQUIRE(!world.upgrade(module_of({.tag = 'C', .traps_in = "canister_post_upgrade"})));
    CHECK(world.query("get")[4] == 'B');
}

}  // namespace icvm::replica
