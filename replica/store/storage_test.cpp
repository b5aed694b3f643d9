/// What every storage does, in a directory or in memory.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "replica/store/directory.hpp"
#include "replica/store/memory.hpp"
#include "replica/store/test_directory.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

constexpr MemoryId heap{1}, stable{2};

ByteVector page_of(u8 value) { return ByteVector(vm::page_bytes, value); }

void put(Transaction& transaction, MemoryId memory, u64 index, u8 value) {
    transaction.put_pages(memory, std::span(&index, 1), page_of(value));
}

ByteVector read(Storage& storage, MemoryId memory, u64 index) {
    ByteVector page(vm::page_bytes);
    REQUIRE(storage.read_page(memory, index, page.data()));
    return page;
}

std::string record(Storage& storage, std::string_view key) {
    const auto value = storage.record(key);
    REQUIRE(value);
    return *value ? std::string(text_of(**value)) : "(absent)";
}

/// A storage that is, or is not, closed and opened again on every step.
struct Subject {
    std::string kind = GENERATE("memory", "directory", "directory, reopened");
    TestDirectory directory;
    std::unique_ptr<Storage> storage = open();

    std::unique_ptr<Storage> open() {
        if (kind == "memory") return open_memory();
        auto opened = open_directory(directory.path("state"), 0);
        INFO((opened ? "" : opened.error().message));
        REQUIRE(opened);
        return std::move(*opened);
    }
    void step() {
        if (kind != "directory, reopened") return;
        storage.reset();
        storage = open();
    }
    void commit(const std::function<void(Transaction&)>& change) {
        auto transaction = storage->begin();
        change(*transaction);
        const auto outcome = transaction->commit();
        INFO((outcome ? "" : outcome.error().message));
        REQUIRE(outcome);
        transaction.reset();
        step();
    }
};

}  // namespace

TEST_CASE("an empty storage has zero pages and no records") {
    Subject subject;
    CHECK(read(*subject.storage, heap, 0) == page_of(0));
    CHECK(subject.storage->next_page(heap, 0) == ~u64(0));
    CHECK(record(*subject.storage, "counter") == "(absent)");
    CHECK(subject.storage->keys("")->empty());
}

TEST_CASE("what was committed is there, what was not is not") {
    Subject subject;
    subject.commit([](Transaction& transaction) {
        put(transaction, heap, 3, 7);
        transaction.put_record("counter", bytes_of("one"));
    });
    {
        auto dropped = subject.storage->begin();
        put(*dropped, heap, 3, 8);
        put(*dropped, heap, 4, 8);
        dropped->put_record("counter", bytes_of("two"));
    }
    subject.step();
    CHECK(read(*subject.storage, heap, 3) == page_of(7));
    CHECK(read(*subject.storage, heap, 4) == page_of(0));
    CHECK(read(*subject.storage, stable, 3) == page_of(0));
    CHECK(record(*subject.storage, "counter") == "one");
}

TEST_CASE("the last of several changes to one page or record counts") {
    Subject subject;
    subject.commit([](Transaction& transaction) {
        put(transaction, heap, 1, 1);
        put(transaction, heap, 1, 2);
        put(transaction, stable, 1, 3);
        transaction.erase_memory(stable);
        put(transaction, stable, 2, 4);
        transaction.put_record("a", bytes_of("1"));
        transaction.put_record("a", bytes_of("2"));
        transaction.put_record("b", bytes_of("3"));
        transaction.erase_record("b");
        transaction.erase_record("c");
        transaction.put_record("c", bytes_of(""));
    });
    CHECK(read(*subject.storage, heap, 1) == page_of(2));
    CHECK(read(*subject.storage, stable, 1) == page_of(0));
    CHECK(read(*subject.storage, stable, 2) == page_of(4));
    CHECK(*subject.storage->keys("") == std::vector<std::string>{"a", "c"});
    CHECK(record(*subject.storage, "a") == "2");
    CHECK(record(*subject.storage, "c").empty());
}

TEST_CASE("an erased memory or record is gone, and its id can be used afresh") {
    Subject subject;
    subject.commit([](Transaction& transaction) {
        for (u64 index = 0; index < 100; index++) put(transaction, heap, index * 977, 5);
        put(transaction, stable, 9, 6);
        transaction.put_record("a", bytes_of("1"));
    });
    subject.commit([](Transaction& transaction) {
        transaction.erase_memory(heap);
        transaction.erase_record("a");
    });
    CHECK(subject.storage->next_page(heap, 0) == ~u64(0));
    CHECK(read(*subject.storage, heap, 977) == page_of(0));
    CHECK(read(*subject.storage, stable, 9) == page_of(6));
    CHECK(record(*subject.storage, "a") == "(absent)");
    subject.commit([](Transaction& transaction) { put(transaction, heap, 0, 1); });
    CHECK(read(*subject.storage, heap, 0) == page_of(1));
    CHECK(read(*subject.storage, heap, 977) == page_of(0));
}

TEST_CASE("a page of zeros is an absent page") {
    Subject subject;
    subject.commit([](Transaction& transaction) {
        put(transaction, heap, 5, 1);
        put(transaction, heap, 70, 1);
        put(transaction, heap, 1 << 20, 0);
    });
    subject.commit([](Transaction& transaction) { put(transaction, heap, 5, 0); });
    CHECK(subject.storage->next_page(heap, 0) == 70);
    CHECK(subject.storage->next_page(heap, 71) == ~u64(0));
    subject.commit([](Transaction& transaction) { put(transaction, heap, 70, 0); });
    CHECK(subject.storage->next_page(heap, 0) == ~u64(0));
}

TEST_CASE("keys come in byte order, by prefix") {
    Subject subject;
    subject.commit([](Transaction& transaction) {
        for (const char* key :
             {"canister/b", "canister/a", "subnet", "canister", "canister0", "\xFF"})
            transaction.put_record(key, bytes_of(key));
    });
    CHECK(*subject.storage->keys("canister/") ==
          std::vector<std::string>{"canister/a", "canister/b"});
    CHECK(*subject.storage->keys("canister") ==
          std::vector<std::string>{"canister", "canister/a", "canister/b", "canister0"});
    CHECK(*subject.storage->keys("\xFF") == std::vector<std::string>{"\xFF"});
    CHECK(subject.storage->keys("x")->empty());
}

TEST_CASE("pages may be anywhere in 64 bits, and next_page finds them") {
    Subject subject;
    const std::vector<u64> indices = {
        0, 15, 16, 1023, u64(1) << 27, 1u << 31, u64(1) << 36, (u64(1) << 52) - 1, ~u64(0) - 1};
    subject.commit([&](Transaction& transaction) {
        for (size_t i = 0; i < indices.size(); i++) put(transaction, heap, indices[i], u8(i + 1));
    });
    u64 at = 0;
    for (size_t i = 0; i < indices.size(); i++) {
        CHECK(read(*subject.storage, heap, indices[i]) == page_of(u8(i + 1)));
        at = subject.storage->next_page(heap, at);
        CHECK(at++ == indices[i]);
    }
    CHECK(subject.storage->next_page(heap, at) == ~u64(0));
}

TEST_CASE("a storage agrees with a plain map over random transactions") {
    Subject subject;
    std::map<std::pair<MemoryId, u64>, u8> pages;
    std::map<std::string, std::string> records;
    u64 random = 42;
    const auto below = [&](u64 bound) {
        random = random * 6364136223846793005 + 1442695040888963407;
        return (random >> 33) % bound;
    };
    for (int round = 0; round < 40; round++) {
        subject.commit([&](Transaction& transaction) {
            for (u64 i = below(20); i > 0; i--) {
                const MemoryId memory{1 + below(3)};
                const u64 index = below(2) ? below(64) : below(1 << 27);
                const u8 value = u8(below(4));
                put(transaction, memory, index, value);
                pages[{memory, index}] = value;
            }
            for (u64 i = below(60); i > 0; i--) {
                const std::string key(1 + below(40), char('a' + below(26)));
                const std::string value(below(50), 'v');
                transaction.put_record(key, bytes_of(value));
                records[key] = value;
            }
            for (u64 i = below(30); i > 0 && !records.empty(); i--) {
                const auto victim = std::next(records.begin(), long(below(records.size())));
                transaction.erase_record(victim->first);
                records.erase(victim);
            }
            if (below(10) == 0) {
                transaction.erase_memory(MemoryId(1));
                std::erase_if(pages,
                              [](const auto& page) { return page.first.first == MemoryId(1); });
            }
        });
    }
    std::vector<std::string> keys;
    for (const auto& [key, value] : records) {
        keys.push_back(key);
        REQUIRE(record(*subject.storage, key) == value);
    }
    CHECK(*subject.storage->keys("") == keys);
    for (const auto& [place, value] : pages)
        REQUIRE(read(*subject.storage, place.first, place.second) == page_of(value));
    for (const MemoryId memory : {MemoryId(1), MemoryId(2), MemoryId(3)}) {
        std::vector<u64> expected, found;
        for (const auto& [place, value] : pages)
            if (place.first == memory && value) expected.push_back(place.second);
        for (u64 at = 0; (at = subject.storage->next_page(memory, at)) != ~u64(0); at++)
            found.push_back(at);
        CHECK(found == expected);
    }
}
