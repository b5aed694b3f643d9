#include "vm/runtime/memory.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <set>

#include "vm/runtime/mapping.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 refused = std::numeric_limits<u64>::max();

MemoryType memory_type(u64 minimum, u64 maximum, AddressType address_type = AddressType::i32) {
    MemoryType type;
    type.limits = {minimum, maximum, maximum != refused, address_type};
    return type;
}

std::unique_ptr<Memory> tracked_memory(u64 size, AddressType address_type = AddressType::i32) {
    return Memory::create(memory_type(size, 16, address_type), size, nullptr,
                          {.guard = false, .track = true});
}

ByteVector contents(const Memory& memory) { return {memory.base, memory.base + memory.size_bytes}; }

/// Pages that hold their own index, except for every third, which the source does not have.
class NumberedPages : public PageSource {
public:
    explicit NumberedPages(u64 pages) : pages_(pages) {}
    bool read_page(u64 index, u8* page) override {
        if (index == unreadable) return false;
        std::memcpy(page, &index, sizeof index);
        reads++;
        return true;
    }
    u64 next_page(u64 index) override {
        if (index % 3 == 0) index++;
        return index < pages_ ? index : refused;
    }
    u64 reads = 0;
    u64 unreadable = refused;

private:
    u64 pages_;
};

/// Pseudo-random contents, committed, so that every page has something to lose.
void scribble(Memory& memory, u64 from, u64 to) {
    ByteVector bytes(to - from);
    std::minstd_rand random(7);
    for (u8& byte : bytes) byte = u8(random() >> 8);
    REQUIRE(memory.write(from, bytes));
    memory.commit();
}

std::set<u64> dirty_indices(const Memory& memory) {
    std::set<u64> indices;
    for (const DirtyPage& page : memory.dirty_pages()) indices.insert(page.index);
    CHECK(indices.size() == memory.dirty_pages().size());
    return indices;
}

}  // namespace

TEST_CASE("a memory grows to its type's maximum, and its base stays") {
    const auto memory = Memory::create(memory_type(1, 3), 1, nullptr, {.guard = false});
    REQUIRE(memory);
    u8* const base = memory->base;
    CHECK(memory->size() == 1);
    CHECK(memory->grow(0) == 1);
    CHECK(memory->grow(2) == 1);
    CHECK(memory->grow(1) == refused);
    CHECK(memory->grow(refused) == refused);
    CHECK(memory->size() == 3);
    CHECK(memory->base == base);
    CHECK(contents(*memory) == ByteVector(3 * wasm_page_bytes));
}

TEST_CASE("an embedder's limit bounds growth and creation") {
    const MemoryOptions options{.guard = false, .pages_max = 2};
    const auto memory = Memory::create(memory_type(0, refused), 1, nullptr, options);
    REQUIRE(memory);
    CHECK(memory->grow(2) == refused);
    CHECK(memory->grow(1) == 1);
    CHECK(Memory::create(memory_type(0, refused), 3, nullptr, options) == nullptr);
}

TEST_CASE("a memory of 64-bit addresses is bounded by a limit of ours") {
    const auto wide = memory_type(0, refused, AddressType::i64);
    const auto memory = Memory::create(wide, 0, nullptr, {});
    REQUIRE(memory);
    CHECK(memory->grow(u64(1) << 48) == refused);
    CHECK(Memory::create(wide, u64(1) << 48, nullptr, {}) == nullptr);
    // Beyond 4 GiB.
    CHECK(memory->grow(65537) == 0);
    CHECK(memory->fill(u64(1) << 32, 5, 3));
    u8 out[4] = {};
    CHECK(memory->read((u64(1) << 32) - 1, out));
    CHECK(out[0] == 0);
    CHECK(out[3] == 5);
}

TEST_CASE("a memory without pages has no byte, but ranges of length 0") {
    const auto memory = Memory::create(memory_type(0, 0), 0, nullptr, {.guard = false});
    REQUIRE(memory);
    CHECK(memory->base != nullptr);
    CHECK(memory->grow(1) == refused);
    CHECK(memory->write(0, {}));
    CHECK_FALSE(memory->write(1, {}));
    CHECK_FALSE(memory->write(0, Bytes(memory->marks, 1)));
}

TEST_CASE("host access out of bounds is refused and changes nothing") {
    const auto memory = tracked_memory(1);
    const ByteVector bytes(100, 1);
    ByteVector out(100);
    for (const u64 address : {u64(65437), u64(65536), u64(1) << 32, refused, refused - 50}) {
        CHECK_FALSE(memory->write(address, bytes));
        CHECK_FALSE(memory->read(address, out));
        CHECK_FALSE(memory->fill(address, 1, 100));
        CHECK_FALSE(memory->copy(address, *memory, 0, 100));
        CHECK_FALSE(memory->copy(0, *memory, address, 100));
        CHECK_FALSE(memory->mark(address, 100));
        CHECK(memory->readable(address, 100) == nullptr);
        CHECK(memory->writable(address, 100) == nullptr);
    }
    CHECK_FALSE(memory->fill(0, 1, refused));
    CHECK(memory->dirty_pages().empty());
    CHECK(contents(*memory) == ByteVector(wasm_page_bytes));
}

TEST_CASE("overlapping copies behave as memmove") {
    const auto memory = tracked_memory(1);
    const ByteVector bytes{1, 2, 3, 4, 5};
    REQUIRE(memory->write(4094, bytes));
    REQUIRE(memory->copy(4095, *memory, 4094, 5));
    ByteVector out(6);
    REQUIRE(memory->read(4094, out));
    CHECK(out == ByteVector{1, 1, 2, 3, 4, 5});
}

TEST_CASE("every kind of host write, straddling or not, is undone by rollback") {
    const auto address_type = GENERATE(AddressType::i32, AddressType::i64);
    const auto memory = tracked_memory(4, address_type);
    scribble(*memory, 3 * page_bytes, memory->size_bytes - 5 * page_bytes);
    const ByteVector before = contents(*memory);
    struct Write {
        const char* name;
        std::function<bool(u64 address, u64 length)> apply;
    };
    const Write writes[] = {
        {"write",
         [&](u64 address, u64 length) { return memory->write(address, ByteVector(length, 0xA5)); }},
        {"fill", [&](u64 address, u64 length) { return memory->fill(address, 0x5A, length); }},
        {"copy",
         [&](u64 address, u64 length) {
             return memory->copy(address, *memory, 7 * page_bytes + 1, length);
         }},
        {"writable",
         [&](u64 address, u64 length) {
             u8* const bytes = memory->writable(address, length);
             if (bytes) std::memset(bytes, 0x3C, length);
             return bytes != nullptr;
         }},
    };
    for (const Write& write : writes)
        for (const u64 address : {u64(0), 4 * page_bytes, 5 * page_bytes - 1, 61 * page_bytes + 9})
            for (const u64 length : {u64(1), u64(8), page_bytes, 3 * page_bytes + 2}) {
                if (!memory->contains(address, length)) continue;
                INFO(write.name << " of " << length << " at " << address);
                REQUIRE(write.apply(address, length));
                CHECK(contents(*memory) != before);
                CHECK(dirty_indices(*memory).size() ==
                      (address + length - 1) / page_bytes - address / page_bytes + 1);
                memory->rollback();
                CHECK(contents(*memory) == before);
                CHECK(memory->dirty_pages().empty());
            }
}

TEST_CASE("dirty pages come with what stood there before") {
    const auto memory = tracked_memory(2);
    scribble(*memory, page_bytes, 2 * page_bytes);
    const ByteVector before = contents(*memory);
    REQUIRE(memory->fill(0, 1, 3 * page_bytes));
    REQUIRE(memory->fill(0, 2, 3 * page_bytes));
    REQUIRE(dirty_indices(*memory) == std::set<u64>{0, 1, 2});
    for (const auto& [index, image] : memory->dirty_pages()) {
        if (index == 1)
            CHECK(std::memcmp(image, before.data() + page_bytes, page_bytes) == 0);
        else
            CHECK(image == nullptr);
        CHECK(memory->page(index)[0] == 2);
    }
}

TEST_CASE("after a commit the new contents are what rollback returns to") {
    const auto memory = tracked_memory(1);
    REQUIRE(memory->fill(10, 1, 5));
    memory->commit();
    CHECK(memory->dirty_pages().empty());
    const ByteVector before = contents(*memory);
    REQUIRE(memory->fill(12, 2, 5));
    memory->rollback();
    CHECK(contents(*memory) == before);
    REQUIRE(memory->fill(0, 9, page_bytes));
    memory->rollback();
    CHECK(contents(*memory) == before);
}

TEST_CASE("a page of zeros that was rolled back is zeros to the next one, too") {
    const auto memory = tracked_memory(1);
    for (int i = 0; i < 3; i++) {
        REQUIRE(memory->fill(0, 7, 10));
        REQUIRE(memory->dirty_pages().size() == 1);
        CHECK(memory->dirty_pages()[0].before == nullptr);
        memory->rollback();
        CHECK(contents(*memory) == ByteVector(wasm_page_bytes));
    }
}

TEST_CASE("growth is undone by rollback, and pages that come again are zeros") {
    const auto memory = tracked_memory(1);
    scribble(*memory, 0, wasm_page_bytes);
    const ByteVector before = contents(*memory);
    u8* const base = memory->base;
    REQUIRE(memory->grow(3) == 1);
    REQUIRE(memory->fill(wasm_page_bytes - 4, 9, 3 * wasm_page_bytes));
    CHECK(memory->size_at_start() == wasm_page_bytes);
    memory->rollback();
    CHECK(memory->size() == 1);
    CHECK(contents(*memory) == before);
    REQUIRE(memory->grow(3) == 1);
    CHECK(memory->base == base);
    CHECK(ByteVector(base + wasm_page_bytes, base + 4 * wasm_page_bytes) ==
          ByteVector(3 * wasm_page_bytes));
    REQUIRE(memory->fill(2 * wasm_page_bytes, 9, 1));
    REQUIRE(memory->dirty_pages().size() == 1);
    CHECK(memory->dirty_pages()[0].before == nullptr);
    memory->commit();
    memory->rollback();
    CHECK(memory->size() == 4);
    CHECK(memory->base[2 * wasm_page_bytes] == 9);
}

TEST_CASE("random writes, growth, commits and rollbacks agree with a copy") {
    const auto memory = tracked_memory(1);
    std::minstd_rand random(GENERATE(1u, 2u, 3u));
    ByteVector now(wasm_page_bytes), start = now;
    for (int step = 0; step < 1500; step++) {
        const u64 address = random() % (now.size() + 100);
        const u64 length = random() % (random() % 4 ? 20 : 9000);
        const u8 value = u8(random());
        const bool fits = address + length <= now.size();
        switch (random() % 16) {
            case 0: memory->commit(), start = now; break;
            case 1: memory->rollback(), now = start; break;
            case 2:
                if (memory->grow(1) != refused) now.resize(now.size() + wasm_page_bytes);
                break;
            case 3: {
                const u64 from = random() % (now.size() / 2);
                const bool both = fits && from + length <= now.size();
                REQUIRE(memory->copy(address, *memory, from, length) == both);
                if (both) std::memmove(now.data() + address, now.data() + from, length);
                break;
            }
            default:
                REQUIRE(memory->fill(address, value, length) == fits);
                if (fits) std::memset(now.data() + address, value, length);
        }
        if (step % 10 == 0) REQUIRE(contents(*memory) == now);
    }
    CHECK(contents(*memory) == now);
}

TEST_CASE("a memory that is not tracked keeps no list, whatever marks it") {
    const auto memory =
        Memory::create(memory_type(1, 1), 1, nullptr, {.guard = false, .track = false});
    CHECK(memory->mark(100, 8));
    CHECK(memory->marks[0] & Memory::mark_dirty);
    CHECK(memory->fill(0, 1, 100));
    CHECK(memory->dirty_pages().empty());
}

TEST_CASE("without faults the whole source is read at creation") {
    NumberedPages source(40);
    const auto memory = Memory::create(memory_type(2, 4), 2, &source, {.guard = false});
    REQUIRE(memory);
    CHECK(source.reads == 21);
    for (u64 page = 0; page < 32; page++) {
        u64 index = 0;
        std::memcpy(&index, memory->page(page), sizeof index);
        CHECK(index == (page % 3 ? page : 0));
    }
    CHECK_FALSE(memory->page_unreadable());
}

TEST_CASE("a page that cannot be read at creation is flagged") {
    NumberedPages source(40);
    source.unreadable = 4;
    const auto memory = Memory::create(memory_type(2, 4), 2, &source, {.guard = false});
    REQUIRE(memory);
    CHECK(memory->page_unreadable());
}

TEST_CASE("a mapping is used again, and comes back as zeros without access") {
    const MemoryType type = memory_type(3, 11);
    u8* base = nullptr;
    {
        const auto memory = Memory::create(type, 3, nullptr, {.guard = false, .track = true});
        base = memory->base;
        REQUIRE(memory->grow(8) == 3);
        REQUIRE(memory->fill(0, 0xEE, memory->size_bytes));
    }
    const auto memory = Memory::create(type, 3, nullptr, {.guard = false, .track = true});
    CHECK(memory->base == base);
    CHECK(contents(*memory) == ByteVector(3 * wasm_page_bytes));
    REQUIRE(memory->fill(5, 1, 1));
    CHECK(memory->dirty_pages().size() == 1);
    CHECK(memory->dirty_pages()[0].before == nullptr);
}

TEST_CASE("the pool keeps a bounded number of mappings") {
    std::vector<std::unique_ptr<Memory>> memories;
    for (size_t i = 0; i < 3 * mappings_kept_max; i++)
        memories.push_back(Memory::create(memory_type(1, 2), 1, nullptr, {.guard = false}));
    for (const auto& memory : memories) REQUIRE(memory->fill(0, 1, wasm_page_bytes));
    memories.clear();
    for (size_t i = 0; i < 3 * mappings_kept_max; i++) {
        memories.push_back(Memory::create(memory_type(1, 2), 1, nullptr, {.guard = false}));
        CHECK(contents(*memories.back()) == ByteVector(wasm_page_bytes));
    }
}

TEST_CASE("a memory of pages of one byte has bounds to the byte") {
    MemoryType type{.limits = {5, 70'000, true}, .page_bytes_log2 = 0};
    const auto memory = Memory::create(type, 5, nullptr, {.track = true});
    REQUIRE(memory);
    CHECK_FALSE(memory->guarded());
    CHECK(memory->size() == 5);
    CHECK(memory->write(4, ByteVector{1}));
    CHECK_FALSE(memory->write(5, ByteVector{1}));
    memory->commit();
    CHECK(memory->grow(3) == 5);
    CHECK(memory->write(7, ByteVector{1}));
    CHECK_FALSE(memory->write(8, ByteVector{1}));
    CHECK(memory->grow(69'993) == ~u64(0));
    CHECK(memory->grow(69'992) == 8);
    CHECK(memory->write(69'999, ByteVector{1}));
    CHECK_FALSE(memory->write(69'999, ByteVector{1, 1}));
    memory->rollback();
    CHECK(memory->size() == 5);
    CHECK(memory->grow(69'995) == 5);
    CHECK(*memory->readable(4, 1) == 1);
    CHECK(*memory->readable(7, 1) == 0);
    CHECK(*memory->readable(69'999, 1) == 0);
}

TEST_CASE("pages of one byte are as many as a 32-bit number counts") {
    MemoryType type{.limits = {}, .page_bytes_log2 = 0};
    u64 left = u64(1) << 40;
    const auto memory = Memory::create(type, 0, nullptr, {.store_bytes_left = &left});
    REQUIRE(memory);
    CHECK(memory->grow(u64(1) << 32) == ~u64(0));
    CHECK(memory->grow(0xFFFF'FFFF) == 0);
    CHECK(memory->grow(1) == ~u64(0));
}
