// Update and query calls: what stays, what is rolled back, and what the caller is told
// (docs/mainnet.md, "Executing a message" and "Errors").

#include <catch2/catch.hpp>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

const std::string canister = "Canister bkyz2-fmaaa-aaaaa-qaaaq-cai";
const std::string from = "Error from " + canister + ": ";
const std::string documentation =
    " See documentation: https://internetcomputer.org/docs/current/references/execution-errors#";
const std::string trap_help =
    ".\nConsider gracefully handling failures from this canister or altering the canister to "
    "handle exceptions." +
    documentation;

std::string cell_of(const std::string& reply) {
    REQUIRE(reply.size() == 5);
    return {reply[0], reply[3]};  // first byte of the cell, and the global
}

}  // namespace

TEST_CASE("an update's effects stay: heap, global, stable memory, version, one round of time") {
    World world;
    REQUIRE(world.install(module_of({})));
    const u64 time = world.replica.time_ns(), version = world.version();
    const auto reply = world.replica.update(world.call_of("set", "7"));
    REQUIRE(reply);
    CHECK(reply->receipt.round == 3);
    CHECK(reply->receipt.instructions > 0);
    CHECK(world.replica.time_ns() == time + 1);
    CHECK(world.version() == version + 1);
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.text() == "si1u");
    world.reopen();
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.replica.time_ns() == time + 1);
}

TEST_CASE("a message that came before is not taken twice") {
    World world;
    REQUIRE(world.install(module_of({})));
    const u64 version = world.version();
    const MessageId id{1};
    REQUIRE(world.replica.submit(world.call_of("set", "7"), id).value() == id);
    REQUIRE(world.replica.submit(world.call_of("set", "8"), id).value() == id);
    REQUIRE(world.replica.await(id));
    CHECK(world.version() == version + 1);
    CHECK(cell_of(world.query("get")) == "77");
}

TEST_CASE("an update writes the pages that it changed, and no others") {
    World world;
    REQUIRE(world.install(module_of({.memory_pages = 1000})));
    REQUIRE(world.update("set", "7") == "");
    const u64 before = world.storage->pages_put, commits = world.storage->commits;
    REQUIRE(world.update("set", "7") == "");
    CHECK(world.storage->pages_put - before == 2);  // heap page 0 (scratch), stable page 0
    CHECK(world.storage->commits - commits == 1);
    REQUIRE(world.update("grow") == "");
    CHECK(world.storage->pages_put - before == 2);
}

TEST_CASE("a trap leaves no trace but a line in the canister's log") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    const auto pages = world.storage->pages;
    const auto records = records_but_log(world);
    CHECK(world.update("set_and_trap", "8") ==
          "IC0502: " + from + "Canister trapped: unreachable" + trap_help + "trapped");
    CHECK(world.storage->pages == pages);
    CHECK(records_but_log(world) == records);
    const auto& log = world.replica.canister(world.id)->log.records();
    REQUIRE(log.size() == 1);
    CHECK(log[0].content == "[TRAP]: unreachable");
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.text() == "si1u");
    REQUIRE(world.update("set", "9") == "");
    CHECK(world.text() == "si1uu");
}

TEST_CASE("a query leaves no trace, and opens no transaction") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    const u64 commits = world.storage->commits;
    CHECK(cell_of(world.query("set_in_query", "8")) == "88");
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.text() == "si1u");
    CHECK(world.storage->commits == commits);
}

TEST_CASE("a query method called in replicated mode changes nothing but the version") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    const u64 version = world.version();
    CHECK(cell_of(world.update("set_in_query", "8")) == "88");
    CHECK(world.version() == version + 1);
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.text() == "si1u");
    world.reopen();
    CHECK(cell_of(world.query("get")) == "77");
}

TEST_CASE("a canister that rejects or does not answer keeps its effects") {
    World world;
    REQUIRE(world.install(module_of({})));
    CHECK(world.update("refuse", "no") == "IC0406: no");
    CHECK(cell_of(world.query("get")) == "nn");
    CHECK(world.update("silent", "s") == "IC0506: " + canister + " did not reply to the call");
    CHECK(cell_of(world.query("get")) == "ss");
    CHECK(world.replica.update(world.call_of("refuse", "s")).error().is_committed);
    CHECK(!world.replica.query(world.call_of("refuse", "s")).error().is_committed);
    CHECK(!world.replica.update(world.call_of("refuse", "\xFF")).error().is_committed);
    CHECK(world.update("refuse", "\xFF")
              .starts_with("IC0504: " + from +
                           "Canister violated contract: ic0.msg_reject: invalid UTF-8 string "
                           "provided.\nIf you are"));
    CHECK(cell_of(world.query("get")) == "ss");
}

TEST_CASE("each trap has mainnet's words") {
    World world;
    REQUIRE(world.install(module_of({})));
    const auto trapped = [&](const std::string& reason) {
        return "IC0502: " + from + "Canister trapped: " + reason + trap_help + "trapped";
    };
    CHECK(world.update("read_beyond") == trapped("heap out of bounds"));
    CHECK(world.update("divide") == trapped("integer division by 0"));
    CHECK(world.update("die", "so long") ==
          "IC0503: " + from + "Canister called `ic0.trap` with message: 'so long'" + trap_help +
              "trapped-explicitly");
    CHECK(world.update("die", "a\xFFz") ==
          "IC0503: " + from + "Canister called `ic0.trap` with message: 'a\uFFFDz'" + trap_help +
              "trapped-explicitly");
    CHECK(world.update("set_and_trap").find("Canister Backtrace") == std::string::npos);
}

TEST_CASE("a backtrace stands in the message when the module has names, and beside it always") {
    World world;
    TestModule builder({});
    const u32 inner = builder.function(unreachable());
    const u32 method = builder.method("canister_update fail", call(inner));
    const auto named = [](u32 index, std::string_view text) {
        return unsigned_leb(index) + name(text);
    };
    ByteVector module = builder.build();
    REQUIRE(world.install(module));
    const auto plain = world.replica.update(world.call_of("fail", ""));
    REQUIRE(!plain);
    REQUIRE(plain.error().reject.backtrace.size() == 2);
    CHECK(plain.error().reject.backtrace[0].function == inner);
    CHECK(plain.error().reject.backtrace[1].function == method);
    CHECK(plain.error().reject.backtrace[0].offset > 0);

    const Code names = section(1, unsigned_leb(1) + named(inner, "inner"));
    module = module + custom_section("name", names);
    REQUIRE(world.upgrade(module));
    CHECK(world.update("fail") == "IC0502: " + from +
                                      "Canister trapped: unreachable\nCanister Backtrace:\ninner\n"
                                      "unknown function at index " +
                                      std::to_string(method) + "\n" + trap_help + "trapped");
}

TEST_CASE("a runaway method ends at its limit, or when it is interrupted") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    u64 asked = 0, limit = 0;
    world.options.slice = 1'000'000;
    world.options.progress = [&](u64 instructions, u64 message_limit) {
        CHECK(instructions >= asked * 1'000'000);
        limit = message_limit;
        return ++asked < 5;
    };
    world.reopen();
    CHECK(world.update("spin") == "interrupted");
    CHECK(asked == 5);
    CHECK(limit == 40'000'000'000);
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.update("set", "8") == "");
}

TEST_CASE("calls that reach nothing are told so") {
    World world;
    REQUIRE(world.install(module_of({})));
    const std::string help =
        ".\nCheck that the method being called is exported by the target canister." +
        documentation + "method-not-found";
    CHECK(world.update("nothing") ==
          "IC0536: " + from + "Canister has no update method 'nothing'." + help);
    CHECK(world.query("nothing") ==
          "IC0536: " + from + "Canister has no query method 'nothing'." + help);
    CHECK(world.query("set") == "IC0536: " + from + "Canister has no query method 'set'." + help);
    CHECK(world.update("composite") ==
          "IC0527: Composite query cannot be called in replicated mode");
    CHECK(world.query("composite").size() == 5);
    world.id = Principal::canister(99);
    CHECK(world.query("get") == "IC0301: Canister " + world.id.text() + " not found");
}

TEST_CASE("what a canister prints is in the receipt, and in the failure") {
    World world;
    REQUIRE(world.install(module_of({})));
    const auto said = world.replica.update(world.call_of("say", "hello\xFF"));
    REQUIRE(said);
    REQUIRE(said->receipt.log.size() == 1);
    CHECK(said->receipt.log[0].text == "hello\uFFFD");
}

TEST_CASE("canister_inspect_message lets update calls in, and changes nothing") {
    World world;
    const auto module = [](const Code& extra, bool accepts) {
        ModuleBuilder builder;
        const u32 accept = builder.import("accept_message"), reply = builder.import("msg_reply");
        builder.memory(1);
        const u32 cell = builder.global(vm::types::i32, true, i32_const(0));
        builder.method("canister_inspect_message", i32_const(1) + global_set(cell) + i32_const(0) +
                                                       i32_const(7) + i32_store(0) +
                                                       (accepts ? call(accept) : Code{}) + extra);
        // Traps unless global and heap are untouched.
        builder.method("canister_update go", global_get(cell) + i32_const(0) + i32_load(0) +
                                                 bytes({0x72}) + if_then(unreachable()) +
                                                 call(reply));
        builder.method("canister_query look", call(reply));
        return builder.build();
    };
    REQUIRE(world.install(module({}, true)));
    CHECK(world.update("go") == "");
    REQUIRE(world.upgrade(module({}, false)));
    CHECK(world.update("go") == "IC0406: " + from + "Canister rejected the message");
    CHECK(world.query("look") == "");
    REQUIRE(world.upgrade(module(unreachable(), true)));
    CHECK(world.update("go") ==
          "IC0502: " + from + "Canister trapped: unreachable" + trap_help + "trapped");
    REQUIRE(world.upgrade(module(call(0), true)));  // accepts twice
    CHECK(world.update("go").starts_with(
        "IC0504: " + from +
        "Canister violated contract: ic0.accept_message: the function was already called."));
}

TEST_CASE("a commit that fails changes nothing, and the replica goes on") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    world.storage->commits_fail = true;
    CHECK(world.update("set", "8") == "cannot write: no space left");
    CHECK(World::error_of(world.upgrade(module_of({.tag = 'B'}))) == "cannot write: no space left");
    CHECK(World::error_of(world.replica.stop_canister(world.id)) == "cannot write: no space left");
    CHECK(cell_of(world.query("get")) == "77");
    world.storage->commits_fail = false;
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.text() == "si1u");
    CHECK(world.update("set", "9") == "");
    world.reopen();
    CHECK(cell_of(world.query("get")) == "99");
}

TEST_CASE("a state that cannot be read again, from any record on, is whole when it can be read") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    const auto waiting = world.replica.submit({world.id, "set", {'6'}});
    REQUIRE(waiting);
    const auto records = world.storage->records;
    const auto pages = world.storage->pages;
    const auto fails = [&](const std::string& answer) { return answer == "cannot read a record"; };
    u64 reads = 0;
    for (bool is_read = false; !is_read; reads++) {
        INFO("after " << reads << " records");
        world.storage->commits_fail = true;
        world.storage->records_left = reads;
        const std::string answer = World::error_of(world.replica.tick());
        is_read = answer == "cannot write: no space left";
        if (!is_read) CHECK(fails(answer));
        world.storage->commits_fail = false;
        world.storage->records_left = is_read ? ~u64(0) : 0;
        if (!is_read) {
            CHECK(fails(world.update("set", "8")));
            CHECK(fails(world.query("get")));
            CHECK(fails(World::error_of(world.replica.tick())));
            CHECK(fails(World::error_of(world.replica.advance_time(1))));
            CHECK(fails(World::error_of(world.replica.await(*waiting))));
            CHECK(fails(World::error_of(world.replica.stop_canister(world.id))));
        }
        CHECK(world.storage->records == records);
        CHECK(world.storage->pages == pages);
        world.storage->records_left = ~u64(0);
        CHECK(cell_of(world.query("get")) == "77");
        REQUIRE(world.replica.message_status(*waiting));
    }
    CHECK(reads > 4);
    CHECK(World::error_of(world.replica.await(*waiting)) == "no error");
    CHECK(world.update("set", "9") == "");
    world.reopen();
    CHECK(cell_of(world.query("get")) == "99");
}

TEST_CASE("pages that cannot be read are the state's failure, not the canister's") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    world.reopen();
    world.storage->reads_fail = true;
    CHECK(world.query("get") == "cannot read a page");
    CHECK(world.update("set", "8") == "cannot read a page");
    world.storage->reads_fail = false;
    CHECK(cell_of(world.query("get")) == "77");
    CHECK(world.update("set", "8") == "");
}

TEST_CASE("a state with a damaged record is not opened, and says which") {
    World world;
    REQUIRE(world.install(module_of({})));
    for (const auto& [key, value] : world.storage->records) {
        const ByteVector good = value;
        world.storage->records[key] = ByteVector(good.begin(), good.begin() + good.size() / 2);
        const auto opened =
            Replica::open(std::make_unique<SharedStorage>(world.storage), world.options);
        if (key.starts_with("module/")) {
            REQUIRE(opened);
            world.reopen();
            CHECK(world.query("get") ==
                  "the state is damaged: record \"" + key + "\" cannot be read");
        } else {
            REQUIRE(!opened);
            CHECK(World::error_of(opened) ==
                  "the state is damaged: record \"" + key + "\" cannot be read");
        }
        world.storage->records[key] = good;
    }
}

TEST_CASE("one process and one process a message come to the same state, byte for byte") {
    const auto history = [](bool reopens, bool guard) {
        World world(Options{.guard = guard, .progress = {}});
        const auto step = [&](const std::string&) {
            if (reopens) world.reopen();
        };
        step(World::error_of(world.install(module_of({}), InstallMode::install, "init")));
        for (const char* argument : {"1", "2", "3"}) {
            step(world.update("set", argument));
            step(world.update("set_and_trap", "x"));
            step(world.query("set_in_query", "y"));
            step(world.update("grow"));
            step(world.update("get_in_update"));
        }
        step(World::error_of(world.upgrade(module_of({.memory64 = true, .tag = 'B'}))));
        step(world.update("set", "4"));
        return std::pair(world.storage->pages, world.storage->records);
    };
    vm::install_fault_handler();
    const auto expected = history(false, false);
    CHECK(history(true, false) == expected);
    CHECK(history(false, true) == expected);
    CHECK(history(true, true) == expected);
}

}  // namespace icvm::replica
