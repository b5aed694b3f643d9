// install_code and the lifecycle of a canister (docs/mainnet.md, "Lifecycle").

#include <catch2/catch.hpp>
#include <set>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

const std::string zero(1, '\0');

/// cell bytes 0..2, global, data byte.
std::string cell(char first, char pre, char start, char global, char data) {
    return {first, pre, start, global, data};
}

}  // namespace

TEST_CASE(
    "canisters are created upwards from bkyz2-fmaaa-aaaaa-qaaaq-cai, controlled by the caller") {
    World world;
    const Principal first = world.replica.create_canister("a").value();
    CHECK(first.text() == "bkyz2-fmaaa-aaaaa-qaaaq-cai");
    CHECK(world.replica.create_canister("").value().text() == "bd3sg-teaaa-aaaaa-qaaba-cai");
    CHECK(World::error_of(world.replica.create_canister("a")) ==
          "IC0205: A canister named a exists already");
    const CanisterStatus status = world.replica.canister_status(first).value();
    CHECK(status.status == Status::running);
    CHECK(status.version == 0);
    CHECK(!status.module_hash);
    CHECK(status.controllers == std::vector{default_caller()});
    CHECK(status.cycles == 100'000'000'000'000);
    CHECK(world.replica.find_by_name("a") == first);
    CHECK(!world.replica.find_by_name(""));
    CHECK(world.replica.canisters().size() == 2);
}

TEST_CASE("install runs start and canister_init with the argument, once, at version 1") {
    for (const bool memory64 : {false, true}) {
        World world;
        REQUIRE(world.install(module_of({.memory64 = memory64}), InstallMode::install, "x"));
        CHECK(world.text() == "si1");
        CHECK(world.query("get") == cell(0, 0, 'S', 0, 'A'));
        CHECK(world.version() == 1);
        CHECK(
            World::error_of(world.install(module_of({}))) ==
            "IC0514: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai cannot be installed because the "
            "canister is not empty. Try installing with mode='reinstall' instead.\nCheck that you "
            "want to overwrite the canister and, if so, use mode='reinstall'. See documentation: "
            "https://internetcomputer.org/docs/current/references/"
            "execution-errors#canister-not-empty");
        CHECK(world.version() == 1);
    }
}

TEST_CASE("upgrade runs pre_upgrade, start and post_upgrade; stable memory stays, the heap goes") {
    for (const bool memory64 : {false, true}) {
        World world;
        REQUIRE(world.install(module_of({.memory64 = memory64})));
        REQUIRE(world.update("set", "7") == "");
        CHECK(world.query("get") == cell('7', 0, 'S', '7', 'A'));
        REQUIRE(world.upgrade(module_of({.memory64 = memory64, .tag = 'B'})));
        CHECK(world.text() == "si1up2so3");
        CHECK(world.query("get") == cell(0, 0, 'S', 0, 'B'));
        CHECK(world.version() == 3);
    }
}

TEST_CASE("pre_upgrade can be skipped, and hooks can be missing") {
    World world;
    REQUIRE(world.install(module_of({.traps_in = "canister_pre_upgrade"})));
    CHECK(World::error_of(world.upgrade(module_of({}))).starts_with("IC0502"));
    REQUIRE(world.upgrade(module_of({.hooks = false}), {}, true));
    CHECK(world.text() == "si1");
    REQUIRE(world.upgrade(module_of({.hooks = false})));
    CHECK(world.text() == "si1");
}

TEST_CASE("reinstall drops stable memory and heap, and runs canister_init") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    REQUIRE(world.install(module_of({.tag = 'C'}), InstallMode::reinstall));
    CHECK(world.text() == "si3");
    CHECK(world.query("get") == cell(0, 0, 'S', 0, 'C'));
    // Nothing of the old memories is left in the storage.
    std::set<u64> memories;
    for (const auto& [key, page] : world.storage->pages) memories.insert(key.first);
    CHECK(memories.size() == 2);
}

TEST_CASE("reinstall works on an empty canister; upgrade does not") {
    World world;
    world.id = world.replica.create_canister("").value();
    CHECK(World::error_of(world.upgrade(module_of({}))) ==
          "IC0537: Error from Canister bkyz2-fmaaa-aaaaa-qaaaq-cai: Attempted to execute a "
          "message, but the canister contains no Wasm module..\nPlease install code to this "
          "canister before calling it. See documentation: "
          "https://internetcomputer.org/docs/current/references/"
          "execution-errors#wasm-module-not-found");
    CHECK(world.install(module_of({}), InstallMode::reinstall));
}

TEST_CASE("a trap at any step of an upgrade leaves everything as it was") {
    for (const std::string step : {"canister_pre_upgrade", "start", "canister_post_upgrade"}) {
        World world;
        const bool in_old = step == "canister_pre_upgrade";
        REQUIRE(world.install(module_of({.traps_in = in_old ? step : ""})));
        REQUIRE(world.update("set", "7") == "");
        const auto pages = world.storage->pages;
        const auto records = records_but_log(world);
        const auto result = world.upgrade(module_of({.tag = 'B', .traps_in = in_old ? "" : step}));
        REQUIRE(!result);
        CHECK(result.error().stage == step);
        CHECK(result.error().instructions > 0);
        CHECK(result.error().reject.error == ErrorCode::canister_trapped);
        CHECK(world.storage->pages == pages);
        CHECK(records_but_log(world) == records);
        CHECK(world.text() == "si1u");
        CHECK(world.query("get") == cell('7', 0, 'S', '7', 'A'));
        CHECK(world.version() == 2);
        world.reopen();
        CHECK(world.query("get") == cell('7', 0, 'S', '7', 'A'));
        CHECK(world.update("set", "8") == "");
    }
}

TEST_CASE("a trap at any step of an install leaves the canister empty") {
    for (const std::string step : {"start", "canister_init"}) {
        World world;
        const auto result = world.install(module_of({.traps_in = step}));
        REQUIRE(!result);
        CHECK(result.error().stage == step);
        CHECK(!world.replica.canister_status(world.id).value().module_hash);
        CHECK(world.version() == 0);
        CHECK(world.storage->pages.empty());
        CHECK(world.install(module_of({})));
    }
}

TEST_CASE("an invalid module leaves everything as it was, though pre_upgrade has run") {
    World world;
    REQUIRE(world.install(module_of({})));
    const auto records = records_but_log(world);
    const auto result = world.upgrade(ByteVector{0, 'a', 's', 'm', 9});
    REQUIRE(!result);
    CHECK(result.error().reject.error == ErrorCode::canister_invalid_wasm);
    CHECK(result.error().reject.message.starts_with(
        "Error from Canister bkyz2-fmaaa-aaaaa-qaaaq-cai: Canister's Wasm module is not valid: "));
    CHECK(records_but_log(world) == records);
    CHECK(world.query("get") == cell(0, 0, 'S', 0, 'A'));
}

TEST_CASE("an enhanced-persistence canister is upgraded with an explicit choice alone") {
    for (const bool memory64 : {false, true}) {
        World world;
        const TestCanister old{.memory64 = memory64, .enhanced_persistence = true};
        TestCanister next = old;
        next.tag = 'B';
        REQUIRE(world.install(module_of(old)));
        REQUIRE(world.update("set", "7") == "");
        CHECK(World::error_of(world.upgrade(module_of(next))) ==
              "IC0504: Missing upgrade option: Enhanced orthogonal persistence requires the "
              "`wasm_memory_persistence` upgrade option.");
        TestCanister plain = next;
        plain.enhanced_persistence = false;
        CHECK(World::error_of(world.upgrade(module_of(plain), WasmMemoryPersistence::keep)) ==
              "IC0504: Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade "
              "option requires that the new canister module supports enhanced orthogonal "
              "persistence.");
        CHECK(world.text() == "si1u");

        // Kept: the cell and what pre_upgrade wrote beside it; no data segment; globals are new.
        REQUIRE(world.upgrade(module_of(next), WasmMemoryPersistence::keep));
        CHECK(world.query("get") == cell('7', 'P', 'S', 0, 'A'));
        world.reopen();
        CHECK(world.query("get") == cell('7', 'P', 'S', 0, 'A'));
        CHECK(world.text() == "si1up2so3");

        REQUIRE(world.upgrade(module_of(next), WasmMemoryPersistence::replace));
        CHECK(world.query("get") == cell(0, 0, 'S', 0, 'B'));
    }
}

TEST_CASE("keep from a canister without enhanced persistence takes its heap over") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.update("set", "7") == "");
    REQUIRE(world.upgrade(module_of({.enhanced_persistence = true}), WasmMemoryPersistence::keep));
    CHECK(world.query("get") == cell('7', 'P', 'S', 0, 'A'));
}

TEST_CASE("a kept heap keeps its size, and must fit the new module") {
    World world;
    const TestCanister canister{.memory64 = true, .enhanced_persistence = true};
    REQUIRE(world.install(module_of(canister)));
    REQUIRE(world.update("grow") == "");
    CHECK(world.replica.canister_status(world.id).value().heap_bytes == 2 * 65536);
    REQUIRE(world.upgrade(module_of(canister), WasmMemoryPersistence::keep));
    CHECK(world.replica.canister_status(world.id).value().heap_bytes == 2 * 65536);

    TestCanister larger = canister;
    larger.memory_pages = 3;
    CHECK(World::error_of(world.upgrade(module_of(larger), WasmMemoryPersistence::keep)) ==
          "IC0504: Invalid Wasm memory: the kept heap of 2 Wasm pages is smaller than the module's "
          "memory at the least");
    REQUIRE(world.upgrade(module_of(larger), WasmMemoryPersistence::replace));
    CHECK(world.replica.canister_status(world.id).value().heap_bytes == 3 * 65536);
}

TEST_CASE("a canister that is created to be installed is there when that succeeds, and only then") {
    World world;
    const auto create = [&](const ByteVector& module, InstallMode mode = InstallMode::install) {
        return world.replica.create_and_install("a", {.mode = mode, .module = module});
    };
    for (const std::string step : {"start", "canister_init"})
        CHECK(create(module_of({.traps_in = step})).error().stage == step);
    CHECK(World::error_of(create(module_of({}), InstallMode::upgrade)).starts_with("IC0537"));
    CHECK(World::error_of(create({})).starts_with("IC0505"));
    CHECK(world.replica.canisters().empty());
    CHECK(world.storage->pages.empty());
    CHECK(world.storage->records.empty());
    const u64 before = world.replica.time_ns();

    const auto created = create(module_of({}));
    REQUIRE(created);
    world.id = created->id;
    CHECK(world.id.text() == "bkyz2-fmaaa-aaaaa-qaaaq-cai");
    CHECK(created->receipt.round == 1);
    CHECK(world.replica.time_ns() == before + 1);
    CHECK(world.version() == 1);
    CHECK(World::error_of(create(module_of({}))) == "IC0205: A canister named a exists already");
    world.reopen();
    CHECK(world.replica.find_by_name("a") == world.id);
    CHECK(world.text() == "si1");
}

TEST_CASE("stop, start, uninstall and delete move status and version as on mainnet") {
    World world;
    REQUIRE(world.install(module_of({})));
    REQUIRE(world.replica.stop_canister(world.id));
    CHECK(world.replica.canister_status(world.id).value().status == Status::stopped);
    CHECK(world.version() == 3);
    REQUIRE(world.replica.stop_canister(world.id));
    CHECK(world.version() == 4);
    CHECK(world.update("set", "1") == "IC0508: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai is stopped");
    CHECK(world.query("get") == "IC0508: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai is not running");
    REQUIRE(world.upgrade(module_of({})));
    CHECK(world.replica.canister_status(world.id).value().status == Status::stopped);
    REQUIRE(world.replica.start_canister(world.id));
    CHECK(world.version() == 6);
    CHECK(
        World::error_of(world.replica.delete_canister(world.id)) ==
        "IC0510: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai must be stopped before it is deleted.\nStop "
        "the canister before deleting it. See documentation: https://internetcomputer.org/docs/"
        "current/references/execution-errors#delete-canister-not-stopped");

    REQUIRE(world.replica.uninstall_code(world.id));
    CHECK(world.version() == 7);
    CHECK(!world.replica.canister_status(world.id).value().module_hash);
    CHECK(world.storage->pages.empty());
    CHECK(world.update("set", "1") == "IC0537: Requested canister has no wasm module");
    CHECK(world.replica.module_bytes(world.id).value() == std::nullopt);
    REQUIRE(world.replica.stop_canister(world.id));
    REQUIRE(world.replica.delete_canister(world.id));
    CHECK(world.replica.canisters().empty());
    CHECK(world.storage->records.size() == 1);
    CHECK(World::error_of(world.replica.start_canister(world.id)) ==
          "IC0301: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai not found.");
    CHECK(world.update("set") == "IC0301: Canister bkyz2-fmaaa-aaaaa-qaaaq-cai not found");
    // Its id is never used again.
    CHECK(world.replica.create_canister("").value().text() == "bd3sg-teaaa-aaaaa-qaaba-cai");
}

TEST_CASE("only controllers manage a canister") {
    World world;
    REQUIRE(world.install(module_of({})));
    world.replica.set_caller(Principal::anonymous());
    const std::string refused =
        "IC0512: Only the controllers of the canister bkyz2-fmaaa-aaaaa-qaaaq-cai can control it.\n"
        "Canister's controllers: " +
        default_caller().text() +
        "\nSender's ID: 2vxsx-fae\n"
        "Execute this call from a controller of the target canister or add the current caller as a "
        "controller. See documentation: https://internetcomputer.org/docs/current/references/"
        "execution-errors#invalid-controller";
    CHECK(World::error_of(world.upgrade(module_of({}))) == refused);
    CHECK(World::error_of(world.replica.stop_canister(world.id)) == refused);
    CHECK(World::error_of(world.replica.start_canister(world.id)) == refused);
    CHECK(World::error_of(world.replica.uninstall_code(world.id)) == refused);
    CHECK(World::error_of(world.replica.delete_canister(world.id)) == refused);
    CHECK(world.update("set", "1") == "");  // calls are for everybody
}

TEST_CASE("the module is kept as uploaded, and described") {
    World world;
    const ByteVector module = module_of({.memory64 = true});
    REQUIRE(world.install(module));
    CHECK(world.replica.module_bytes(world.id).value() == module);
    world.reopen();
    const auto info = world.replica.module_info(world.id).value();
    REQUIRE(info);
    CHECK(info->memory64);
    CHECK(info->refusal.empty());
    CHECK(info->hash == *world.replica.canister_status(world.id).value().module_hash);
}

}  // namespace icvm::replica
