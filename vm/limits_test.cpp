/// The limits of recursion, to the call: whatever kind of call, in either dispatcher.

#include "vm/test_instance.hpp"

namespace icvm::vm {

namespace {

const std::string count = "global.get 0 i32.const 1 i32.add global.set 0 ";

u64 counted(const Loaded& loaded) { return global_values(*loaded.instance)[0].bits; }

/// A function that counts its calls in global 0 and calls by `call`; two operand slots, at least.
TestModule recursion_of(u32 locals, const std::string& call) {
    TestModule module = module_of({{":", std::string(locals, 'I'), count + call, "f"},
                                   {"r:", "", "i32.const 0 local.get 0 table.set 0", "set"}});
    module.globals = "i";
    module.types = {":"};
    module.table_size = 1;
    return module;
}

/// How many frames a recursion has when it traps.
u64 depth_of(u32 locals, const std::string& call) {
    const Loaded loaded(recursion_of(locals, call));
    REQUIRE(loaded.call({reinterpret_cast<u64>(&loaded.function())}, "set"));
    CHECK(loaded.trap() == "call stack exhausted");
    return counted(loaded);
}

const std::string indirect = "i32.const 0 call_indirect 0 0";

/// Two instances that call each other: the one through its table, the other through an import.
u64 depth_across_instances(u32 locals) {
    const auto store = std::make_shared<Store>();
    const Loaded one(recursion_of(locals, indirect), {}, store);
    TestModule importing = recursion_of(locals, "call 0");
    importing.imports = {{"m", "f", ":"}};
    const Loaded other(importing, {&one.function()}, store);
    REQUIRE(one.call({reinterpret_cast<u64>(&other.function())}, "set"));
    CHECK(one.trap() == "call stack exhausted");
    CHECK(counted(one) - counted(other) <= 1);
    return counted(one) + counted(other);
}

}  // namespace

TEST_CASE("Recursion ends at the limit of frames, whatever the kind of call") {
    CHECK(depth_of(0, "call 0") == call_frames_max);
    CHECK(depth_of(0, indirect) == call_frames_max);
    CHECK(depth_across_instances(0) == call_frames_max);
}

TEST_CASE("Recursion ends at the limit of slots as the validator sees them") {
    // Two slots of operands, for the counting.
    CHECK(depth_of(98, "call 0") == call_slots_max / 100);
    CHECK(depth_of(98, indirect) == call_slots_max / 100);
    CHECK(depth_across_instances(98) == call_slots_max / 100);
    const auto with_operands = [](u32 locals, size_t operands) {
        return depth_of(locals,
                        repeat("i32.const 1", operands) + "call 0 " + repeat("drop", operands));
    };
    CHECK(with_operands(1000, 50) == call_slots_max / 1050);
    CHECK(with_operands(6, 70'000) == call_slots_max / 70'006);
}

TEST_CASE("A vector counts as two slots, be it parameter, local or operand") {
    const auto depth = [](const std::string& locals, const std::string& call) {
        TestModule module = recursion_of(0, call);
        module.functions[0].locals = locals;
        const Loaded loaded(module);
        CHECK(loaded.trap() == "call stack exhausted");
        return counted(loaded);
    };
    CHECK(depth(std::string(49, 'v'), "call 0") == call_slots_max / 100);
    CHECK(depth(std::string(40, 'v') + std::string(18, 'I'), "call 0") == call_slots_max / 100);
    CHECK(depth(std::string(10, 'I'), repeat("v128.const 0 0", 45) + "call 0 " +
                                          repeat("drop", 45)) == call_slots_max / 100);
    // Two vectors of parameters, and two slots of operands to count with.
    TestModule module = module_of({{"vv:", "", "", "f"}});
    module.functions[0].body = count + "local.get 0 local.get 1 call 0";
    module.globals = "i";
    const Loaded loaded(module);
    const auto result = invoke(*loaded.store, loaded.function(),
                               std::vector<Value>{{types::v128, 1, 2}, {types::v128, 3, 4}});
    REQUIRE_FALSE(result);
    CHECK(to_string(result.error().reason) == "call stack exhausted");
    // Arguments lie in the caller's frame and in the callee's.
    CHECK(counted(loaded) == std::min<u64>(call_slots_max / 8, call_frames_max));
}

TEST_CASE("The last frame that fits returns, and the next one traps") {
    const std::string down = "local.get 0 if local.get 0 i32.const 1 i32.sub ";
    TestModule indirect_calls =
        module_of({{"i:", "", down + "i32.const 0 call_indirect 0 0 end", "f"}});
    indirect_calls.types = {"i:"};
    indirect_calls.table = {0};
    indirect_calls.table_size = 1;
    const Loaded loaded[] = {Loaded(module_of({{"i:", "", down + "call 0 end", "f"}})),
                             Loaded(indirect_calls)};
    for (const Loaded& one : loaded) {
        CHECK(one.trap({call_frames_max - 1}) == "no trap");
        CHECK(one.trap({call_frames_max}) == "call stack exhausted");
    }
    // 100 slots: a parameter, 97 locals, two operands.
    const Loaded large(module_of({{"i:", std::string(97, 'I'), down + "call 0 end", "f"}}));
    CHECK(large.trap({call_slots_max / 100 - 1}) == "no trap");
    CHECK(large.trap({call_slots_max / 100}) == "call stack exhausted");
}

TEST_CASE("Executions within executions end at a limit, too") {
    struct Host {
        Store& store;
        FunctionInstance* function = nullptr;
        u64 calls = 0;
        static HostOutcome call(void* context, HostCall& call) {
            Host& host = *static_cast<Host*>(context);
            host.calls++;
            const auto result = invoke(host.store, *host.function, {});
            if (result) return HostOutcome::done;
            call.trap->message = to_string(result.error().reason);
            return HostOutcome::trap;
        }
    };
    const auto store = std::make_shared<Store>();
    Host host{*store};
    FunctionInstance* const again = store->add_host_function({{}, Host::call, &host, "again"});
    TestModule module = module_of({{":", "", "call 0", "f"}});
    module.imports = {{"host", "again", ":"}};
    const Loaded loaded(module, {again}, store);
    host.function = &loaded.function();
    for (int i = 0; i < 2; i++) {
        host.calls = 0;
        CHECK(loaded.trap() == "host function trapped");
        CHECK(host.calls == nested_executions_max);
    }
    host.calls = 0;
    host.function = again;
    CHECK(loaded.trap() == "host function trapped");
    CHECK(host.calls == nested_executions_max);
}

TEST_CASE("A start function that recurses without end is a trap of the instantiation") {
    install_fault_handler();
    const auto start = [](TestModule module) {
        ByteVector bytes = module.assemble();
        // The start section stands between exports and code; there are no exports here.
        const auto code = std::ranges::search(bytes, ByteVector{0x0A}).begin();
        bytes.insert(code, {8, 1, 0});
        const auto compiled = load_module(bytes, {});
        if (!compiled) FAIL(to_string(compiled.error()));
        Store store;
        const auto made = store.instantiate(*compiled, {});
        return made ? "no trap" : std::string(to_string(std::get<Trap>(made.error()).reason));
    };
    CHECK(start(module_of({{":", "", "call 0", ""}})) == "call stack exhausted");
    CHECK(start(module_of({{":", "", "i32.const 1000 call 1", ""},
                           {"i:", "", "local.get 0 if local.get 0 i32.const 1 i32.sub call 1 end",
                            ""}})) == "no trap");
}

}  // namespace icvm::vm
