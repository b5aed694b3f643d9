#include <catch2/catch.hpp>
#include <cstring>
#include <optional>
#include <random>

#include "vm/binary/assemble.hpp"
#include "vm/vm.hpp"

// Whatever writes to a heap leaves its pages marked: the heap after a rollback is compared with a
// copy, for every store instruction, every bulk instruction and every host write.

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

struct StoreRow {
    const char* name;
    ByteVector opcode;
    u8 value_local;
    ByteVector constant;   ///< pushes the same value as the local holds
    u64 bytes;             ///< that are written …
    ByteVector lane = {};  ///< of a vector …
    u64 from = 0;          ///< … from there in `bits`
};

constexpr u64 bits = 0x8877665544332211;
constexpr u64 high_bits = 0x00FFEEDDCCBBAA99;
constexpr u8 written[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
                          0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0x00};
const ByteVector vector_constant = {0xFD, 0x0C, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                    0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0x00};

const StoreRow stores[] = {
    {"i32.store", {0x36}, 1, {0x41, 0x91, 0xC4, 0xCC, 0xA1, 0x04}, 4},
    {"i32.store8", {0x3A}, 1, {0x41, 0x91, 0xC4, 0xCC, 0xA1, 0x04}, 1},
    {"i32.store16", {0x3B}, 1, {0x41, 0x91, 0xC4, 0xCC, 0xA1, 0x04}, 2},
    {"i64.store", {0x37}, 2, {}, 8},
    {"i64.store8", {0x3C}, 2, {}, 1},
    {"i64.store16", {0x3D}, 2, {}, 2},
    {"i64.store32", {0x3E}, 2, {}, 4},
    {"f32.store", {0x38}, 3, {0x43, 0x11, 0x22, 0x33, 0x44}, 4},
    {"f64.store", {0x39}, 4, {0x44, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}, 8},
    {"v128.store", {0xFD, 0x0B}, 5, vector_constant, 16},
    {"v128.store8_lane 0", {0xFD, 0x58}, 5, vector_constant, 1, {0}, 0},
    {"v128.store8_lane 13", {0xFD, 0x58}, 5, vector_constant, 1, {13}, 13},
    {"v128.store16_lane 3", {0xFD, 0x59}, 5, vector_constant, 2, {3}, 6},
    {"v128.store16_lane 4", {0xFD, 0x59}, 5, vector_constant, 2, {4}, 8},
    {"v128.store32_lane 1", {0xFD, 0x5A}, 5, vector_constant, 4, {1}, 4},
    {"v128.store32_lane 2", {0xFD, 0x5A}, 5, vector_constant, 4, {2}, 8},
    {"v128.store64_lane 0", {0xFD, 0x5B}, 5, vector_constant, 8, {0}, 0},
    {"v128.store64_lane 1", {0xFD, 0x5B}, 5, vector_constant, 8, {1}, 8},
};

ByteVector entries_of(const std::vector<ByteVector>& list) {
    ByteVector all;
    write_unsigned_leb128(all, list.size());
    for (const ByteVector& entry : list) all.insert(all.end(), entry.begin(), entry.end());
    return all;
}

ByteVector constant(u8 opcode, u64 value) {
    ByteVector instruction{opcode};
    write_signed_leb128(instruction, i64(value));
    return instruction;
}

/// What the heap is, and how its handlers keep the bounds.
struct Kind {
    const char* name;
    bool memory64;
    bool guard;
    u8 memory;  ///< index: further memories have handlers of their own
};

const Kind kinds[] = {
    {"guarded", false, true, 0},
    {"checked", false, false, 0},
    {"memory64", true, false, 0},
    {"second memory", false, true, 1},
    {"second memory of 64 bits", true, false, 1},
};

constexpr u64 heap_pages = 2;
constexpr u64 heap_bytes = heap_pages * wasm_page_bytes;

struct Write {
    std::string name;
    ByteVector instructions;
    u64 bytes = 0;  ///< of a store; 0: something else
    u64 from = 0;   ///< where they are in `written`
};

/// Functions of (address, i32, i64, f32, f64), each of which writes at `address`, from the local
/// and from a constant.
std::vector<Write> writes_at(const Kind& kind, u64 address) {
    const u8 address_const = kind.memory64 ? 0x42 : 0x41;
    const auto number = [&](u64 value) { return constant(address_const, value); };
    const ByteVector places[] = {{0x20, 0x00}, number(address)};
    std::vector<Write> writes;
    for (const ByteVector& place : places) {
        for (const StoreRow& row : stores) {
            const ByteVector memory_argument =
                kind.memory ? ByteVector{0x40, kind.memory, 0x00} : ByteVector{0x00, 0x00};
            const ByteVector immediate = row.constant.empty() ? constant(0x42, bits) : row.constant;
            for (const ByteVector& value : {ByteVector{0x20, row.value_local}, immediate})
                writes.push_back({row.name,
                                  join({place, value, row.opcode, memory_argument, row.lane}),
                                  row.bytes, row.from});
        }
        writes.push_back(
            {"memory.fill", join({place, {0x41, 0x07}, number(4500), {0xFC, 0x0B, kind.memory}})});
        writes.push_back(
            {"memory.copy",
             join({place, number(77), number(4500), {0xFC, 0x0A, kind.memory, kind.memory}})});
        writes.push_back(
            {"memory.init",
             join({place, {0x41, 0x01, 0x41, 0x04}, {0xFC, 0x08, 0x00, kind.memory}})});
        // What a page that came in the same message receives goes with it.
        writes.push_back({"memory.grow", join({number(1),
                                               {0x40, kind.memory, 0x1A},
                                               place,
                                               {0x41, 0x07},
                                               number(heap_bytes),
                                               {0xFC, 0x0B, kind.memory}})});
    }
    return writes;
}

ByteVector module_of_writes(const Kind& kind, const std::vector<Write>& writes) {
    const u8 address = kind.memory64 ? 0x7E : 0x7F;
    const u8 flags = kind.memory64 ? 0x05 : 0x01;
    std::vector<ByteVector> functions, exports, bodies;
    exports.push_back(join({name("memory"), {0x02, kind.memory}}));
    for (size_t i = 0; i < writes.size(); i++) {
        ByteVector index;
        write_unsigned_leb128(index, i);
        functions.push_back({0x00});
        exports.push_back(join({name("write" + std::to_string(i)), {0x00}, index}));
        bodies.push_back(body(writes[i].instructions));
    }
    return vm::assemble::module({
        section(1, {{0x60, 0x06, address, 0x7F, 0x7E, 0x7D, 0x7C, 0x7B, 0x00}}),
        section(3, entries_of(functions)),
        section(5, {{flags, heap_pages, 0x08}, {flags, heap_pages, 0x08}}),
        section(7, entries_of(exports)),
        section(12, ByteVector{0x01}),
        section(10, entries_of(bodies)),
        section(11, {{0x01, 0x05, 'a', 'b', 'c', 'd', 'e'}}),
    });
}

/// Nothing, or why it trapped.
std::optional<TrapReason> trap_of(Store& store, Instance& instance, size_t write, const Kind& kind,
                                  u64 address) {
    FunctionInstance* const function =
        find_exported_function(instance, "write" + std::to_string(write));
    REQUIRE(function);
    const Value arguments[] = {kind.memory64 ? Value::i64(address) : Value::i32(u32(address)),
                               Value::i32(u32(bits)),
                               Value::i64(bits),
                               {types::f32, u32(bits)},
                               {types::f64, bits},
                               {types::v128, bits, high_bits}};
    const auto result = invoke(store, *function, arguments);
    return result ? std::nullopt : std::optional(result.error().reason);
}

bool run(Store& store, Instance& instance, size_t write, const Kind& kind, u64 address) {
    return !trap_of(store, instance, write, kind, address);
}

struct Heap {
    Store store;
    Instance* instance = nullptr;
    Memory* memory = nullptr;

    Heap(const Kind& kind, const ByteVector& bytes) {
        install_fault_handler();
        const auto compiled = load_module(bytes, {.guard = kind.guard, .track = true});
        INFO((compiled ? "" : to_string(compiled.error())));
        REQUIRE(compiled);
        const auto made =
            store.instantiate(*compiled, {}, {.memory = {.guard = kind.guard, .track = true}});
        REQUIRE(made);
        instance = *made;
        memory = std::get<Memory*>(*find_export(*instance, "memory"));
        CHECK(memory->guarded() == (kind.guard && !kind.memory64));
        ByteVector noise(heap_bytes);
        std::minstd_rand random(5);
        for (u8& byte : noise) byte = u8(random() >> 8);
        // One page stays as it came: zeros.
        std::fill_n(noise.begin() + 9 * page_bytes, page_bytes, 0);
        REQUIRE(memory->write(0, Bytes(noise).first(9 * page_bytes)));
        REQUIRE(memory->write(10 * page_bytes, Bytes(noise).subspan(10 * page_bytes)));
        memory->commit();
    }
    ByteVector contents() const { return {memory->base, memory->base + memory->size_bytes}; }
    bool run(size_t write, const Kind& kind, u64 address) {
        return ::run(store, *instance, write, kind, address);
    }
};

}  // namespace

TEST_CASE("rollback undoes every store and bulk instruction, aligned and straddling") {
    for (const Kind& kind : kinds)
        for (const u64 address : {u64(0), 3 * page_bytes, 4 * page_bytes - 1, 9 * page_bytes - 3,
                                  10 * page_bytes - 7, 11 * page_bytes + 5}) {
            const std::vector<Write> writes = writes_at(kind, address);
            Heap heap(kind, module_of_writes(kind, writes));
            const ByteVector before = heap.contents();
            for (size_t i = 0; i < writes.size(); i++) {
                INFO(kind.name << ": " << writes[i].name << " at " << address << ", form " << i);
                REQUIRE(heap.run(i, kind, address));
                const ByteVector after = heap.contents();
                CHECK(after != before);
                CHECK_FALSE(heap.memory->dirty_pages().empty());
                if (writes[i].bytes) {
                    ByteVector expected = before;
                    std::memcpy(expected.data() + address, written + writes[i].from,
                                writes[i].bytes);
                    CHECK(after == expected);
                }
                heap.memory->rollback();
                REQUIRE(heap.contents() == before);
            }
        }
}

TEST_CASE("a page that is dirty already is written without a further entry") {
    for (const Kind& kind : kinds) {
        const u64 address = 4 * page_bytes - 1;
        const std::vector<Write> writes = writes_at(kind, address);
        Heap heap(kind, module_of_writes(kind, writes));
        const ByteVector before = heap.contents();
        for (int round = 0; round < 2; round++)
            for (size_t i = 0; i < writes.size(); i++)
                if (writes[i].bytes) REQUIRE(heap.run(i, kind, address));
        CHECK(heap.memory->dirty_pages().size() == 2);
        heap.memory->rollback();
        CHECK(heap.contents() == before);
    }
}

TEST_CASE("a store across the end of a tracked heap traps and leaves no byte") {
    for (const Kind& kind : kinds) {
        const std::vector<Write> writes = writes_at(kind, heap_bytes - 1);
        Heap heap(kind, module_of_writes(kind, writes));
        const ByteVector before = heap.contents();
        for (size_t i = 0; i < writes.size(); i++) {
            INFO(kind.name << ": " << writes[i].name << ", form " << i);
            const bool fits = writes[i].bytes == 1;
            CHECK(heap.run(i, kind, heap_bytes - 1) == fits);
            if (!fits && writes[i].name != "memory.grow") {
                CHECK(heap.contents() == before);
                CHECK(heap.memory->dirty_pages().empty());
            }
            heap.memory->rollback();
            REQUIRE(heap.contents() == before);
        }
    }
}

TEST_CASE("a store to absent pages fills them first, and rollback returns to the source") {
    class Noise : public PageSource {
        bool read_page(u64 index, u8* page) override {
            for (u64 i = 0; i < page_bytes; i++) page[i] = u8(i * 7 + index);
            return true;
        }
        u64 next_page(u64 index) override { return index == 9 ? 10 : index; }
    } source;
    for (const Kind& kind : {kinds[0], kinds[2]}) {
        const u64 address = 12 * page_bytes - 1;
        const std::vector<Write> writes = writes_at(kind, address);
        const auto compiled = load_module(module_of_writes(kind, writes), {.track = true});
        REQUIRE(compiled);
        install_fault_handler();
        const auto open = [&](bool lazily) -> std::shared_ptr<Memory> {
            return Memory::create(module_of(**compiled).memories[0], heap_pages, &source,
                                  {.guard = lazily, .track = true});
        };
        ByteVector before(heap_bytes);
        REQUIRE(open(false)->read(0, before));
        for (size_t i = 0; i < writes.size(); i++) {
            INFO(kind.name << ": " << writes[i].name << ", form " << i);
            Store store;
            const std::shared_ptr<Memory> memory = open(true);
            const auto instance = store.instantiate(*compiled, {}, {.memory0 = memory});
            REQUIRE(instance);
            REQUIRE(run(store, **instance, i, kind, address));
            ByteVector after(heap_bytes), expected = before;
            REQUIRE(memory->read(0, after));
            if (writes[i].bytes) {
                std::memcpy(expected.data() + address, written + writes[i].from, writes[i].bytes);
                CHECK(after == expected);
            }
            memory->rollback();
            REQUIRE(memory->read(0, after));
            CHECK(after == before);
        }
    }
}

TEST_CASE("a write to a page that cannot be read is a trap of its own, and writes nothing") {
    class Unreadable : public PageSource {
        bool read_page(u64, u8*) override { return false; }
        u64 next_page(u64 index) override { return index; }
    } source;
    install_fault_handler();
    for (const Kind& kind : {kinds[0], kinds[2]}) {
        const u64 address = 12 * page_bytes - 1;
        const std::vector<Write> writes = writes_at(kind, address);
        const auto compiled = load_module(module_of_writes(kind, writes), {.track = true});
        REQUIRE(compiled);
        for (size_t i = 0; i < writes.size(); i++) {
            if (writes[i].name == "memory.grow") continue;
            INFO(kind.name << ": " << writes[i].name << ", form " << i);
            Store store;
            const std::shared_ptr<Memory> memory = Memory::create(
                module_of(**compiled).memories[0], heap_pages, &source, {.track = true});
            const auto instance = store.instantiate(*compiled, {}, {.memory0 = memory});
            REQUIRE(instance);
            CHECK(trap_of(store, **instance, i, kind, address) == TrapReason::page_unreadable);
            CHECK(memory->page_unreadable());
            CHECK(memory->dirty_pages().empty());
        }
    }
}

TEST_CASE("what a host function writes to its caller's memory is undone, too") {
    const auto write = [](void*, HostCall& call) {
        const u8 byte[] = {1, 2, 3, 4};
        const u64 address = call.slots[0];
        const bool written = call.memory->write(address, byte) &&
                             call.memory->fill(address + 100, 5, 5000) &&
                             call.memory->copy(address + 9000, *call.memory, address, 300);
        return written ? HostOutcome::done : HostOutcome::trap;
    };
    install_fault_handler();
    for (const bool guard : {true, false}) {
        Store store;
        FunctionInstance* const host =
            store.add_host_function({{{types::i32}, {}}, write, nullptr, "write"});
        const auto compiled = load_module(
            vm::assemble::module({section(1, {{0x60, 0x01, 0x7F, 0x00}}),
                                  section(2, {join({name("m"), name("n"), {0x00, 0x00}})}),
                                  section(3, {{0x00}}), section(5, {{0x00, 0x02}}),
                                  section(7, {join({name("f"), {0x00, 0x01}})}),
                                  section(10, {body({0x20, 0x00, 0x10, 0x00})})}),
            {.guard = guard, .track = true});
        REQUIRE(compiled);
        const Extern imports[] = {host};
        const auto instance =
            store.instantiate(*compiled, imports, {.memory = {.guard = guard, .track = true}});
        REQUIRE(instance);
        Memory& memory = *memory0(**instance);
        const Value argument[] = {Value::i32(4094)};
        REQUIRE(invoke(store, *find_exported_function(**instance, "f"), argument));
        CHECK(memory.dirty_pages().size() == 4);
        CHECK(memory.base[4097] == 4);
        memory.rollback();
        CHECK(ByteVector(memory.base, memory.base + memory.size_bytes) ==
              ByteVector(memory.size_bytes));
    }
}
