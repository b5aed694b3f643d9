#include "replica/state/page_map.hpp"

#include <catch2/catch.hpp>

#include "replica/state/stable_memory.hpp"
#include "replica/state/storage_double.hpp"

namespace icvm::replica {

namespace {

constexpr MemoryId memory{7};

ByteVector page_of(u8 byte) { return ByteVector(vm::page_bytes, byte); }

void commit_changes(test::StorageDouble& storage, const PageMap& map) {
    const auto transaction = storage.begin();
    map.put_changes(*transaction, memory);
    REQUIRE(transaction->commit());
}

}  // namespace

TEST_CASE("a page map reads what was written, over what the storage has") {
    test::StorageDouble storage;
    storage.pages[{7, 1}] = page_of(1);
    PageMap map(storage, memory);
    const ByteVector text = {10, 11, 12, 13};
    REQUIRE(map.write(2 * vm::page_bytes - 2, text));  // across pages 1 and 2

    ByteVector out(3 * vm::page_bytes, 0xEE);
    REQUIRE(map.read(0, out));
    CHECK(out[0] == 0);
    CHECK(out[vm::page_bytes] == 1);
    CHECK(out[2 * vm::page_bytes - 3] == 1);
    CHECK(ByteVector(out.begin() + 2 * vm::page_bytes - 2, out.begin() + 2 * vm::page_bytes + 2) ==
          text);
    CHECK(out[2 * vm::page_bytes + 2] == 0);
    CHECK(map.next_page(0) == 1);
    CHECK(map.next_page(2) == 2);
    CHECK(map.next_page(3) == ~u64(0));
}

TEST_CASE("changes are in the storage after their commit, and nowhere after discard") {
    test::StorageDouble storage;
    PageMap map(storage, memory);
    REQUIRE(map.write(5 * vm::page_bytes, page_of(3)));
    CHECK(storage.pages.empty());
    map.discard();
    CHECK(map.next_page(0) == ~u64(0));

    for (u64 index = 0; index < 600; index++) map.put_page(index, page_of(u8(index)).data());
    commit_changes(storage, map);
    map.discard();
    CHECK(storage.pages.size() == 600);
    u8 page[vm::page_bytes] = {};
    REQUIRE(map.read_page(599, page));
    CHECK(page[9] == u8(599));
}

TEST_CASE("a page that cannot be read is an error, and says why") {
    test::StorageDouble storage;
    storage.pages[{7, 0}] = page_of(1);
    storage.reads_fail = true;
    PageMap map(storage, memory);
    ByteVector out(10);
    CHECK(!map.read(0, out));
    REQUIRE(map.error());
    CHECK(map.error()->message == "cannot read a page");
    CHECK(!map.write(1, out));
    CHECK(map.write(vm::page_bytes, page_of(1)));  // a whole page needs no reading
}

TEST_CASE("the last page of 500 GiB of stable memory is one page") {
    test::StorageDouble storage;
    StableMemory stable(storage, memory, 0);
    CHECK(stable.grow(stable_pages_max, stable_pages_max) == 0);
    CHECK(stable.grow(1, stable_pages_max) == ~u64(0));
    const u64 bytes = stable_pages_max * vm::wasm_page_bytes;
    CHECK(stable.contains(bytes - 4, 4));
    CHECK(!stable.contains(bytes - 4, 5));
    CHECK(!stable.contains(~u64(0), 2));
    REQUIRE(stable.write(bytes - 4, ByteVector{1, 2, 3, 4}));
    commit_changes(storage, stable.map());
    CHECK(storage.pages.size() == 1);
    stable.map().discard();
    ByteVector out(4);
    REQUIRE(stable.read(bytes - 4, out));
    CHECK(out == ByteVector{1, 2, 3, 4});
}

TEST_CASE("touched pages are counted once") {
    PageSet set;
    CHECK(set.missing(0, 0) == 1);
    CHECK(set.missing(10, 200) == 191);
    set.insert(60, 70);
    CHECK(set.count() == 11);
    CHECK(set.missing(60, 70) == 0);
    CHECK(set.missing(0, 127) == 117);
    set.insert(63, 64);
    CHECK(set.count() == 11);
    set.insert(0, 1000);
    CHECK(set.count() == 1001);
    set.clear();
    CHECK(set.missing(60, 70) == 11);
}

}  // namespace icvm::replica
