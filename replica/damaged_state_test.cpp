// States whose records say what cannot be: somebody has changed them behind their checksums. What
// any change does is looked at by state_fuzz.cpp.

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

/// The test canister with one snapshot.
struct SnapshotWorld : World {
    SnapshotWorld() {
        REQUIRE(install(module_of({})));
        REQUIRE(manage("take_canister_snapshot", "") == "");
    }
    /// What is wrong with a call about the canister; empty: nothing.
    std::string manage(const std::string& method, const std::string& more) {
        const std::string text =
            fmt::format("(record {{ canister_id = principal \"{}\"; {} }})", id.text(), more);
        const auto bytes = candid::encode_arguments(text, management_interface().get(), &method);
        REQUIRE(bytes);
        const auto reply = replica.update({Principal(), method, *bytes});
        return reply ? "" : error_of(reply);
    }
    const Snapshot& snapshot() const { return replica.canister(id)->snapshots.at(0); }
    /// `snapshot_id = blob "…"; `
    std::string blob() const {
        std::string text = "snapshot_id = blob \"";
        for (const u8 byte : snapshot().id) text += fmt::format("\\{:02x}", byte);
        return text + "\"; ";
    }
    /// Stores the snapshot as `change` makes it, and opens the state.
    template <class Change>
    std::string error_after(Change change) {
        Snapshot changed = snapshot();
        change(changed);
        RecordWriter out;
        changed.encode(out);
        ByteVector& record = storage->records.at(part_key(Part::snapshots, id));
        const ByteVector good = std::exchange(record, out.take());
        const auto opened = Replica::open(std::make_unique<SharedStorage>(storage), options);
        record = good;
        return error_of(opened);
    }
};

}  // namespace

TEST_CASE("a snapshot whose module has another size is damaged, and can be deleted") {
    SnapshotWorld world;
    const std::string key = snapshot_module_key(world.snapshot().id);
    const std::string slice =
        "kind = variant { wasm_module = record { offset = 0 : nat64; size = 60 : nat64 } }; ";
    CHECK(world.manage("read_canister_snapshot_data", world.blob() + slice) == "");
    world.storage->records.at(key).resize(50);
    const std::string damaged = "the state is damaged: record \"" + key + "\" cannot be read";
    CHECK(world.manage("read_canister_snapshot_data", world.blob() + slice) == damaged);
    CHECK(world.manage("load_canister_snapshot", world.blob()) == damaged);
    CHECK(world.update("set", "x") == "");
    CHECK(world.manage("delete_canister_snapshot", world.blob()) == "");
    CHECK(!world.storage->records.contains(key));
}

TEST_CASE("a snapshot's record that says what cannot be is damaged") {
    SnapshotWorld world;
    const std::string damaged = "the state is damaged: record \"" +
                                part_key(Part::snapshots, world.id) + "\" cannot be read";
    CHECK(world.error_after([](Snapshot&) {}) == "no error");
    CHECK(world.error_after([](Snapshot& one) { one.heap = MemoryId::none; }) == damaged);
    CHECK(world.error_after([](Snapshot& one) { one.stable = MemoryId::none; }) == damaged);
    CHECK(world.error_after([](Snapshot& one) { one.heap_pages = heap_pages_max + 1; }) == damaged);
    CHECK(world.error_after([](Snapshot& one) { one.module_bytes = u64(1) << 60; }) == damaged);
}

TEST_CASE("a canister's record with another size of its module is damaged") {
    World world;
    REQUIRE(world.install(module_of({})));
    for (const u64 bytes : {u64(7), u64(1) << 60}) {
        Canister changed = *world.replica.canister(world.id);
        changed.code->module_bytes = bytes;
        const std::string key = canister_key(world.id);
        const ByteVector good = std::exchange(world.storage->records.at(key), encode(changed));
        auto opened = Replica::open(std::make_unique<SharedStorage>(world.storage), world.options);
        world.storage->records.at(key) = good;
        if (bytes > module_bytes_max) {
            CHECK(World::error_of(opened) ==
                  "the state is damaged: record \"" + key + "\" cannot be read");
            continue;
        }
        REQUIRE(opened);
        CHECK(World::answer(opened->query(world.call_of("get", ""))) ==
              "the state is damaged: record \"" + module_key(world.id) + "\" cannot be read");
    }
}

}  // namespace icvm::replica
