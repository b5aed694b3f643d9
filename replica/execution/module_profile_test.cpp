#include "replica/execution/module_profile.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/encoding.hpp"
#include "replica/execution/module_builder.hpp"

namespace icvm::replica {

namespace {

using namespace test;

const std::string valid = "";

/// Why a canister cannot be made of it; `valid` when it can.
std::string refusal(Bytes module) {
    const auto made = make_canister_module(module, {.guard = false, .track = true});
    if (made) return valid;
    CHECK(made.error().code == ErrorCode::canister_invalid_wasm);
    CHECK(!made.error().help.empty());
    return made.error().text;
}

std::string refusal(const ModuleBuilder& builder) { return refusal(builder.build()); }

const std::string prefix = "Canister's Wasm module is not valid: ";

ByteVector gzip(Bytes bytes) {
    ByteVector out(compressBound(bytes.size()) + 64);
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = uInt(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = uInt(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

ByteVector smallest() { return ModuleBuilder().build(); }

}  // namespace

TEST_CASE("Wasm and one gzip member are read, and nothing else") {
    CHECK(refusal(smallest()) == valid);
    const ByteVector compressed = gzip(smallest());
    CHECK(refusal(compressed) == valid);
    CHECK(make_canister_module(compressed, {.guard = false}).value()->hash == sha256(compressed));

    const std::string unsupported =
        prefix + "Failed to decode wasm module: unsupported canister module format";
    CHECK(refusal(Bytes()) == unsupported);
    CHECK(refusal(bytes_of("PK\x03\x04 a zip file")) == unsupported);
    CHECK(refusal(ByteVector(42, 0)) == unsupported);
}

TEST_CASE("damaged, doubled and lying gzip streams are refused") {
    const std::string failed =
        prefix + "Failed to decode wasm module: failed to decode compressed Wasm module: ";
    const ByteVector compressed = gzip(smallest());
    for (size_t size = 3; size < compressed.size(); size++)
        CHECK(refusal(Bytes(compressed).first(size)) != valid);
    CHECK(refusal(Bytes(compressed).first(10)) ==
          prefix + "Failed to decode wasm module: invalid Wasm module: gzip stream is too short");

    ByteVector twice = compressed;
    twice.insert(twice.end(), compressed.begin(), compressed.end());
    CHECK(refusal(twice) == failed + "there is more after the gzip member");

    ByteVector damaged = compressed;
    damaged[12] ^= 0x55;
    CHECK(refusal(damaged).starts_with(prefix));
}

TEST_CASE("a gzip bomb is refused by its declared size, or by the true one") {
    ByteVector declared = gzip(smallest());
    declared[declared.size() - 1] = 0x7F;
    CHECK(refusal(declared).ends_with("exceeds the maximum allowed size of 104857600."));

    const ByteVector bomb = gzip(ByteVector(module_bytes_max + 1, 0));
    ByteVector lying = bomb;
    for (size_t i = lying.size() - 4; i < lying.size(); i++) lying[i] = 1;
    CHECK(refusal(bomb) == prefix +
                               "Wasm module size of 104857601 exceeds the maximum allowed size of "
                               "104857600.");
    CHECK(refusal(lying) != valid);
}

TEST_CASE("a module of more than 100 MiB is refused as it comes") {
    CHECK(refusal(ByteVector(module_bytes_max + 1, 0)).starts_with(prefix));
    ByteVector large = smallest();
    large.resize(module_bytes_max + 1);
    CHECK(refusal(large) == prefix +
                                "Wasm module size of 104857601 exceeds the maximum allowed size of "
                                "104857600.");
}

TEST_CASE("what our own engine refuses is quoted") {
    const ByteVector magic_only = {0, 'a', 's', 'm'};
    CHECK(refusal(magic_only)
              .starts_with(
                  prefix +
                  "Wasmtime failed to validate wasm module wasmtime::Module::validate() failed "
                  "with "));
    ModuleBuilder builder;
    builder.function(i32_const(1));  // a value too many
    CHECK(refusal(builder).find("type mismatch") != std::string::npos);
}

TEST_CASE("imports are those of the System API, with its types") {
    const vm::FunctionType none;
    const auto import = [&](std::string_view module, std::string_view field, bool memory64 = false,
                            vm::FunctionType type = {}) {
        ModuleBuilder builder(memory64);
        builder.import(module, field, type);
        if (memory64) builder.memory(1);
        return refusal(builder);
    };
    const std::string section = prefix + "Wasm module has an invalid import section. ";
    CHECK(import("ic0", "msg_reply") == valid);
    CHECK(import("env", "print") ==
          section +
              "Module imports function 'print' from 'env' that is not exported by the "
              "runtime.");
    CHECK(import("ic0", "call_simple") ==
          section +
              "Module imports function 'call_simple' from 'ic0' that is not exported by the "
              "runtime.");
    CHECK(import("env", "msg_reply") ==
          section +
              "Module imports function \"msg_reply\" from \"env\", expected to be imported "
              "from one of [\"ic0\"] instead.");
    CHECK(import("ic0", "stable_size", true, {{}, {vm::types::i32}}) ==
          section +
              "Module imports function 'stable_size' from 'ic0' that is not exported by the "
              "runtime.");
    CHECK(import("ic0", "msg_reply", false, {{vm::types::i32}, {}}) ==
          prefix +
              "Wasm module has an invalid function signature. Expected input params [] for "
              "'msg_reply', got [I32].");
    CHECK(import("ic0", "time", false, {{}, {vm::types::i32}}) ==
          prefix +
              "Wasm module has an invalid function signature. Expected return type [I64] for "
              "'time', got [I32].");
    CHECK(import("ic0", "msg_arg_data_size", true, {{}, {vm::types::i32}}) ==
          prefix +
              "Wasm module has an invalid function signature. Expected return type [I64] for "
              "'msg_arg_data_size', got [I32].");
}

TEST_CASE("globals, tables and memories are not imported from just anywhere") {
    const std::string section = prefix + "Wasm module has an invalid import section. ";
    ModuleBuilder global;
    global.import_other(name("env") + name("g") + bytes({3, 0x7F, 0}));
    CHECK(refusal(global) == section + "Importing globals is not allowed.");
    ModuleBuilder table;
    table.import_other(name("other") + name("table") + bytes({1, 0x70, 0, 1}));
    CHECK(refusal(table) == section + "Only tables imported from env.table are allowed.");
    ModuleBuilder memory;
    memory.import_other(name("other") + name("memory") + bytes({2, 0, 1}));
    CHECK(refusal(memory) == section + "Only memory imported from env.memory is allowed.");
}

TEST_CASE("every import has its right type in modules of either width") {
    for (const bool memory64 : {false, true}) {
        ModuleBuilder builder(memory64);
        size_t count = 0;
        for (const ImportRow& row : import_rows()) {
            if (row.only_32 && memory64) continue;
            builder.import(row.name);
            count++;
        }
        builder.memory(1);
        const auto module = make_canister_module(builder.build(), {.guard = false});
        REQUIRE(module);
        CHECK((*module)->imports.size() == count);
        CHECK(count == (memory64 ? 68u : 77u));
    }
}

TEST_CASE("exports: hooks, methods, and what is reserved") {
    const auto exported = [](std::string_view export_name, vm::FunctionType type = {}) {
        ModuleBuilder builder;
        const Code body = type.results.empty() ? Code{} : i32_const(0);
        builder.export_function(export_name, builder.function(body, type));
        return refusal(builder);
    };
    const std::string section = prefix + "Wasm module has an invalid export section. ";
    for (const char* hook :
         {"canister_init", "canister_pre_upgrade", "canister_post_upgrade",
          "canister_inspect_message", "canister_heartbeat", "canister_global_timer",
          "canister_on_low_wasm_memory", "canister_query ", "canister_update with a space",
          "canister_composite_query x", "other"})
        CHECK(exported(hook) == valid);
    CHECK(exported("canister_upgrade") ==
          section + "Exporting reserved function 'canister_upgrade' with \"canister_\" prefix");
    CHECK(exported("canister_update") ==
          section + "Exporting reserved function 'canister_update' with \"canister_\" prefix");
    for (const std::string reserved :
         {"canister counter_instructions", "canister_start", "canister counter_dirty_pages",
          "canister counter_accessed_pages", "stable_memory", "stable_memory_bytemap"})
        CHECK(exported(reserved) ==
              section + "Exporting reserved symbol " + reserved + " not allowed.");
    CHECK(exported("canister_init", {{vm::types::i32}, {}}) ==
          prefix +
              "Wasm module has an invalid function signature. Expected input params [] for "
              "'canister_init', got [I32].");
    CHECK(exported("canister_query q", {{}, {vm::types::i32}}) ==
          prefix +
              "Wasm module has an invalid function signature. Expected return type [] for "
              "'canister_query q', got [I32].");
}

TEST_CASE("a method has one kind, and methods have limits") {
    ModuleBuilder twice;
    twice.method("canister_query inc", {});
    twice.method("canister_update inc", {});
    CHECK(refusal(twice) == prefix +
                                "Duplicate function 'inc' exported multiple times with different "
                                "call types: update, query, or composite_query.");
    CHECK(make_canister_module(twice.build(), {.guard = false}).error().help ==
          "Try defining different versions of the function for each call type, e.g. `inc_update`, "
          "`inc_query`, etc. See documentation: "
          "https://internetcomputer.org/docs/current/references/"
          "execution-errors#wasm-module-duplicate-exports");

    ModuleBuilder many;
    const u32 function = many.function({});
    for (int i = 0; i < 1001; i++)
        many.export_function("canister_query " + std::to_string(i), function);
    CHECK(refusal(many) ==
          prefix +
              "The number of exported functions called `canister_update <name>`, "
              "`canister_query <name>`, or `canister_composite_query <name>` is 1001 which "
              "exceeds 1000.");

    ModuleBuilder longer;
    longer.method("canister_query " + std::string(20'001, 'x'), {});
    CHECK(refusal(longer) ==
          prefix +
              "The sum of `<name>` lengths in exported functions called `canister_update "
              "<name>`, `canister_query <name>`, or `canister_composite_query <name>` is "
              "20001 which exceeds the allowed limit of 20000.");
}

TEST_CASE("data segments have constant offsets, within the initial memory") {
    ModuleBuilder good;
    good.memory(1);
    good.data(i32_const(65535), "x");
    CHECK(refusal(good) == valid);

    ModuleBuilder beyond;
    beyond.memory(1);
    beyond.data(i32_const(65535), "xy");
    CHECK(refusal(beyond) ==
          "Could not instrument wasm module of canister: Wasm module has invalid data segment of 2 "
          "bytes at 65535");

    ModuleBuilder negative;
    negative.memory(1);
    negative.data(i32_const(-1), "x");
    CHECK(refusal(negative).ends_with("of 1 bytes at 4294967295"));
}

TEST_CASE("globals are numbers, and at most 1000") {
    ModuleBuilder reference;
    reference.global(vm::types::funcref, true, bytes({0xD0, 0x70}));
    CHECK(refusal(reference) ==
          prefix + "Wasm module has an invalid global section. Unsupported global type: funcref");
    ModuleBuilder many;
    for (int i = 0; i < 1001; i++) many.global(vm::types::i32, true, i32_const(0));
    CHECK(refusal(many) ==
          prefix +
              "Wasm module defined 1001 globals which exceeds the maximum number allowed "
              "1000.");
}

TEST_CASE("functions, memories and code have limits") {
    ModuleBuilder many;
    for (int i = 0; i < 50'001; i++) many.function({});
    CHECK(refusal(many) ==
          prefix +
              "Wasm module defined 50001 functions which exceeds the maximum number allowed "
              "50000.");

    ModuleBuilder wide(true);
    wide.memory(98'305);
    CHECK(refusal(wide) ==
          prefix +
              "Wasm module declares an initial Wasm64 heap memory size of 98305 pages which "
              "exceeds the maximum allowed size of 98304 pages.");

    ModuleBuilder complex;
    Code calls;
    for (int i = 0; i < 20'001; i++) calls = std::move(calls) + call(0);
    complex.function({});
    complex.function(calls);
    CHECK(refusal(complex) ==
          prefix +
              "Wasm module contains a function at index 1 with complexity 1000051 which "
              "exceeds the maximum complexity allowed 1000000.");

    ModuleBuilder long_code;
    long_code.function(Code(11 * 1024 * 1024, 0x01));
    CHECK(refusal(long_code).starts_with(prefix + "Wasm module code section size of "));
}

TEST_CASE("instructions that change a table are refused") {
    const auto with_table = [](const Code& body) {
        ModuleBuilder builder;
        builder.table(bytes({0x70, 0, 1}));
        builder.element(bytes({1, 0, 1, 0}));  // passive, one function
        builder.function(body);
        return refusal(builder);
    };
    const auto unsupported = [](std::string_view instruction) {
        return prefix + fmt::format(
                            "Wasm module contains a function at index 0 with unsupported "
                            "instruction {}.",
                            instruction);
    };
    const Code null = bytes({0xD0, 0x70}), zero = i32_const(0);
    CHECK(with_table(zero + bytes({0x25, 0}) + drop()) == valid);
    CHECK(with_table(bytes({0xFC, 16, 0}) + drop()) == valid);
    CHECK(with_table(zero + null + bytes({0x26, 0})) == unsupported("table.set"));
    CHECK(with_table(null + zero + bytes({0xFC, 15, 0}) + drop()) == unsupported("table.grow"));
    CHECK(with_table(zero + null + zero + bytes({0xFC, 17, 0})) == unsupported("table.fill"));
    CHECK(with_table(zero + zero + zero + bytes({0xFC, 14, 0, 0})) == unsupported("table.copy"));
    CHECK(with_table(zero + zero + zero + bytes({0xFC, 12, 0, 0})) == unsupported("table.init"));
}

TEST_CASE("icp: sections have a scope, one name each, and limits") {
    const auto sections = [](std::initializer_list<std::string> names, size_t size = 1) {
        ModuleBuilder builder;
        for (const std::string& section : names) builder.custom(section, std::string(size, 'x'));
        return refusal(builder);
    };
    const std::string invalid = prefix + "Wasm module has an invalid custom section. ";
    CHECK(sections({"icp:public candid:service", "icp:private candid:args", "icp:public ", "dfx",
                    "icp:private  two spaces"}) == valid);
    CHECK(sections({"icp:public"}) ==
          invalid + "'icp:' section names must have a space after the public/private scope");
    CHECK(sections({"icp:protected x"}) ==
          invalid +
              "Invalid custom section: Custom section 'icp:protected x' has no "
              "public/private scope defined.");
    CHECK(sections({"icp:public x", "icp:private x"}) ==
          invalid + "Invalid custom section: name x already exists");
    CHECK(sections({"icp:public x"}, 1024 * 1024) ==
          invalid +
              "Invalid custom sections: total size of the custom sections exceeds the "
              "maximum allowed: size 1048577 bytes, allowed 1048576 bytes");
    ModuleBuilder many;
    for (int i = 0; i < 17; i++) many.custom("icp:public " + std::to_string(i), "");
    CHECK(refusal(many) ==
          prefix +
              "Wasm module defined 17 custom sections which exceeds the maximum number "
              "allowed 16.");
}

TEST_CASE("the first refusal in mainnet's order wins") {
    ModuleBuilder builder;
    builder.import("env", "print", {});
    builder.export_function("canister_start", builder.function({}));
    builder.custom("icp:bad", "");
    CHECK(refusal(builder).find("invalid import section") != std::string::npos);
}

TEST_CASE("a module says what it is without a canister") {
    ModuleBuilder builder(true);
    builder.import("msg_reply");
    builder.memory(1);
    builder.method("canister_update b", {});
    builder.method("canister_query a", {});
    builder.method("canister_init", {});
    builder.global(vm::types::i64, true, i64_const(1));
    builder.custom("icp:public candid:service", "service : {}");
    builder.custom("icp:private enhanced-orthogonal-persistence", "1.0.0");
    builder.custom("icp:private motoko:compiler", "1.10.1");
    const ByteVector bytes = builder.build();
    const auto info = inspect_module(bytes);
    REQUIRE(info);
    CHECK(info->hash == sha256(bytes));
    CHECK(info->memory64);
    CHECK(info->enhanced_persistence);
    CHECK(info->methods == std::vector<std::pair<std::string, ExportKind>>{
                               {"a", ExportKind::query}, {"b", ExportKind::update}});
    CHECK(info->entry_points == std::vector<std::string>{"canister_init"});
    CHECK(info->imports == std::vector<std::string>{"ic0.msg_reply"});
    CHECK(info->candid == "service : {}");
    CHECK(info->compiler == "motoko 1.10.1");
    CHECK(info->refusal.empty());
    CHECK(!inspect_module(bytes_of("no module")));
}

// The example of docs/metering.md, "Stages of install_code": 96 operators after instrumentation.
TEST_CASE("compiling costs 6000 for each operator after instrumentation, and a base") {
    ModuleBuilder builder;
    // Two checked points, four operators.
    builder.function(bytes({0x03, 0x40, 0x01, 0x0B}));
    const auto module = make_canister_module(builder.build(), {.guard = false});
    REQUIRE(module);
    // loop nop end end, 2 checked points, the point after `end` costs 0 and is dropped.
    CHECK((*module)->compile_instructions == 20'000'000 + 6'000 * (4 + 20 + 20 + 46 + 6));
}

}  // namespace icvm::replica
