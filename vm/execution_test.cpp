/// Calls, traps, pauses.

#include <catch2/catch.hpp>

#include "vm/test_instance.hpp"

namespace icvm::vm {

TEST_CASE("A tail call takes no room, however often it is repeated") {
    const std::string countdown =
        "local.get 0 i32.eqz if return end local.get 0 i32.const 1 i32.sub ";
    CHECK(Loaded(module_of({{"i:", "", countdown + "return_call 0", "f"}})).trap({1'000'000}) ==
          "no trap");
    TestModule indirect =
        module_of({{"i:", "", countdown + "i32.const 0 return_call_indirect 0 0", "f"}});
    indirect.types = {"i:"};
    indirect.table = {0};
    indirect.table_size = 1;
    CHECK(Loaded(indirect).trap({1'000'000}) == "no trap");
    // Into a larger frame, and with arguments that change places.
    const auto swap =
        module_of({{"iii:i", "",
                    "local.get 0 i32.eqz if local.get 1 return end local.get 0 i32.const 1 i32.sub "
                    "local.get 2 local.get 1 return_call 1",
                    "f"},
                   {"iii:i", "IIIIIIII", "local.get 0 local.get 1 local.get 2 return_call 0", ""}});
    CHECK(Loaded(swap).value({100'001, 7, 8}) == 8);
}

TEST_CASE("A trap names every frame, with the place of its instruction") {
    TestModule module = module_of({{":", "", "nop call 1", "f"},
                                   {":", "", "i32.const 1 call 2 drop", ""},
                                   {"i:i", "", "local.get 0 i32.const 0 i32.div_u", ""}});
    const ByteVector bytes = module.assemble();
    const Loaded loaded(module);
    const auto result = loaded.call();
    REQUIRE_FALSE(result);
    const Trap& trap = result.error();
    CHECK(trap.reason == TrapReason::integer_divide_by_zero);
    REQUIRE(trap.frames.size() == 3);
    CHECK_FALSE(trap.frames_cut);
    const u8 opcodes[] = {0x6E, 0x10, 0x10};
    for (u32 i = 0; i < 3; i++) {
        CHECK(trap.frames[i].function == 2 - i);
        CHECK(bytes[trap.frames[i].offset] == opcodes[i]);
    }
}

TEST_CASE("A deep backtrace is cut, and says so") {
    const auto result = Loaded(module_of({{":", "", "call 0", "f"}})).call();
    REQUIRE_FALSE(result);
    CHECK(result.error().frames.size() == backtrace_frames_max);
    CHECK(result.error().frames_cut);
}

TEST_CASE("A call into another instance works on its memory, and comes back to ours") {
    TestModule other = module_of({{"i:i", "", "local.get 0 i32.load 0", "load"},
                                  {"i:", "", "local.get 0 i32.const 9 i32.store 0", "store"},
                                  {":", "", "unreachable", "stop"}});
    other.memories = {{}};
    const Loaded theirs(other);
    TestModule module = module_of(
        {{":i", "",
          "i32.const 8 i32.const 5 i32.store 0 i32.const 8 call 1 i32.const 8 call 0 i32.const 100 "
          "i32.mul i32.const 8 i32.load 0 i32.add",
          "f"},
         {"i:i", "", "local.get 0 return_call 0", "tail"},
         {":", "", "nop call 2", "stop"}});
    module.memories = {{}};
    module.imports = {{"m", "load", "i:i"}, {"m", "store", "i:"}, {"m", "stop", ":"}};
    const Loaded ours(
        module, {&theirs.function("load"), &theirs.function("store"), &theirs.function("stop")},
        theirs.store);
    CHECK(ours.value() == 905);
    CHECK(ours.value({8}, "tail") == 9);
    const auto result = ours.call({}, "stop");
    REQUIRE_FALSE(result);
    REQUIRE(result.error().frames.size() == 2);
    CHECK(result.error().frames[0].function == 2);
    CHECK(result.error().frames[1].function == 5);
}

TEST_CASE("Instances that tail-call each other take no room either") {
    const std::shared_ptr<Store> store = std::make_shared<Store>();
    TestModule first = module_of({{"i:i", "",
                                   "local.get 0 i32.eqz if i32.const 42 return end local.get 0 "
                                   "i32.const 1 i32.sub i32.const 0 return_call_indirect 0 0",
                                   "f"},
                                  {"r:", "", "i32.const 0 local.get 0 table.set 0", "set"}});
    first.types = {"i:i"};
    first.table_size = 1;
    const Loaded one(first, {}, store);
    const Loaded two(first, {}, store);
    const auto as_bits = [](FunctionInstance& function) {
        return reinterpret_cast<u64>(&function);
    };
    REQUIRE(one.call({as_bits(two.function())}, "set"));
    REQUIRE(two.call({as_bits(one.function())}, "set"));
    CHECK(one.value({300'001}) == 42);
    TestModule caller = module_of({{"i:i", "", "local.get 0 call 0 i32.const 1 i32.add", "f"}});
    caller.imports = {{"m", "f", "i:i"}};
    CHECK(Loaded(caller, {&one.function()}, store).value({300'001}) == 43);
}

TEST_CASE("A host function traps with its message, and is charged exactly") {
    const auto body = [](void*, HostCall& call) {
        if (!call.budget->charge(call.slots[0])) {
            call.trap->message = "too much";
            return HostOutcome::trap;
        }
        call.slots[0] = u64(call.budget->remaining());
        return HostOutcome::done;
    };
    const std::shared_ptr<Store> store = std::make_shared<Store>();
    FunctionInstance* host =
        store->add_host_function({{{types::i64}, {types::i64}}, body, nullptr, "charge"});
    for (const std::string call : {"call 0", "return_call 0"}) {
        TestModule module = module_of({{"I:I", "", "local.get 0 " + call, "f"}});
        module.imports = {{"host", "charge", "I:I"}};
        const Loaded loaded(module, {host}, store);
        const Value argument = Value::i64(10);
        Execution execution(*store, loaded.function(), {&argument, 1}, Budget::of(100, 100));
        REQUIRE(execution.run() == Outcome::finished);
        const u64 before = call == "call 0" ? 7 : 5;
        CHECK(execution.results()[0].bits == 100 - before - 10);
        CHECK(execution.budget().remaining() == i64(100 - before - 10));
        Execution over(*store, loaded.function(), {&argument, 1}, Budget::of(12, 100));
        REQUIRE(over.run() == Outcome::trapped);
        CHECK(over.trap().reason == TrapReason::host);
        CHECK(over.trap().message == "too much");
        CHECK(over.trap().frames.size() == 1);
    }
    const Value argument = Value::i64(1);
    Execution direct(*store, *host, {&argument, 1}, Budget::of(5, 5));
    REQUIRE(direct.run() == Outcome::finished);
    CHECK(direct.results()[0].bits == 4);
}

TEST_CASE("Upper bits of 32-bit values from outside reach no memory access") {
    const u64 noise = u64(0xFFFFFFFF) << 32;
    const std::shared_ptr<Store> store = std::make_shared<Store>();
    const auto body = [](void*, HostCall& call) {
        call.slots[0] = ~u64(0) << 32 | 4;
        return HostOutcome::done;
    };
    FunctionInstance* host = store->add_host_function({{{}, {types::i32}}, body, nullptr, "four"});
    TestModule module = module_of({{"i:i", "", "local.get 0 i32.load 0", "argument"},
                                   {":i", "", "call 0 i32.load 0", "result"},
                                   {":i", "", "return_call 0", "tail"},
                                   {":i", "", "call 3 i32.load 0", "after"}});
    module.memories = {{}};
    module.imports = {{"host", "four", ":i"}};
    const Loaded loaded(module, {host}, store);
    CHECK(loaded.value({noise | 4}, "argument") == 0);
    CHECK(loaded.value({}, "result") == 0);
    CHECK(loaded.value({}, "after") == 0);
}

TEST_CASE("What read a page that cannot be read has trapped, whatever it made of it") {
    class Unreadable : public PageSource {
        bool read_page(u64, u8*) override { return false; }
        u64 next_page(u64 index) override { return index; }
    } source;
    install_fault_handler();
    for (const bool is64 : {false, true}) {
        for (const bool guard : {true, false}) {
            const std::string zero = is64 ? "i64.const 0 " : "i32.const 0 ";
            TestModule module =
                module_of({{":i", "", zero + "i32.load 0", "load"},
                           {":", "", zero + "i32.load 0 drop unreachable", "stop"},
                           {":", "", zero + "i32.load 0 drop loop br 0 end", "loop"}});
            module.memories = {{1, 0, is64}};
            const auto compiled = load_module(module.assemble(), {.guard = guard, .track = true});
            REQUIRE(compiled);
            for (const char* name : {"load", "stop", "loop"}) {
                INFO(name << (is64 ? " 64" : " 32") << (guard ? "" : " --no-guard"));
                Store store;
                const auto instance = store.instantiate(
                    *compiled, {},
                    {.memory0 = Memory::create(module_of(**compiled).memories[0], 1, &source,
                                               {.guard = guard, .track = true})});
                REQUIRE(instance);
                Execution execution(store, *find_exported_function(**instance, name), {},
                                    Budget::of(1000, 1000));
                CHECK(execution.run() == Outcome::trapped);
                CHECK(execution.trap().reason == TrapReason::page_unreadable);
                CHECK(execution.results().empty());
            }
        }
    }
}

TEST_CASE("An execution can be dropped at any pause") {
    const Loaded loaded(module_of({{":", "", "loop br 0 end", "f"}}));
    for (int i = 0; i < 10; i++) {
        Execution execution(*loaded.store, loaded.function(), {}, Budget::of(1'000'000, 1000));
        CHECK(execution.run() == Outcome::paused);
        CHECK(execution.run() == Outcome::paused);
        CHECK(execution.budget().remaining() > 990'000);
    }
    const Loaded deep(module_of({{":", "", "call 0", "f"}}));
    for (const i64 slice : {1, 1000, 100'000}) {
        Execution execution(*deep.store, deep.function(), {}, Budget::of(1'000'000, slice));
        for (int runs = 0; runs < 5 && execution.run() == Outcome::paused;) runs++;
    }
}

TEST_CASE("An indirect call checks bounds, then null, then the type") {
    TestModule module = module_of(
        {{"i:", "", "local.get 0 call_indirect 1 0", "f"}, {":", "", "", ""}, {"i:", "", "", ""}});
    module.types = {":", "i:", "I:"};
    module.functions[0].body = "i64.const 1 local.get 0 call_indirect 2 0";
    module.table = {1};
    module.table_size = 3;
    const Loaded loaded(module);
    CHECK(loaded.trap({3}) == "undefined element");
    CHECK(loaded.trap({2}) == "uninitialized element");
    CHECK(loaded.trap({0}) == "indirect call type mismatch");
}

TEST_CASE("Blocks nest as deep, and tables of labels are as long, as a module may be") {
    const size_t depth = 100'000;
    CHECK(Loaded(module_of(
                     {{":i", "",
                       repeat("block", depth) + "br 99999 " + repeat("end", depth) + "i32.const 3",
                       "f"}}))
              .value() == 3);
    const std::string ifs = repeat("i32.const 1 if", depth) + repeat("end", depth);
    CHECK(Loaded(module_of({{":i", "", ifs + "i32.const 4", "f"}})).value() == 4);
}

TEST_CASE("A table of 100,000 labels finds the last and its default, with operands to move") {
    std::string labels;
    for (int i = 0; i < 100'000; i++) labels += i == 99'999 ? "1 " : "0 ";
    const Loaded loaded(
        module_of({{"i:i", "",
                    "block:i i32.const 77 block:i i32.const 5 local.get 0 br_table 100000 " +
                        labels + "2 end i32.add end",
                    "f"}}));
    CHECK(loaded.value({4}) == 82);
    CHECK(loaded.value({99'999}) == 5);
    CHECK(loaded.value({~u32(0)}) == 5);
}

TEST_CASE("Operands beyond 65,535 slots are reached") {
    const size_t count = 70'000;
    const Loaded sum(module_of(
        {{"i:i", "i",
          repeat("local.get 0 i32.const 1 i32.add", count) + repeat("i32.add", count - 1), "f"}}));
    CHECK(sum.value({2}) == 3 * count);
    // Through a block, a branch with a value, a call, memory, select, a return.
    TestModule module = module_of(
        {{"i:i", "",
          repeat("local.get 0", count) +
              "block:i i32.const 9 local.get 0 br_if 0 end local.get 0 i32.lt_u if:i i32.const 10 "
              "else i32.const 20 end i32.const 100 call 1 i32.store 0 i32.const 100 i32.load 0 "
              "local.get 0 local.get 0 select return",
          "f"},
         {"ii:ii", "", "local.get 1 local.get 0", ""}});
    module.memories = {{}};
    CHECK(Loaded(module).value({1}) == 20);
    CHECK(Loaded(module).value({100}) == 10);
}

}  // namespace icvm::vm
