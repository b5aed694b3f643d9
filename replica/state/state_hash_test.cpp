#include "replica/state/state_hash.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "replica/state/storage_double.hpp"

namespace icvm::replica {

namespace {

using test::StorageDouble;

constexpr u64 memories_end = 6;

struct Example {
    explicit Example(StorageDouble content = {})
        : below(new StorageDouble(std::move(content))),
          storage(std::unique_ptr<Storage>(below), memories_end) {}

    StorageDouble* below;  ///< owned by `storage`
    HashedStorage storage;

    Sha256 hash() { return *storage.state_hash(); }
    void put_page(u64 memory, u64 index, u8 byte) {
        const ByteVector page(vm::page_bytes, byte);
        const auto transaction = storage.begin();
        transaction->put_pages(MemoryId(memory), std::array{index}, page);
        REQUIRE(transaction->commit());
    }
    void erase_memory(u64 memory) {
        const auto transaction = storage.begin();
        transaction->erase_memory(MemoryId(memory));
        REQUIRE(transaction->commit());
    }
    void put_record(std::string_view key, std::string_view value) {
        const auto transaction = storage.begin();
        transaction->put_record(key, bytes_of(value));
        REQUIRE(transaction->commit());
    }
    void erase_record(std::string_view key) {
        const auto transaction = storage.begin();
        transaction->erase_record(key);
        REQUIRE(transaction->commit());
    }
};

/// Of what the storage keeps, in one go.
Sha256 hash_from_scratch(const StorageDouble& content) { return Example(content).hash(); }

void random_change(std::mt19937& random, Transaction& transaction) {
    const MemoryId memory{1 + random() % (memories_end - 1)};
    switch (random() % 8) {
        case 0: transaction.erase_memory(memory); break;
        case 1: transaction.erase_record(std::string(random() % 4, 'k')); break;
        case 2:
        case 3:
            transaction.put_record(std::string(random() % 4, 'k'),
                                   bytes_of(std::to_string(random())));
            break;
        default: {
            const u64 high = u64(1) << random() % 64;
            const std::array indices = {u64(random() % 40), high + random() % 3};
            ByteVector pages(2 * vm::page_bytes);
            pages[random() % pages.size()] = u8(random() % 3);
            transaction.put_pages(memory, indices, pages);
        }
    }
}

}  // namespace

TEST_CASE("the same content by different histories has the same hash") {
    Example a, b;
    CHECK(a.hash() == b.hash());
    a.put_page(1, 7, 1);
    a.put_record("x", "1");
    a.put_record("y", "2");
    a.put_page(2, 0, 3);

    b.hash();
    b.put_page(2, 0, 9);
    b.put_page(1, u64(1) << 40, 9);
    b.put_record("z", "3");
    CHECK(a.hash() != b.hash());
    b.erase_memory(1);
    b.put_record("y", "2");
    b.put_page(1, 7, 1);
    b.erase_record("z");
    b.hash();
    b.put_page(2, 0, 3);
    b.put_record("x", "1");
    CHECK(a.hash() == b.hash());
}

TEST_CASE("a page of zeros equals an absent one, and a memory of them none") {
    Example example;
    const Sha256 empty = example.hash();
    example.put_page(3, 5, 0);
    CHECK(example.hash() == empty);
    example.put_page(3, 5, 1);
    CHECK(example.hash() != empty);
    example.put_page(3, 5, 0);
    CHECK(example.hash() == empty);
}

TEST_CASE("each byte, place and key makes a difference") {
    std::set<Sha256> hashes;
    const auto hash_after = [&](auto change) {
        Example example;
        example.put_page(1, 1, 1);
        change(example);
        return example.hash();
    };
    hashes.insert(hash_after([](Example&) {}));
    hashes.insert(hash_after([](Example& e) { e.put_page(1, 1, 2); }));
    hashes.insert(hash_after([](Example& e) { e.put_page(1, 0, 1); }));
    hashes.insert(hash_after([](Example& e) { e.put_page(2, 1, 1); }));
    for (const u64 page : {0, 1, 16, 17, 256})
        hashes.insert(hash_after([&](Example& e) {
            e.erase_memory(1);
            e.put_page(5, page, 1);
        }));
    hashes.insert(hash_after([](Example& e) { e.put_record("", ""); }));
    hashes.insert(hash_after([](Example& e) { e.put_record("a", ""); }));
    hashes.insert(hash_after([](Example& e) { e.put_record("", "a"); }));
    CHECK(hashes.size() == 12);
}

TEST_CASE("a hash after changes equals one from scratch") {
    std::mt19937 random(1);
    Example example;
    for (int round = 0; round < 200; round++) {
        const auto transaction = example.storage.begin();
        for (unsigned changes = random() % 6; changes > 0; changes--)
            random_change(random, *transaction);
        example.below->commits_fail = random() % 5 == 0;
        (void)transaction->commit();
        if (random() % 3 != 0) REQUIRE(example.hash() == hash_from_scratch(*example.below));
    }
}

TEST_CASE("what is not committed leaves the hash as it was") {
    Example example;
    const Sha256 before = example.hash();
    {
        const auto dropped = example.storage.begin();
        dropped->put_record("a", bytes_of("b"));
    }
    example.below->commits_fail = true;
    const auto failed = example.storage.begin();
    failed->put_record("a", bytes_of("b"));
    CHECK(!failed->commit());
    CHECK(example.hash() == before);
}

TEST_CASE("a page that cannot be read is an error, and read again for the next hash") {
    Example example;
    example.hash();
    example.put_page(1, 1, 1);
    example.below->reads_fail = true;
    CHECK(!example.storage.state_hash());
    example.below->reads_fail = false;
    CHECK(example.hash() == hash_from_scratch(*example.below));
}

TEST_CASE("only pages that have changed are read again") {
    Example example;
    for (u64 i = 0; i < 50; i++) example.put_page(1, i, 1);
    example.hash();
    example.below->reads_fail = true;
    CHECK(example.storage.state_hash());
    example.put_record("a", "b");
    CHECK(example.storage.state_hash());
}

}  // namespace icvm::replica
