#include <catch2/catch.hpp>

#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

using test::TestSubnet;

namespace {

/// Two pages of heap with "heap" at 8, a mutable global, an immutable one, and one that is
/// exported.
ByteVector module_with_state() {
    test::ModuleBuilder builder(false);
    builder.memory(2);
    builder.data(test::i32_const(8), "heap");
    builder.global(vm::types::i32, true, test::i32_const(7));
    builder.global(vm::types::i64, false, test::i64_const(8));
    builder.export_other("seen", 3, 1);
    return builder.build();
}

struct SnapshotSubnet : TestSubnet {
    using TestSubnet::TestSubnet;
    Principal id = create("(record { amount = opt 10_000_000_000_000_000 })");
    ByteVector module = module_with_state();

    std::string take(const std::string& more = "") {
        return call("take_canister_snapshot", about(id, more));
    }
    std::string snapshot(size_t place = 0) {
        return "snapshot_id = " + text_of_blob(canister(id).snapshots.at(place).id) + "; ";
    }
    std::string read(const std::string& kind) {
        return call("read_canister_snapshot_data",
                    about(id, snapshot() + "kind = variant { " + kind + " }"));
    }
    std::string upload(const std::string& kind, Bytes chunk, size_t place = 0) {
        return call("upload_canister_snapshot_data",
                    about(id, snapshot(place) + "kind = variant { " + kind +
                                  " }; chunk = " + text_of_blob(chunk)));
    }
    std::string upload_metadata(const std::string& changed = "") {
        return call(
            "upload_canister_snapshot_metadata",
            about(id, "wasm_module_size = " + std::to_string(module.size()) +
                          "; globals = vec { variant { i32 = 42 }; variant { i64 = 43 } }; "
                          "wasm_memory_size = 131_072; stable_memory_size = 65_536; certified_data "
                          "= blob \"cd\"; global_timer = opt variant { active = 5 }; " +
                          changed));
    }
    std::string load(const Principal& target, size_t place = 0) {
        return call("load_canister_snapshot", about(target, snapshot(place)));
    }
    u8 heap_byte(const Principal& of, u64 offset) {
        PageMap pages(subnet->storage(), canister(of).code->heap);
        u8 byte = 0;
        REQUIRE(pages.read(offset, {&byte, 1}));
        return byte;
    }
};

}  // namespace

TEST_CASE("a snapshot brings a canister's state back") {
    SnapshotSubnet world;
    CHECK(world.take() ==
          "IC0406: Failed to create snapshot for empty canister " + world.id.text() + ":");
    REQUIRE(world.install(world.id, world.module) == "()");
    CHECK(world.take().contains("total_size = "));
    REQUIRE(world.call("uninstall_code", TestSubnet::about(world.id)) == "()");
    const u64 version = world.canister(world.id).version;
    CHECK(world.load(world.id) == "()");
    const Canister& canister = world.canister(world.id);
    CHECK(canister.version == version + 1);
    CHECK(canister.code->module_hash == sha256(world.module));
    CHECK(canister.code->globals.size() == 2);
    CHECK(canister.code->heap_pages == 2);
    CHECK(world.heap_byte(world.id, 8) == 'h');
    CHECK(std::holds_alternative<LoadSnapshotChange>(canister.history.recent().back().details));
    CHECK(
        world.call("canister_status", TestSubnet::about(world.id)).contains("snapshots_size = 1"));
}

TEST_CASE("a snapshot is loaded onto another canister by whoever controls both") {
    SnapshotSubnet world;
    REQUIRE(world.install(world.id, world.module) == "()");
    world.take();
    const Principal other = world.create();
    CHECK(world.load(other) == "()");
    CHECK(world.heap_byte(other, 8) == 'h');
    CHECK(world.canister(other).code->heap != world.canister(world.id).code->heap);
    const auto& change =
        std::get<LoadSnapshotChange>(world.canister(other).history.recent().back().details);
    CHECK(change.from_canister == world.id);
    world.call("update_settings",
               TestSubnet::about(world.id, "settings = record { controllers = opt vec {} }"));
    CHECK(world.load(other).starts_with("IC0406: Only a controller of the canister that snapshot " +
                                        world.id.text() + "-0 belongs to can load it on canister " +
                                        other.text()));
}

TEST_CASE("a canister has ten snapshots; one more replaces one") {
    SnapshotSubnet world;
    REQUIRE(world.install(world.id, world.module) == "()");
    for (size_t i = 0; i < snapshots_max; i++) CHECK(world.take().starts_with("(record"));
    CHECK(world.take().starts_with("IC0406: Canister " + world.id.text() +
                                   " has reached the maximum number of snapshots allowed: 10."));
    const std::string first = world.snapshot();
    CHECK(world
              .take("replace_snapshot = opt " +
                    TestSubnet::text_of_blob(world.canister(world.id).snapshots[0].id))
              .starts_with("(record"));
    CHECK(world.canister(world.id).snapshots.size() == snapshots_max);
    CHECK(world.call("delete_canister_snapshot", TestSubnet::about(world.id, first)) ==
          "IC0305: Could not find the snapshot ID " + world.id.text() + "-0 for canister " +
              world.id.text() +
              ".\nUse the `list_canister_snapshot` API to see which snapshots are present. See "
              "documentation: https://internetcomputer.org/docs/current/references/"
              "execution-errors#canister-snapshot-not-found");
    const std::string second = world.snapshot();
    CHECK(world.call("delete_canister_snapshot", TestSubnet::about(world.id, second)) == "()");
    CHECK(
        world.call("delete_canister_snapshot", TestSubnet::about(world.create(), world.snapshot()))
            .starts_with("IC0406: The snapshot " + world.id.text() + "-2 does not belong to "));
}

TEST_CASE("what was deleted leaves nothing in the storage") {
    SnapshotSubnet world;
    REQUIRE(world.install(world.id, world.module) == "()");
    world.call("upload_chunk", TestSubnet::about(world.id, "chunk = blob \"x\""));
    world.take();
    CHECK(world.subnet->storage().keys("snapshot/")->size() == 2);
    CHECK(world
              .take("uninstall_code = opt true; replace_snapshot = opt " +
                    TestSubnet::text_of_blob(world.canister(world.id).snapshots[0].id))
              .starts_with("(record"));
    CHECK(!world.canister(world.id).code);
    CHECK(world.subnet->storage().keys("snapshot/")->size() == 2);
    CHECK(world.call("delete_canister_snapshot", TestSubnet::about(world.id, world.snapshot())) ==
          "()");
    CHECK(world.subnet->storage().keys("snapshot/")->empty());
}

TEST_CASE("a snapshot is read slice by slice") {
    SnapshotSubnet world;
    REQUIRE(world.install(world.id, world.module) == "()");
    world.call("upload_chunk", TestSubnet::about(world.id, "chunk = blob \"x\""));
    world.take();
    const std::string metadata = world.call("read_canister_snapshot_metadata",
                                            TestSubnet::about(world.id, world.snapshot()));
    for (const char* part :
         {"source = variant { taken_from_canister", "variant { i32 = 7 : int32 }",
          "variant { i64 = 8 : int64 }", "wasm_memory_size = 131_072", "inactive"})
        CHECK(metadata.contains(part));
    CHECK(world.read("wasm_memory = record { offset = 8; size = 4 }") ==
          "(record { chunk = blob \"heap\" })");
    CHECK(world.read("wasm_module = record { offset = 1; size = 3 }") ==
          "(record { chunk = blob \"asm\" })");
    CHECK(world.read("stable_memory = record { offset = 1; size = 3 }") ==
          "IC0408: Invalid subslice into wasm module / main memory / stable memory: offset: 1, "
          "size: 3");
    CHECK(world.read("wasm_memory = record { offset = 0; size = 2_000_001 }") ==
          "IC0408: Requested slice too large: 2000001 > 2000000");
    CHECK(world.read(
              "wasm_chunk = record { hash = " + TestSubnet::text_of_blob(sha256(bytes_of("x"))) +
              " }") == "(record { chunk = blob \"x\" })");
    CHECK(world.read("wasm_chunk = record { hash = blob \"\\01\\02\" }")
              .starts_with("IC0504: Error from Wasm chunk store: Bytes [01, 02] are not a valid "
                           "WasmChunkHash.."));
    CHECK(world.upload("wasm_chunk", bytes_of("y")) ==
          "IC0409: Only canister snapshots created by metadata upload can be mutated.");
}

TEST_CASE("an uploaded snapshot becomes the state of a canister") {
    SnapshotSubnet world;
    REQUIRE(world.upload_metadata().starts_with("(record { snapshot_id"));
    const size_t half = world.module.size() / 2;
    CHECK(world.upload("wasm_module = record { offset = 0 }", Bytes(world.module).first(half)) ==
          "()");
    CHECK(world.load(world.id).starts_with("IC0505: "));
    CHECK(world.upload("wasm_module = record { offset = " + std::to_string(half) + " }",
                       Bytes(world.module).subspan(half)) == "()");
    CHECK(world.upload("wasm_memory = record { offset = 131_070 }", bytes_of("ab")) == "()");
    CHECK(world.upload("wasm_memory = record { offset = 131_071 }", bytes_of("ab"))
              .starts_with("IC0408: Invalid subslice"));
    CHECK(world.upload("wasm_chunk", bytes_of("y")) == "()");
    CHECK(world.load(world.id) == "()");
    const Canister& canister = world.canister(world.id);
    CHECK(canister.code->globals.at(0).bits == 42);
    CHECK(canister.code->globals.at(1).bits == 43);
    CHECK(canister.code->stable_pages == 1);
    CHECK(canister.global_timer == 5);
    CHECK(text_of(canister.certified_data) == "cd");
    CHECK(canister.chunks.size() == 1);
    CHECK(world.heap_byte(world.id, 131'071) == 'b');
    CHECK(world.heap_byte(world.id, 8) == 0);
}

TEST_CASE("metadata that no canister could have is refused") {
    SnapshotSubnet world;
    const auto with = [&](const std::string& name, const std::string& value) {
        std::string fields =
            "wasm_module_size = 8; globals = vec {}; wasm_memory_size = 0; stable_memory_size = 0; "
            "certified_data = blob \"\"; ";
        const size_t at = fields.find(name + " = ");
        const size_t end = fields.find(';', at);
        fields.replace(at, end - at, name + " = " + value);
        return world.call("upload_canister_snapshot_metadata", TestSubnet::about(world.id, fields));
    };
    const std::string invalid = "IC0408: Snapshot Metadata contains invalid data: ";
    CHECK(with("wasm_module_size", "0") == invalid + "WasmModuleEmpty");
    CHECK(with("wasm_memory_size", "1") == invalid + "WasmMemoryNotPageAligned");
    CHECK(with("wasm_memory_size", "4_295_032_832") == invalid + "WasmMemoryTooLarge");
    CHECK(with("stable_memory_size", "1") == invalid + "StableMemoryNotPageAligned");
    CHECK(with("certified_data", TestSubnet::text_of_blob(ByteVector(33))) ==
          invalid + "CertifiedDataTooLarge");
}

TEST_CASE("globals and heap of an uploaded snapshot must fit its module") {
    SnapshotSubnet world;
    world.module = {0, 'a', 's', 'm', 1, 0, 0, 0};
    REQUIRE(world.upload_metadata().starts_with("(record"));
    REQUIRE(world.upload("wasm_module = record { offset = 0 }", world.module) == "()");
    CHECK(world.load(world.id).starts_with("IC0504: Invalid Wasm memory: "));
    world.module = module_with_state();
    REQUIRE(world.upload_metadata("on_low_wasm_memory_hook_status = opt variant { ready }")
                .starts_with("(record"));
    REQUIRE(world.upload("wasm_module = record { offset = 0 }", world.module, 1) == "()");
    CHECK(world.load(world.id, 1) ==
          "IC0408: Hook status (Some(Ready)) of uploaded snapshot is inconsistent with the "
          "canister's state (hook condition satisfied: false).");
    CHECK(!world.canister(world.id).code);
}

TEST_CASE("a snapshot is paid for") {
    SnapshotSubnet world("13");
    REQUIRE(world.install(world.id, world.module) == "()");
    const u128 before = world.canister(world.id).cycles;
    REQUIRE(world.take().starts_with("(record"));
    const u64 size = world.canister(world.id).snapshots[0].bytes();
    CHECK((before - world.canister(world.id).cycles == 5'000'000 + 2'000'000'000 + size));
}

}  // namespace icvm::replica
