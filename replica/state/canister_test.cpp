#include "replica/state/canister.hpp"

#include <catch2/catch.hpp>

#include "replica/state/subnet_record.hpp"

namespace icvm::replica {

namespace {

Canister example() {
    Canister canister;
    canister.id = Principal::canister(first_canister_index);
    canister.name = "counter";
    canister.module_path = "../counter.wasm";
    canister.status = Status::stopped;
    canister.version = 7;
    canister.settings.controllers = {Principal::anonymous(), Principal()};
    canister.created_round = 3;
    canister.cycles = u128(1) << 100;
    canister.certified_data = ByteVector(32, 5);
    canister.global_timer = 11;
    canister.code = InstalledCode{};
    canister.code->module_hash.fill(9);
    canister.code->module_bytes = 1234;
    canister.code->enhanced_persistence = true;
    canister.code->heap = MemoryId(4);
    canister.code->has_heap = true;
    canister.code->heap_pages = 17;
    canister.code->stable = MemoryId(5);
    canister.code->stable_pages = 6;
    canister.code->globals = {vm::Value::i32(1), vm::Value::i64(~u64(0)), {vm::types::v128, 3, 4}};
    return canister;
}

}  // namespace

TEST_CASE("a canister's record says everything about it") {
    const Canister canister = example();
    const auto read = decode_canister(encode(canister));
    REQUIRE(read);
    CHECK(encode(*read) == encode(canister));
    CHECK(read->name == "counter");
    CHECK(read->cycles == canister.cycles);
    CHECK(read->controllers() == canister.controllers());
    CHECK(read->code->globals[2].high == 4);
    CHECK(read->code->heap_pages == 17);

    Canister empty;
    CHECK(!decode_canister(encode(empty))->code);
}

TEST_CASE("a damaged canister record is refused or read, never a crash") {
    const ByteVector bytes = encode(example());
    for (size_t size = 0; size < bytes.size(); size++)
        CHECK(!decode_canister(Bytes(bytes).first(size)));
    for (size_t i = 0; i < bytes.size(); i++)
        for (const int change : {1, 0x80, 0xFF}) {
            ByteVector damaged = bytes;
            damaged[i] ^= u8(change);
            decode_canister(damaged);
        }
    ByteVector longer = bytes;
    longer.push_back(0);
    CHECK(!decode_canister(longer));
}

TEST_CASE("a record of another format version is refused") {
    ByteVector bytes = encode(example());
    bytes[0]++;
    CHECK(!decode_canister(bytes));
    ByteVector subnet = encode(SubnetRecord{});
    CHECK(decode_subnet_record(subnet)->next_canister == first_canister_index);
    subnet[0]++;
    CHECK(!decode_subnet_record(subnet));
}

TEST_CASE("a subnet's record names its metering and its prices") {
    SubnetRecord record;
    record.round = 7;
    record.metering = "2031-01";
    record.cycles = "13";
    const auto read = decode_subnet_record(encode(record));
    REQUIRE(read);
    CHECK(read->metering == "2031-01");
    CHECK(read->cycles == "13");
    CHECK(read->round == 7);
}

TEST_CASE("a count of globals beyond the record's bytes allocates nothing") {
    Canister canister = example();
    ByteVector bytes = encode(canister);
    // The count stands before the three globals, behind which one byte ends the record.
    for (size_t i = 0; i < 8; i++) bytes[bytes.size() - 1 - 3 * 17 - 8 + i] = 0xFF;
    CHECK(!decode_canister(bytes));
}

TEST_CASE("the root key is a BLS key in DER, and names the subnet") {
    CHECK(root_key().size() == 133);
    CHECK(root_key()[0] == 0x30);
    CHECK(subnet_id() == Principal::self_authenticating(root_key()));
    CHECK(subnet_id().bytes().size() == 29);
}

}  // namespace icvm::replica
