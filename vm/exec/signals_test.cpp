#include "vm/exec/signals.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <thread>

#include "vm/runtime/faults.hpp"
#include "vm/runtime/memory_state.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

constexpr u64 refused = std::numeric_limits<u64>::max();
const u64 pages_at_once = std::max(fill_bytes_min, u64(sysconf(_SC_PAGESIZE))) / page_bytes;

MemoryType memory_type(u64 minimum, u64 maximum, AddressType address_type = AddressType::i32) {
    MemoryType type;
    type.limits = {minimum, maximum, maximum != refused, address_type};
    return type;
}

/// Counts what is asked of it. Each page holds its index; from `zeros_from` on there is nothing.
class CountingPages : public PageSource {
public:
    bool read_page(u64 index, u8* page) override {
        reads++;
        for (u64 i = 0; i < page_bytes; i++) zeros_on_entry &= page[i] == 0;
        std::memset(page, 0x77, page_bytes);
        std::memcpy(page, &index, sizeof index);
        return index < unreadable_from;
    }
    u64 next_page(u64 index) override {
        asked++;
        return index < zeros_from ? index : refused;
    }
    u64 reads = 0;
    u64 asked = 0;
    u64 unreadable_from = refused;
    u64 zeros_from = refused;
    bool zeros_on_entry = true;
};

// One load and one store with rows in the fault table, as templates make them: the type parameter
// gives copies that the linker discards and copies that are inlined.
#if defined(__x86_64__)
#define ICVM_TEST_LOAD "movl (%1), %0"
#define ICVM_TEST_STORE "movl %0, (%1)"
#elif defined(__aarch64__)
#define ICVM_TEST_LOAD "ldr %w0, [%1]"
#define ICVM_TEST_STORE "str %w0, [%1]"
#endif

#ifdef ICVM_TEST_LOAD
template <int n>
bool faulting_load(const Memory& memory, u64 address, u32& value) {
    u32 loaded = n;
    asm volatile goto("1: " ICVM_TEST_LOAD "\n\t" ICVM_FAULT_ROW("1b", "%l[fault]")
                      : "=r"(loaded)
                      : "r"(memory.base + address)
                      : "memory"
                      : fault);
    value = loaded;
    return true;
fault:
    return false;
}

template <int n>
bool faulting_store(const Memory& memory, u64 address, u32 value) {
    asm volatile goto("1: " ICVM_TEST_STORE "\n\t" ICVM_FAULT_ROW("1b", "%l[fault]")
                      :
                      : "r"(value), "r"(memory.base + address)
                      : "memory"
                      : fault);
    return true;
fault:
    return false;
}
#endif

struct Guarded {
    Guarded(u64 size, PageSource* source, bool track = false) {
        install_fault_handler();
        memory = Memory::create(memory_type(size, refused), size, source, {.track = track});
        REQUIRE(memory);
        REQUIRE(memory->guarded());
    }
    Memory* operator->() const { return memory.get(); }
    Memory& operator*() const { return *memory; }
    std::unique_ptr<Memory> memory;
};

/// Runs `body` in a child; the signal that ended it, or 0.
template <class Body>
int signal_of_child(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        body();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

#ifdef ICVM_TEST_LOAD

TEST_CASE("an access out of bounds goes on at its landing") {
    const Guarded memory(1, nullptr);
    u32 value = 1;
    CHECK(faulting_load<0>(*memory, 65532, value));
    CHECK(value == 0);
    for (const u64 address : {u64(65533), u64(65536), (u64(1) << 32) + 4, (u64(1) << 33) - 2}) {
        CHECK_FALSE(faulting_load<1>(*memory, address, value));
        CHECK_FALSE(faulting_store<2>(*memory, address, 5));
    }
    CHECK(memory->grow(1) == 1);
    CHECK(faulting_store<2>(*memory, 65534, 0x01020304));
    CHECK(faulting_load<1>(*memory, 65534, value));
    CHECK(value == 0x01020304);
    CHECK_FALSE(memory->page_unreadable());
}

TEST_CASE("an absent page is filled at the first access of any kind") {
    CountingPages source;
    const Guarded memory(64, &source);
    u32 value = 0;
    CHECK(faulting_load<3>(*memory, 5 * page_bytes, value));
    CHECK(value == 5);
    CHECK(source.reads == pages_at_once);
    CHECK(faulting_store<3>(*memory, 1025 * page_bytes - 64, 9) == false);
    CHECK(faulting_store<3>(*memory, 40 * page_bytes + 8, 9));
    CHECK(source.reads == 2 * pages_at_once);
    CHECK(memory->base[40 * page_bytes] == 40);
    CHECK(memory->base[40 * page_bytes + 8] == 9);
    CHECK(source.zeros_on_entry);
}

TEST_CASE("a page that cannot be read leads to the landing, and is flagged") {
    CountingPages source;
    source.unreadable_from = 20;
    const Guarded memory(64, &source);
    u32 value = 0;
    CHECK(faulting_load<4>(*memory, 5 * page_bytes, value));
    CHECK_FALSE(memory->page_unreadable());
    CHECK_FALSE(faulting_load<4>(*memory, 20 * page_bytes, value));
    CHECK(memory->page_unreadable());
}

#endif

TEST_CASE("memcpy in the host may touch absent pages") {
    CountingPages source;
    const Guarded memory(64, &source);
    ByteVector out(page_bytes + 16);
    std::memcpy(out.data(), memory->base + 31 * page_bytes, out.size());
    CHECK(out[0] == 31);
    CHECK(out[page_bytes] == 32);
    CHECK(source.reads == 3 * pages_at_once);
}

TEST_CASE("a page that cannot be read and has no landing is zeros, and flagged") {
    CountingPages source;
    source.unreadable_from = 0;
    const Guarded memory(64, &source);
    CHECK(*static_cast<volatile u8*>(memory->base + 100) == 0);
    CHECK(memory->page_unreadable());
}

TEST_CASE("host access to a page that cannot be read is refused") {
    CountingPages source;
    source.unreadable_from = 16;
    const Guarded memory(64, &source, true);
    u8 out[4];
    CHECK(memory->read(0, out));
    CHECK_FALSE(memory->page_unreadable());
    CHECK_FALSE(memory->read(wasm_page_bytes - 2, out));
    CHECK(memory->page_unreadable());
    CHECK_FALSE(memory->fill(wasm_page_bytes, 1, 1));
    CHECK_FALSE(memory->mark(wasm_page_bytes, 1));
    CHECK(memory->dirty_pages().empty());
}

TEST_CASE("a heap of 4 GiB is opened, touched in three places and dropped without being read") {
    const auto address_type = GENERATE(AddressType::i32, AddressType::i64);
    install_fault_handler();
    CountingPages source;
    {
        const auto memory = Memory::create(memory_type(65536, 65536, address_type), 65536, &source,
                                           {.track = true});
        REQUIRE(memory);
        CHECK(memory->guarded());
        CHECK(source.asked == 0);
        const u64 page_index[] = {0, 500'000, 1'048'575};
        for (const u64 page : page_index) {
            u64 index = 0;
            std::memcpy(&index, memory->base + page * page_bytes, sizeof index);
            CHECK(index == page);
            CHECK(memory->fill(page * page_bytes + 8, 1, 8));
        }
        CHECK(memory->dirty_pages().size() == 3);
        memory->rollback();
        for (const u64 page : page_index) CHECK(memory->page(page)[8] == 0x77);
    }
    CHECK(source.reads == 3 * pages_at_once);
}

TEST_CASE("zeros are opened far ahead, contents in growing windows when touched in a row") {
    CountingPages source;
    source.zeros_from = 4096;
    const Guarded memory(1024, &source);
    u64 sum = 0;
    for (u64 offset = 0; offset < memory->size_bytes; offset += page_bytes)
        sum += *static_cast<volatile u8*>(memory->base + offset);
    CHECK(sum == 16 * (255 * 256 / 2));
    CHECK(source.reads == 4096);
    CHECK(source.asked < 4096 + 50);
}

TEST_CASE("a heap that is touched everywhere takes a bounded number of the system's mappings") {
    // Something to read in every other Wasm page, so that zeros are not opened far ahead.
    class Islands : public CountingPages {
        u64 next_page(u64 index) override { return (index + 15) / 32 * 32 + 16; }
    } source;
    const Guarded memory(16384, &source);
    for (u64 offset = 0; offset < memory->size_bytes; offset += 2 * wasm_page_bytes)
        REQUIRE(*static_cast<volatile u8*>(memory->base + offset) == 0);
    std::ifstream maps("/proc/self/maps");
    CHECK(std::count(std::istreambuf_iterator<char>(maps), {}, '\n') < 12000);
    CHECK(source.reads < 7000);
}

TEST_CASE("guarded memories come and go in many threads") {
    install_fault_handler();
    const auto work = [](u8 value, bool& right) {
        CountingPages source;
        for (int i = 0; i < 30; i++) {
            const auto memory = Memory::create(memory_type(4, 8), 4, &source, {.track = true});
            right = right && memory->fill(i * 1000u, value, 5000);
            right = right && memory->base[3 * wasm_page_bytes] == 48;
            memory->rollback();
            right = right && memory->base[page_bytes] == 1 && memory->base[page_bytes + 8] == 0x77;
        }
    };
    bool right[3] = {true, true, true};
    std::thread threads[3];
    for (u8 i = 0; i < 3; i++) threads[i] = std::thread(work, i, std::ref(right[i]));
    for (std::thread& thread : threads) thread.join();
    CHECK((right[0] && right[1] && right[2]));
}

TEST_CASE("a guarded memory is refused to nobody once the handler is there") {
    install_fault_handler();
    CHECK(guard_available());
    const auto unguarded = Memory::create(memory_type(1, 2), 1, nullptr, {.guard = false});
    CHECK_FALSE(unguarded->guarded());
}

#ifndef ICVM_SANITIZE  // whose own handler reports such crashes, and ends the child otherwise

TEST_CASE("a fault that is not ours still ends the process") {
    const Guarded memory(1, nullptr);
    volatile u64 nowhere = 8;
    CHECK(signal_of_child([&] { *reinterpret_cast<volatile int*>(nowhere) = 1; }) == SIGSEGV);
    CHECK(signal_of_child([&] { *static_cast<volatile u8*>(memory->base + 65536) = 1; }) ==
          SIGSEGV);
    CHECK(signal_of_child([] { raise(SIGSEGV); }) == SIGSEGV);
    CHECK(signal_of_child([] { raise(SIGBUS); }) == SIGBUS);
}

#endif
