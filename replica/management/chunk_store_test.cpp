#include "replica/management/chunk_store.hpp"

#include <catch2/catch.hpp>

#include "replica/management/test_subnet.hpp"

namespace icvm::replica {

using test::TestSubnet;

namespace {

ByteVector empty_module() { return {0, 'a', 's', 'm', 1, 0, 0, 0}; }

std::string upload(TestSubnet& world, const Principal& id, const ByteVector& chunk) {
    return world.call("upload_chunk",
                      TestSubnet::about(id, "chunk = " + TestSubnet::text_of_blob(chunk)));
}

std::string hash_text(const ByteVector& chunk) {
    return "record { hash = " + TestSubnet::text_of_blob(sha256(chunk)) + " }";
}

std::string install_chunked(TestSubnet& world, const Principal& target, const Principal& store,
                            const std::vector<ByteVector>& chunks, const ByteVector& whole) {
    std::string list;
    for (const ByteVector& chunk : chunks) list += hash_text(chunk) + ";";
    return world.call("install_chunked_code",
                      "(record { mode = variant { install }; target_canister = " +
                          TestSubnet::text_of_id(target) + "; store_canister = opt " +
                          TestSubnet::text_of_id(store) + "; chunk_hashes_list = vec { " + list +
                          " }; wasm_module_hash = " + TestSubnet::text_of_blob(sha256(whole)) +
                          "; arg = blob \"\" })");
}

}  // namespace

TEST_CASE("chunks are kept once, listed by hash, and cleared") {
    TestSubnet world;
    const Principal id = world.create();
    const std::string first = upload(world, id, {1});
    CHECK(upload(world, id, {1}) == first);
    CHECK(upload(world, id, {2}) != first);
    CHECK(world.canister(id).chunks.size() == 2);
    CHECK(memory_usage_bytes(world.canister(id)) >= 2 * chunk_bytes_max);
    CHECK(world.call("clear_chunk_store", TestSubnet::about(id)) == "()");
    CHECK(world.call("stored_chunks", TestSubnet::about(id)) == "(vec {})");
    CHECK(world.call_as(world.stranger, "stored_chunks", TestSubnet::about(id))
              .starts_with("IC0512: "));
    CHECK(world.call_by(id, "stored_chunks", TestSubnet::about(id)) == "(vec {})");
}

TEST_CASE("a chunk has a megabyte at most, and a store a hundred of them") {
    TestSubnet world;
    const Principal id = world.create();
    CHECK(upload(world, id, ByteVector(chunk_bytes_max + 1))
              .starts_with("IC0504: Error from Wasm chunk store: Wasm chunk size 1048577 exceeds "
                           "the maximum chunk size of 1048576."));
    for (u8 i = 0; i < chunks_max; i++) upload(world, id, {i});
    CHECK(upload(world, id, {1, 2})
              .starts_with("IC0504: Error from Wasm chunk store: Wasm chunk store has already "
                           "reached maximum capacity of 104857600 bytes or the maximum number of "
                           "entries, 100."));
}

TEST_CASE("an upload is paid for by the canister") {
    TestSubnet world("13");
    const Principal id = world.create();
    const u128 before = world.canister(id).cycles;
    upload(world, id, {1});
    CHECK((before - world.canister(id).cycles == 205'000'000));
    const Principal poor = world.create("(record { amount = opt 1_000 })");
    CHECK(upload(world, poor, {1})
              .starts_with("IC0504: Error from Wasm chunk store: Error charging for "
                           "'upload_chunk': Canister " +
                           poor.text() +
                           " is out of cycles: please top up the canister with at "
                           "least "));
}

TEST_CASE("code is installed from the chunks of a canister") {
    TestSubnet world;
    const Principal store = world.create(), target = world.create();
    const ByteVector module = empty_module();
    const ByteVector head(module.begin(), module.begin() + 3),
        tail(module.begin() + 3, module.end());
    CHECK(install_chunked(world, target, store, {head, tail}, module)
              .starts_with("IC0504: Error from Wasm chunk store: Chunk hash ["));
    upload(world, store, head);
    upload(world, store, tail);
    CHECK(install_chunked(world, target, store, {head, tail}, head)
              .starts_with("IC0504: Error from Wasm chunk store: Wasm module hash ["));
    CHECK(install_chunked(world, target, store, {head, tail}, module) == "()");
    CHECK(world.canister(target).code->module_hash == sha256(module));
    CHECK(install_chunked(world, target, Principal::canister(1), {head}, module)
              .starts_with("IC0301: InstallChunkedCode Error: Store canister "));
}

}  // namespace icvm::replica
