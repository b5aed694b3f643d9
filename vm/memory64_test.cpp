/// Memories with 64-bit addresses, end to end, with guard pages and without.

#include <string>

#include "vm/test_text.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

/// An instance of a module with a memory of 64-bit addresses.
struct Machine {
    Store store;
    Instance* instance = nullptr;

    Machine(const std::string& fields, bool guard, bool track = false) {
        install_fault_handler();
        const auto parsed = parse_module("(module (memory i64 1 200000)" + fields + ")");
        if (!parsed) FAIL(parsed.error().reason);
        const auto compiled = load_module(parsed->bytes, {.guard = guard, .track = track});
        if (!compiled) FAIL(to_string(compiled.error()));
        InstantiationOptions options;
        options.memory = {.guard = guard, .track = track};
        const auto made = store.instantiate(*compiled, {}, options);
        REQUIRE(made);
        instance = *made;
    }

    /// The function's one result, or why it trapped.
    std::string call(const char* name, std::initializer_list<u64> arguments) {
        FunctionInstance* function = find_exported_function(*instance, name);
        REQUIRE(function);
        std::vector<Value> values;
        for (const u64 bits : arguments)
            values.push_back({type_of(*function).parameters[values.size()], bits});
        const auto results = invoke(store, *function, values);
        if (!results) return std::string(to_string(results.error().reason));
        return results->empty() ? "" : std::to_string((*results)[0].bits);
    }
};

const std::string beyond = "out of bounds memory access";

const char* const accesses = R"(
    (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
    (func (export "load") (param i64) (result i64) (i64.load (local.get 0)))
    (func (export "load far") (param i64) (result i64)
      (i64.load offset=0xFFFFFFFF (local.get 0)))
    (func (export "load farther") (param i64) (result i64)
      (i64.load offset=0x100000000 (local.get 0)))
    (func (export "load farthest") (param i64) (result i64)
      (i64.load offset=0xFFFFFFFFFFFFFFF8 (local.get 0)))
    (func (export "load there") (result i64) (i64.load (i64.const 65528)))
    (func (export "load beyond") (result i64) (i64.load (i64.const 65529)))
    (func (export "load way beyond") (result i64) (i64.load (i64.const 0x100000000)))
    (func (export "load at sum") (param i64 i64) (result i64)
      (i64.load (i64.add (local.get 0) (local.get 1))))
    (func (export "load behind") (param i64) (result i64)
      (i64.load (i64.add (local.get 0) (i64.const 8))))
    (func (export "load before") (param i64) (result i64)
      (i64.load (i64.add (local.get 0) (i64.const -8))))
    (func (export "store") (param i64 i64) (i64.store (local.get 0) (local.get 1)))
    (func (export "store far") (param i64 i64)
      (i64.store offset=0xFFFFFFFF (local.get 0) (local.get 1)))
    (func (export "store farther") (param i64 i64)
      (i64.store offset=0x100000000 (local.get 0) (local.get 1)))
    (func (export "store there") (param i64) (i64.store (i64.const 65528) (local.get 0)))
    (func (export "store seven") (param i64) (i64.store (local.get 0) (i64.const 7)))
    (func (export "store at sum") (param i64 i64 i64)
      (i64.store (i64.add (local.get 0) (local.get 1)) (local.get 2)))
    (func (export "store before") (param i64 i64)
      (i64.store (i64.add (local.get 0) (i64.const -8)) (local.get 1)))
    (func (export "vector") (param i64 i64) (result i64)
      (v128.store (local.get 0) (i64x2.splat (local.get 1)))
      (i64x2.extract_lane 1 (v128.load (local.get 0))))
)";

}  // namespace

TEST_CASE("Accesses with 64-bit addresses are bounded by the memory's end") {
    Machine machine(accesses, GENERATE(true, false), GENERATE(true, false));
    CHECK(machine.call("store", {65528, 5}) == "");
    CHECK(machine.call("load", {65528}) == "5");
    CHECK(machine.call("load there", {}) == "5");
    CHECK(machine.call("store there", {6}) == "");
    CHECK(machine.call("load", {65528}) == "6");
    CHECK(machine.call("store seven", {1}) == "");
    CHECK(machine.call("load", {1}) == "7");
    CHECK(machine.call("load beyond", {}) == beyond);
    CHECK(machine.call("load way beyond", {}) == beyond);
    const u64 limit = u64(16) << 30;
    for (const u64 address : {u64(65529), u64(65536), u64(1) << 32, limit - 1, limit, limit + 1,
                              u64(1) << 63, ~u64(0)}) {
        CHECK(machine.call("load", {address}) == beyond);
        CHECK(machine.call("load far", {address}) == beyond);
        CHECK(machine.call("load farther", {address}) == beyond);
        CHECK(machine.call("store", {address, 1}) == beyond);
        CHECK(machine.call("store far", {address, 1}) == beyond);
        CHECK(machine.call("store farther", {address, 1}) == beyond);
        CHECK(machine.call("store seven", {address}) == beyond);
        CHECK(machine.call("vector", {address, 1}) == beyond);
        CHECK(machine.call("load at sum", {address, 0}) == beyond);
        CHECK(machine.call("load at sum", {address - 70000, 70000}) == beyond);
        CHECK(machine.call("store at sum", {1, address - 1, 1}) == beyond);
        CHECK(machine.call("load behind", {address - 8}) == beyond);
        CHECK(machine.call("load before", {address + 8}) == beyond);
        CHECK(machine.call("store before", {address + 8, 1}) == beyond);
    }
    CHECK(machine.call("load farthest", {8}) == beyond);
    CHECK(machine.call("vector", {65520, 9}) == "9");
    CHECK(machine.call("vector", {65521, 9}) == beyond);
}

TEST_CASE("Sums of 64-bit addresses wrap as i64.add does") {
    Machine machine(accesses, GENERATE(true, false));
    CHECK(machine.call("store at sum", {~u64(0) - 9, 20, 77}) == "");
    CHECK(machine.call("load at sum", {20, ~u64(0) - 9}) == "77");
    CHECK(machine.call("load behind", {2}) == "77");
    CHECK(machine.call("load before", {18}) == "77");
    CHECK(machine.call("store before", {18, 78}) == "");
    CHECK(machine.call("load", {10}) == "78");
    CHECK(machine.call("load behind", {~u64(0) - 7}) == machine.call("load", {0}));
}

TEST_CASE("A memory grows beyond 4 GiB, and is reached there by addresses and by offsets") {
    Machine machine(accesses, GENERATE(true, false), GENERATE(true, false));
    const u64 four_gib = u64(1) << 32;
    CHECK(machine.call("load", {four_gib}) == beyond);
    CHECK(machine.call("grow", {65536}) == "1");
    CHECK(machine.call("store", {four_gib, 42}) == "");
    CHECK(machine.call("load farther", {0}) == "42");
    CHECK(machine.call("load far", {1}) == "42");
    CHECK(machine.call("load", {four_gib}) == "42");
    CHECK(machine.call("store farther", {65528, 43}) == "");
    CHECK(machine.call("store far", {9, 44}) == "");
    CHECK(machine.call("load", {four_gib + 8}) == "44");
    CHECK(machine.call("load", {four_gib + 65528}) == "43");
    CHECK(machine.call("load", {four_gib + 65529}) == beyond);
    CHECK(machine.call("load farther", {65529}) == beyond);
    CHECK(machine.call("load way beyond", {}) == "42");
}

TEST_CASE("Tracked stores with 64-bit addresses mark the pages that they write") {
    Machine machine(accesses, GENERATE(true, false), true);
    Memory& memory = *machine.instance->memories[0];
    CHECK(machine.call("grow", {65536}) == "1");
    memory.commit();
    const u64 four_gib = u64(1) << 32;
    machine.call("store", {four_gib - 1, ~u64(0)});
    machine.call("store seven", {12 * page_bytes - 7});
    machine.call("store at sum", {four_gib, 8 * page_bytes, 1});
    machine.call("store farther", {10 * page_bytes, 1});
    machine.call("store there", {3});
    std::vector<u64> pages;
    for (const DirtyPage& page : memory.dirty_pages()) pages.push_back(page.index);
    const u64 page = four_gib / page_bytes;
    CHECK(pages == std::vector<u64>{page - 1, page, 11, 12, page + 8, page + 10, 15});
    memory.rollback();
    CHECK(machine.call("load", {four_gib - 1}) == "0");
    CHECK(machine.call("load", {four_gib + 8 * page_bytes}) == "0");
}
