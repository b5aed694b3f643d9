// States that an older icvm has written (docs/state-format.md, "Older versions").

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "replica/test_canister.hpp"

namespace icvm::replica {

namespace {

using namespace test;

/// As version 1 had it.
ByteVector version_1(const Canister& canister) {
    RecordWriter out;
    out.put_u8(1);
    out.put_principal(canister.id);
    out.put_text(canister.name);
    out.put_text(canister.module_path);
    out.put_u8(u8(canister.status));
    out.put_u64(canister.version);
    out.put_u64(canister.controllers().size());
    for (const Principal& controller : canister.controllers()) out.put_principal(controller);
    out.put_u64(canister.created_round);
    out.put_u128(canister.cycles);
    out.put_bytes(canister.certified_data);
    out.put_u64(canister.global_timer);
    out.put_u8(canister.code.has_value());
    if (!canister.code) return out.take();
    const InstalledCode& code = *canister.code;
    out.put_bytes(code.module_hash);
    out.put_u64(code.module_bytes);
    out.put_u8(code.enhanced_persistence);
    out.put_u64(code.custom_section_bytes);
    out.put_u64(u64(code.heap));
    out.put_u8(code.has_heap);
    out.put_u64(code.heap_pages);
    out.put_u64(u64(code.stable));
    out.put_u64(code.stable_pages);
    out.put_u64(code.globals.size());
    for (const vm::Value& global : code.globals) {
        out.put_u8(global.type.code());
        out.put_u64(global.bits);
        out.put_u64(global.high);
    }
    return out.take();
}

ByteVector old_subnet(const SubnetRecord& record, u8 version) {
    RecordWriter out;
    out.put_u8(version);
    out.put_u64(record.next_canister);
    out.put_u64(record.next_memory);
    out.put_u64(record.round);
    if (version == 2) out.put_text(record.metering);
    return out.take();
}

/// The world's state, as an icvm wrote it that kept nothing but these records.
void make_old(World& world, u8 version) {
    auto& records = world.storage->records;
    const auto subnet = decode_subnet_record(records.at(std::string(subnet_key)));
    REQUIRE(subnet);
    records[std::string(subnet_key)] = old_subnet(*subnet, version);
    for (auto it = records.begin(); it != records.end();) {
        if (it->first.starts_with(canister_key_prefix))
            it->second = version_1(*decode_canister(it->second));
        const bool stays = it->first == subnet_key || it->first.starts_with(canister_key_prefix) ||
                           it->first.starts_with("module/");
        it = stays ? std::next(it) : records.erase(it);
    }
}

ByteVector heartbeat_module() {
    std::ifstream in("replica/scenarios/universal/heartbeat.wasm", std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a state of versions 1 and 2 is opened as what it was, and stored as one of today") {
    for (const u8 version : {u8(1), u8(2)}) {
        World world;
        REQUIRE(world.install(module_of({.memory64 = true})));
        REQUIRE(world.update("set", "x") == "");
        REQUIRE(world.replica.create_canister("empty"));
        const u64 time_ns = world.replica.time_ns();
        make_old(world, version);
        world.reopen();
        CHECK(world.replica.time_ns() == time_ns);
        CHECK(world.replica.canister(world.id)->code->memory64);
        CHECK(world.replica.canister(world.id)->controllers() == std::vector{default_caller()});
        CHECK(world.replica.schedule().name == "free");
        CHECK(world.version() == 2);
        CHECK(world.text() == "si1u");
        // A round checks that all cycles are accounted for.
        CHECK(world.update("set", "y") == "");
        CHECK(world.storage->records.at(std::string(subnet_key))[0] == subnet_record_version);
        for (const auto& [key, record] : world.storage->records)
            if (key.starts_with(canister_key_prefix)) CHECK(record[0] == 2);
        world.reopen();
        CHECK(world.text() == "si1uu");
        CHECK(world.version() == 3);
    }
}

TEST_CASE("what an old record does not say of its module is read from the module") {
    World world;
    REQUIRE(world.install(heartbeat_module()));
    make_old(world, 2);
    world.reopen();
    CHECK(world.replica.canister(world.id)->code->has_heartbeat);
    const u64 before = world.version();
    REQUIRE(world.replica.tick());
    CHECK(world.version() == before + 1);
}

TEST_CASE("a state of another version says who can read it") {
    World world;
    REQUIRE(world.install(module_of({})));
    ByteVector& subnet = world.storage->records.at(std::string(subnet_key));
    const auto error = [&](u8 version) {
        subnet[0] = version;
        const auto replica =
            Replica::open(std::make_unique<SharedStorage>(world.storage), world.options);
        return World::error_of(replica);
    };
    CHECK(error(subnet_record_version + 1) ==
          "the state was written by a newer icvm (its records are of version 5, this icvm knows 1, "
          "2 and 4)");
    CHECK(error(3).starts_with("the state was written by an unfinished icvm"));
    CHECK(error(0).starts_with("the state is damaged"));
}

TEST_CASE("the status of a message that an older icvm has stored has what that knew") {
    IngressStatus status;
    status.state = IngressState::replied;
    status.receiver = Principal::canister(1);
    status.method = "inc";
    status.payload = ByteVector{1, 2};
    status.has_awaited = true;
    ByteVector old = encode(status);
    CHECK(decode_ingress_status(old)->method == "inc");
    old[0] = 2;
    const std::string method = "\3inc";
    const auto at = std::search(old.begin(), old.end(), method.begin(), method.end());
    REQUIRE(at != old.end());
    old.erase(at, at + i64(method.size()));
    auto read = decode_ingress_status(old);
    REQUIRE(read);
    CHECK(read->method.empty());
    CHECK(read->has_awaited);
    old[0] = 1;
    old.pop_back();
    read = decode_ingress_status(old);
    REQUIRE(read);
    CHECK(!read->has_awaited);
    CHECK(std::get<ByteVector>(read->payload) == ByteVector{1, 2});
}

}  // namespace icvm::replica
