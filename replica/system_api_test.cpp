// The System API as a canister meets it: what each call costs, where it may be called, what it
// answers (docs/metering.md, "System API fees" to "Stable memory"; docs/mainnet.md, "Contexts").

#include <catch2/catch.hpp>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

constexpr u64 turns = 1000;

/// `body` in a loop, as the public benchmarks have it: 6 + turns * (11 + body) instructions.
Code repeated(const Code& body) {
    return bytes({0x03, 0x40}) + local_get(0) + i32_const(turns) + bytes({0x48, 0x04, 0x40}) +
           local_get(0) + i32_const(1) + i32_add() + local_set(0) + body + bytes({0x0C, 1}) +
           bytes({0x0B, 0x0B});
}

const Code one_i32_local = bytes({1, 1, 0x7F});

/// Instructions of an update (or query) that calls ic0.`name` in a loop.
u64 measure(std::string_view name, const std::vector<i64>& operands, bool memory64,
            bool query = false, bool grows_stable = false) {
    World world({.cycles = "13", .guard = false, .progress = {}});
    ModuleBuilder builder(memory64);
    const u32 function = builder.import(name);
    const u32 grow = grows_stable ? builder.import("stable64_grow") : 0;
    builder.memory(1);
    const vm::FunctionType type = type_of(*find_import(name, memory64), memory64);
    REQUIRE(type.parameters.size() == operands.size());
    Code body;
    for (size_t i = 0; i < operands.size(); i++)
        body = body + (type.parameters[i] == vm::types::i64 ? i64_const(operands[i])
                                                            : i32_const(operands[i]));
    body = body + call(function) + (type.results.empty() ? Code{} : drop());
    const Code before = grows_stable ? i64_const(1) + call(grow) + drop() : Code{};
    builder.method(query ? "canister_query go" : "canister_update go", before + repeated(body),
                   one_i32_local);
    REQUIRE(world.install(builder.build()));
    const Call go = world.call_of("go", std::string(2000, '\0'));
    const auto result = query ? world.replica.query(go) : world.replica.update(go);
    REQUIRE(!result);
    INFO(name << ": " << World::error_of(result));
    CHECK(result.error().reject.error == ErrorCode::canister_did_not_reply);
    return result.error().instructions;
}

struct Benchmark {
    std::string_view name;
    std::vector<i64> operands;
    u64 a_turn;         ///< instructions
    u64 once = 6;       ///< beside them, in 32-bit modules
    u64 page_fees = 0;  ///< changed heap pages: 1000 each, 4000 in memory64
};

}  // namespace

// The totals of mainnet's public benchmarks, with fewer turns (docs/metering.md).
TEST_CASE("each call costs what it costs on mainnet") {
    const Benchmark benchmarks[] = {
        {"msg_caller_size", {}, 517},
        {"msg_arg_data_size", {}, 517},
        {"canister_self_size", {}, 517},
        {"time", {}, 517},
        {"canister_status", {}, 517},
        {"data_certificate_present", {}, 517},
        {"in_replicated_execution", {}, 517},
        {"msg_deadline", {}, 517},
        {"msg_cycles_available128", {0}, 517},
        {"global_timer_set", {0}, 518},
        {"msg_caller_copy", {0, 0, 10}, 529, 6, 1},
        {"canister_self_copy", {0, 0, 10}, 529, 6, 1},
        {"msg_arg_data_copy", {0, 0, 1}, 520},
        {"msg_arg_data_copy", {0, 0, 1024}, 1543},
        {"msg_reply_data_append", {0, 1}, 568},
        {"msg_reply_data_append", {0, 2}, 618},
        {"certified_data_set", {0, 1}, 519},
        {"certified_data_set", {0, 32}, 550},
        {"debug_print", {0, 1}, 170},
        {"debug_print", {0, 1024}, 47366, 18006},
        {"stable64_size", {}, 17},
        {"stable64_grow", {0}, 118},
        {"performance_counter", {0}, 218},
        {"is_controller", {0, 29}, 1048},
        {"canister_cycle_balance128", {0}, 517, 6, 1},
        {"cost_create_canister", {0}, 517, 6, 1},
        {"cost_call", {0, 0, 0}, 519, 6, 1},
        {"cost_http_request", {0, 0, 0}, 519, 6, 1},
        {"msg_cycles_accept128", {0, 0, 0}, 519},
        {"cycles_burn128", {0, 0, 0}, 519},
        {"cost_sign_with_ecdsa", {0, 2, 0, 0}, 523},
        {"cost_sign_with_schnorr", {0, 2, 0, 0}, 523},
        {"cost_vetkd_derive_key", {0, 2, 0, 0}, 523},
    };
    for (const Benchmark& benchmark : benchmarks)
        for (const bool memory64 : {false, true}) {
            INFO(benchmark.name << (memory64 ? " in memory64" : ""));
            CHECK(measure(benchmark.name, benchmark.operands, memory64) ==
                  benchmark.once + turns * benchmark.a_turn +
                      benchmark.page_fees * (memory64 ? 4000 : 1000));
        }
    for (const auto& [name, fee] : {std::pair<const char*, u64>{"msg_cycles_available", 517},
                                    {"canister_cycle_balance", 517},
                                    {"stable_size", 17}})
        CHECK(measure(name, {}, false) == 6 + turns * fee);
    CHECK(measure("msg_cycles_accept", {0}, false) == 6 + turns * 518);
    CHECK(measure("stable_grow", {0}, false) == 6 + turns * 118);
}

TEST_CASE("stable memory costs by the byte, and by the page that is written first") {
    for (const bool memory64 : {false, true}) {
        CHECK(measure("stable64_read", {0, 0, 1}, memory64, false, true) == 113 + turns * 40);
        CHECK(measure("stable64_read", {0, 0, 1024}, memory64, false, true) == 113 + turns * 1063);
        CHECK(measure("stable64_write", {0, 0, 1}, memory64, false, true) == 1113 + turns * 40);
        CHECK(measure("stable64_write", {0, 0, 1024}, memory64, false, true) ==
              1113 + turns * 1063);
        CHECK(measure("stable64_write", {4095, 0, 2}, memory64, false, true) == 2113 + turns * 41);
    }
    CHECK(measure("stable_read", {0, 0, 1}, false, false, true) == 113 + turns * 40);
    CHECK(measure("stable_write", {0, 0, 1024}, false, false, true) == 1113 + turns * 1063);
}

TEST_CASE("queries pay no page, and may read their own mode's calls") {
    CHECK(measure("msg_caller_copy", {0, 0, 10}, false, true) == 6 + turns * 529);
    CHECK(measure("time", {}, false, true) == 6 + turns * 517);
}

namespace {

/// A module that calls every function of the System API that may be called with small arguments,
/// one a method, in each entry point.
std::string error_in(Context context, const ImportRow& row) {
    ModuleBuilder builder;
    const u32 function = builder.import(row.name);
    const u32 accept = row.name == "accept_message" ? function : builder.import("accept_message");
    const u32 reply = row.name == "msg_reply" ? function : builder.import("msg_reply");
    builder.memory(1);
    const vm::FunctionType type = type_of(row, false);
    Code body;
    for (const vm::ValueType parameter : type.parameters)
        body = body + (parameter == vm::types::i64 ? i64_const(0) : i32_const(0));
    body = body + call(function);
    for (size_t i = 0; i < type.results.size(); i++) body = body + drop();

    std::string method = "go";
    switch (context) {
        case Context::start: builder.start(builder.function(body)); break;
        case Context::init: builder.method("canister_init", body); break;
        case Context::pre_upgrade: builder.method("canister_pre_upgrade", body); break;
        case Context::update: builder.method("canister_update go", body); break;
        case Context::replicated_query:
        case Context::non_replicated_query: builder.method("canister_query go", body); break;
        case Context::composite_query: builder.method("canister_composite_query go", body); break;
        default:
            builder.method("canister_inspect_message", body + call(accept));
            builder.method("canister_update go", call(reply));
    }
    World world;
    const auto installed = world.install(builder.build());
    if (!installed) return World::error_of(installed);
    switch (context) {
        case Context::start:
        case Context::init: return "";
        case Context::pre_upgrade:
            return World::error_of(world.upgrade(module_of({.hooks = false})));
        case Context::non_replicated_query:
        case Context::composite_query: return world.query(method);
        default: return world.update(method);
    }
}

}  // namespace

TEST_CASE(
    "a call from the wrong mode traps with mainnet's words, and from the right one does not") {
    for (const ImportRow& row : import_rows())
        for (const Context context :
             {Context::start, Context::init, Context::pre_upgrade, Context::update,
              Context::replicated_query, Context::non_replicated_query, Context::composite_query,
              Context::inspect_message}) {
            const bool allowed = row.contexts & (1u << u32(context));
            const std::string error = error_in(context, row);
            const std::string wrong = std::string(row.name) + "\" cannot be executed in " +
                                      std::string(mode_name(context)) + " mode.\nCheck the ICP";
            INFO(row.name << " in " << mode_name(context) << ": " << error);
            CHECK((error.find(wrong) == std::string::npos) == allowed);
        }
}

namespace {

/// Runs `body` in an update with an argument; what it leaves at heap address 0 is the reply.
class Probe {
public:
    explicit Probe(bool memory64 = false) : builder(memory64) {}

    u32 import(std::string_view name) { return builder.import(name); }
    /// Builds the module: the imports must be complete.
    std::string run(const Code& body, u32 reply_size = 0, std::string_view argument = "",
                    bool query = false) {
        const u32 append = builder.import("msg_reply_data_append");
        const u32 reply = builder.import("msg_reply");
        builder.memory(2);
        const Code end =
            builder.address(0) + builder.address(reply_size) + call(append) + call(reply);
        builder.method(query ? "canister_query go" : "canister_update go", body + end);
        const auto installed = world.install(builder.build());
        REQUIRE(World::error_of(installed) == "no error");
        return query ? world.query("go", argument) : world.update("go", argument);
    }

    ModuleBuilder builder;
    World world;
};

const std::string from = "Error from Canister bkyz2-fmaaa-aaaaa-qaaaq-cai: ";
const std::string violated = "IC0504: " + from + "Canister violated contract: ";

std::string little_endian(u128 value, size_t size) {
    std::string text;
    for (size_t i = 0; i < size; i++) text += char(u8(value >> (8 * i)));
    return text;
}

bool starts_with(const std::string& text, const std::string& start) {
    INFO(text);
    INFO(start);
    CHECK(text.starts_with(start));
    return text.starts_with(start);
}

}  // namespace

TEST_CASE("copies check the heap first, then their source, with mainnet's words") {
    for (const bool memory64 : {false, true}) {
        const auto copy = [&](i64 to, i64 offset, i64 size, u32 reply_size = 0) {
            Probe probe(memory64);
            const u32 function = probe.import("msg_arg_data_copy");
            const ModuleBuilder& b = probe.builder;
            return probe.run(b.address(to) + b.address(offset) + b.address(size) + call(function),
                             reply_size, "argument");
        };
        CHECK(copy(0, 0, 8, 8) == "argument");
        CHECK(copy(0, 3, 5, 5) == "ument");
        CHECK(copy(131072, 8, 0) == "");
        starts_with(copy(131071, 0, 2), violated +
                                            "ic0.msg_arg_data_copy heap: src=131071 + "
                                            "length=2 exceeds the slice size=131072.\nIf");
        starts_with(copy(0, 1, 8), violated +
                                       "ic0.msg_arg_data_copy payload: src=1 + length=8 "
                                       "exceeds the slice size=8.\nIf");
        starts_with(copy(131071, 9, 9), violated + "ic0.msg_arg_data_copy heap: ");
        if (memory64)
            starts_with(copy(-1, 0, 2), violated +
                                            "ic0.msg_arg_data_copy heap: "
                                            "src=18446744073709551615 + length=2 is an "
                                            "invalid address");
        else
            starts_with(copy(-1, 0, 1), violated +
                                            "ic0.msg_arg_data_copy heap: src=4294967295 + "
                                            "length=1 exceeds the slice size=131072");
    }
}

TEST_CASE("a canister knows its caller, itself, its subnet, its version and the time") {
    const auto copied = [](std::string_view name, i64 size) {
        Probe probe;
        const u32 function = probe.import(name);
        return probe.run(i32_const(0) + i32_const(0) + i32_const(size) + call(function), u32(size));
    };
    const auto text = [](const Principal& principal) {
        return std::string(text_of(principal.bytes()));
    };
    CHECK(copied("msg_caller_copy", 29) == text(default_caller()));
    CHECK(copied("canister_self_copy", 10) == text(Principal::canister(first_canister_index)));
    CHECK(copied("subnet_self_copy", 29).size() == 29);
    CHECK(copied("root_key_copy", 133).size() == 133);

    Probe probe;
    const u32 version = probe.import("canister_version"), time = probe.import("time"),
              status = probe.import("canister_status");
    const std::string reply =
        probe.run(i32_const(0) + call(version) + i64_store(0) + i32_const(0) + call(time) +
                      i64_store(8) + i32_const(0) + call(status) + i32_store(16),
                  20);
    CHECK(reply == little_endian(1, 8) + little_endian(probe.world.replica.time_ns(), 8) +
                       little_endian(1, 4));
}

TEST_CASE("replies have limits, and are given once") {
    const auto reply_of = [](i64 size, int times, bool query) {
        Probe probe;
        const u32 append = probe.import("msg_reply_data_append");
        probe.builder.memory(1);
        Code body;
        for (int i = 0; i < times; i++) body = body + i32_const(0) + i32_const(size) + call(append);
        ModuleBuilder builder;
        const u32 data = builder.import("msg_reply_data_append");
        const u32 reply = builder.import("msg_reply");
        (void)data;
        builder.memory(64);
        builder.method(query ? "canister_query go" : "canister_update go", body + call(reply));
        World world;
        REQUIRE(world.install(builder.build()));
        return query ? world.query("go") : world.update("go");
    };
    constexpr i64 mib = 1024 * 1024;
    CHECK(reply_of(mib, 2, false).size() == 2 * mib);
    starts_with(reply_of(2 * mib + 1, 1, false),
                violated +
                    "ic0.msg_reply_data_append: application payload size (2097153) cannot "
                    "be larger than 2097152..\nConsider checking the response size and "
                    "returning an error if it is too long. See documentation: ");
    CHECK(reply_of(mib, 3, true).size() == 3 * mib);
    starts_with(reply_of(mib, 4, true), violated +
                                            "ic0.msg_reply_data_append: application payload size "
                                            "(4194304) cannot be larger than 3145728.");

    const auto twice = [](std::string_view first, std::string_view second) {
        ModuleBuilder builder;
        const u32 reply = builder.import("msg_reply"), reject = builder.import("msg_reject"),
                  append = builder.import("msg_reply_data_append");
        builder.memory(1);
        const auto code = [&](std::string_view name) {
            if (name == "msg_reply") return call(reply);
            return i32_const(0) + i32_const(0) + call(name == "msg_reject" ? reject : append);
        };
        builder.method("canister_update go", code(first) + code(second));
        World world;
        REQUIRE(world.install(builder.build()));
        return world.update("go");
    };
    for (const char* first : {"msg_reply", "msg_reject"}) {
        starts_with(twice(first, "msg_reply"),
                    violated + "ic0.msg_reply: the call is already replied.\nIf");
        starts_with(twice(first, "msg_reject"),
                    violated + "ic0.msg_reject: the call is already replied.\nIf");
        starts_with(twice(first, "msg_reply_data_append"),
                    violated + "ic0.msg_reply_data_append: the call is already replied..\nIf");
    }
}

TEST_CASE("cycles: the default balance, and burning") {
    Probe probe;
    const u32 burn = probe.import("cycles_burn128"),
              balance = probe.import("canister_cycle_balance128"),
              liquid = probe.import("canister_liquid_cycle_balance128"),
              available = probe.import("msg_cycles_available128");
    const std::string reply = probe.run(i64_const(0) + i64_const(1000) + i32_const(0) + call(burn) +
                                            i32_const(16) + call(balance) + i32_const(32) +
                                            call(liquid) + i32_const(48) + call(available),
                                        64);
    const u128 left = cycles_default - 1000;
    CHECK(reply.substr(0, 32) == little_endian(1000, 16) + little_endian(left, 16));
    CHECK(reply.substr(48) == little_endian(0, 16));
    u64 liquid_cycles = 0;
    for (size_t i = 0; i < 8; i++) liquid_cycles |= u64(u8(reply[32 + i])) << (8 * i);
    CHECK(liquid_cycles == u64(left));  // where nothing costs anything, nothing freezes
    CHECK(probe.world.replica.canister_status(probe.world.id)->cycles == left);
}

TEST_CASE("certified data has 32 bytes at most; timers are stored") {
    const auto set = [](i64 address, i64 size) {
        Probe probe;
        const u32 function = probe.import("certified_data_set");
        return probe.run(i32_const(address) + i32_const(size) + call(function));
    };
    CHECK(set(0, 32) == "");
    starts_with(set(0, 33), violated +
                                "ic0_certified_data_set failed because the passed data must "
                                "be no larger than 32 bytes. Found 33 bytes..\nTry");
    starts_with(set(131072, 1), violated +
                                    "ic0_certified_data_set failed because src + size is out "
                                    "of bounds. Found src = 131072 and size = 1 while src + "
                                    "size must be <= 131072.\nIf");
    Probe probe;
    const u32 timer = probe.import("global_timer_set");
    CHECK(probe.run(i32_const(0) + i64_const(5) + call(timer) + i64_store(0) + i32_const(8) +
                        i64_const(0) + call(timer) + i64_store(0),
                    16) == little_endian(0, 8) + little_endian(5, 8));
}

TEST_CASE("stable memory: sizes, bounds, and the last page of 500 GiB") {
    Probe probe;
    const u32 grow = probe.import("stable64_grow"), size = probe.import("stable64_size"),
              write = probe.import("stable64_write"), read = probe.import("stable64_read");
    constexpr i64 pages = 8'192'000, end = pages * 65536;
    const Code body = i32_const(0) + i64_const(pages + 1) + call(grow) + i64_store(0) +
                      i32_const(0) + i64_const(pages) + call(grow) + i64_store(8) + i32_const(0) +
                      call(size) + i64_store(16) + i32_const(0) + i64_const(1) + call(grow) +
                      i64_store(24) + i64_const(end - 8) + i64_const(16) + i64_const(8) +
                      call(write) + i64_const(32) + i64_const(end - 8) + i64_const(8) + call(read);
    CHECK(probe.run(body, 40) == little_endian(~u64(0), 8) + little_endian(0, 8) +
                                     little_endian(pages, 8) + little_endian(~u64(0), 8) +
                                     little_endian(pages, 8));
    CHECK(probe.world.replica.canister_status(probe.world.id)->stable_bytes == u64(end));
    CHECK(probe.world.storage->pages.size() == 2);  // heap and stable memory: one page each
}

TEST_CASE("stable memory traps with mainnet's words") {
    const auto run = [](std::string_view name, std::vector<i64> operands, i64 pages = 1) {
        Probe probe;
        const u32 grow = probe.import("stable64_grow"), function = probe.import(name);
        Code body = i64_const(pages) + call(grow) + drop();
        const vm::FunctionType type = type_of(*find_import(name, false), false);
        for (size_t i = 0; i < operands.size(); i++)
            body = body + (type.parameters[i] == vm::types::i64 ? i64_const(operands[i])
                                                                : i32_const(operands[i]));
        body = body + call(function);
        if (!type.results.empty()) body = body + drop();
        return probe.run(body);
    };
    const auto trapped = [](const std::string& reason) {
        return "IC0502: " + from + "Canister trapped: " + reason + ".\nConsider";
    };
    starts_with(run("stable64_read", {0, 65530, 7}), trapped("stable memory out of bounds"));
    starts_with(run("stable64_write", {-1, 0, 1}), trapped("stable memory out of bounds"));
    starts_with(run("stable64_read", {131072, 0, 1}), trapped("heap out of bounds"));
    starts_with(run("stable64_write", {0, 131072, 1}), trapped("heap out of bounds"));
    starts_with(run("stable_read", {0, 65530, 7}), trapped("stable memory out of bounds"));
    starts_with(run("stable_write", {0, 131072, 1}), trapped("heap out of bounds"));
    // Of nothing: a read and a 64-bit write end before the bounds, a 32-bit write after them.
    CHECK(run("stable_read", {0, 99999, 0}) == "");
    CHECK(run("stable64_read", {0, 99999, 0}) == "");
    CHECK(run("stable64_write", {99999, 0, 0}) == "");
    starts_with(run("stable_write", {99999, 0, 0}), trapped("stable memory out of bounds"));
    for (const auto& [name, operands] :
         {std::pair<const char*, std::vector<i64>>{"stable_size", {}},
          {"stable_grow", {0}},
          {"stable_read", {0, 0, 1}},
          {"stable_write", {0, 0, 1}}})
        starts_with(run(name, operands, 65537),
                    trapped("32 bit stable memory api used on a memory larger than 4GB"));
    CHECK(run("stable_size", {}, 65536) == "");
}

TEST_CASE("a query may touch 1 GiB of stable memory, a message 2 GiB") {
    const auto touch = [](u64 wasm_pages, bool query) {
        ModuleBuilder builder;
        const u32 grow = builder.import("stable64_grow"), read = builder.import("stable64_read"),
                  reply = builder.import("msg_reply");
        builder.memory(1);
        // One byte of each 64 KiB … of each 4-KiB page, in a loop over the pages.
        const Code loop = bytes({0x03, 0x40}) + i64_const(0) + local_get(0) + i64_const(1) +
                          call(read) + local_get(0) + i64_const(4096) + bytes({0x7C}) +
                          local_tee(0) + i64_const(i64(wasm_pages * 65536)) +
                          bytes({0x54, 0x0D, 0, 0x0B});
        builder.method("canister_init", i64_const(40'000) + call(grow) + drop());
        builder.method(query ? "canister_query go" : "canister_update go", loop + call(reply),
                       bytes({1, 1, 0x7E}));
        World world;
        REQUIRE(world.install(builder.build()));
        return query ? world.query("go") : world.update("go");
    };
    const std::string refused =
        "IC0524: " + from +
        "Canister exceeded memory access limits: Exceeded the limit for the number of accessed "
        "pages in the stable memory in a single message execution: limit 2097152 KB for regular "
        "messages and 1048576 KB for queries..\nTry optimizing";
    CHECK(touch(16384, true) == "");
    starts_with(touch(16385, true), refused);
    CHECK(touch(32768, false) == "");
    starts_with(touch(32769, false), refused);
}

TEST_CASE("a call that nobody has begun cannot be gone on with") {
    const auto run = [](std::string_view name, size_t parameters) {
        Probe probe;
        const u32 function = probe.import(name);
        Code body;
        for (size_t i = 0; i < parameters; i++) body = body + i32_const(0);
        return probe.run(body + call(function));
    };
    starts_with(run("call_data_append", 2), violated +
                                                "ic0.call_data_append called when no call "
                                                "is under construction.");
}

TEST_CASE("a module without memory can call what needs none, and is told of the rest") {
    const auto run = [](bool copies) {
        ModuleBuilder builder;
        const u32 reply = builder.import("msg_reply"),
                  append = builder.import("msg_reply_data_append");
        builder.method(
            "canister_update go",
            (copies ? i32_const(0) + i32_const(0) + call(append) : Code{}) + call(reply));
        World world;
        REQUIRE(world.install(builder.build()));
        world.reopen();
        return world.update("go");
    };
    CHECK(run(false) == "");
    starts_with(run(true), violated + "WebAssembly module must define memory.\nIf");
}

TEST_CASE("performance_counter counts this execution; other types trap") {
    Probe probe;
    const u32 counter = probe.import("performance_counter");
    // entry 1, i32.const 0, i32.const 0, call 5, fee 200; the block goes on to the reply's end.
    const std::string reply =
        probe.run(i32_const(0) + i32_const(0) + call(counter) + i64_store(0), 8);
    const u64 block = 1 + 1 + 1 + 5 + 1 + 1 + 1 + 5 + 5;
    CHECK(reply == little_endian(block + 200, 8));
    Probe other;
    const u32 function = other.import("performance_counter");
    starts_with(other.run(i32_const(2) + call(function) + drop()),
                violated + "Error getting performance counter type 2");
}

TEST_CASE("a message that overspends a slice on a call is told so") {
    Probe probe(true);
    const u32 append = probe.import("msg_reply_data_append");
    starts_with(
        probe.run(i64_const(0) + i64_const(1'000'000'000) + call(append)),
        "IC0522: " + from +
            "Canister attempted to perform a large memory operation that used 50000000520 "
            "instructions and exceeded the slice limit 2000000000..\nTry breaking up large copies "
            "within the canister code into smaller chunks. See documentation: ");
}

}  // namespace icvm::replica
