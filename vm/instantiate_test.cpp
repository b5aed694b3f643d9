#include "vm/exec/instantiate.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "vm/binary/assemble.hpp"
#include "vm/runtime/store_state.hpp"
#include "vm/vm.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

using Sections = std::initializer_list<ByteVector>;
using Instantiated = Result<Instance*, InstantiationError>;

std::shared_ptr<const CompiledModule> load(Sections sections) {
    auto loaded = load_module(vm::assemble::module(sections), {.guard = false});
    INFO((loaded ? "" : to_string(loaded.error())));
    REQUIRE(loaded);
    return *loaded;
}

Instantiated instantiate(Store& store, Sections sections, std::vector<Extern> imports = {},
                         InstantiationOptions options = {}) {
    options.memory.guard = false;
    return store.instantiate(load(sections), imports, options);
}

/// "unknown import 0", "out of bounds memory access", or empty.
std::string failure(const Instantiated& result) {
    if (result) return "";
    if (const auto* unlinkable = std::get_if<Unlinkable>(&result.error()))
        return unlinkable->reason.substr(0, unlinkable->reason.find(':')) + " " +
               std::to_string(unlinkable->import);
    return std::string(to_string(std::get<Trap>(result.error()).reason));
}

template <class T>
T* exported(Instance& instance, std::string_view name) {
    const auto found = find_export(instance, name);
    REQUIRE(found);
    REQUIRE(std::holds_alternative<T*>(*found));
    return std::get<T*>(*found);
}

HostOutcome nothing(void*, HostCall&) { return HostOutcome::done; }
HostOutcome trapping(void*, HostCall& call) {
    call.trap->host_code = 7;
    return HostOutcome::trap;
}
HostOutcome counting(void* context, HostCall&) {
    ++*static_cast<int*>(context);
    return HostOutcome::done;
}

Limits limits(u64 minimum, u64 maximum, AddressType address_type = AddressType::i32) {
    return {minimum, maximum, maximum != ~u64(0), address_type};
}
constexpr u64 none = ~u64(0);

Memory* add_memory(Store& store, const Limits& limits) {
    MemoryType type;
    type.limits = limits;
    return store.add_memory(Memory::create(type, limits.minimum, nullptr, {.guard = false}));
}

TableInstance* add_table(Store& store, const Limits& limits) {
    TableType type;
    type.limits = limits;
    return store.add_table(type);
}

ByteVector import(const ByteVector& description) {
    return section(2, {join({name("m"), name("n"), description})});
}
ByteVector export_entry(std::string_view text, u8 kind, u8 index) {
    return join({name(text), {kind, index}});
}

const ByteVector types_section = section(1, {{0x60, 0x00, 0x00}, {0x60, 0x01, 0x7F, 0x00}});
const ByteVector two_functions = section(3, {{0x00}, {0x01}});
const ByteVector two_bodies = section(10, {body({}), body({})});

}  // namespace

TEST_CASE("functions are imported by their type") {
    Store store;
    FunctionInstance* const fits = store.add_host_function({{}, nothing, nullptr, "f"});
    FunctionInstance* const other =
        store.add_host_function({{{types::i64}, {}}, nothing, nullptr, "g"});
    const Sections sections = {types_section, import({0x00, 0x00})};
    CHECK(failure(instantiate(store, sections, {fits})).empty());
    CHECK(failure(instantiate(store, sections, {other})) == "incompatible import type 0");
    CHECK(failure(instantiate(store, sections, {})) == "unknown import 0");
    CHECK(failure(instantiate(store, sections, {static_cast<FunctionInstance*>(nullptr)})) ==
          "unknown import 0");
    CHECK(failure(instantiate(store, sections, {add_table(store, limits(0, none))})) ==
          "incompatible import type 0");
}

TEST_CASE("memories are imported by what they are now") {
    Store store;
    // At least 2, at most 5 pages.
    const Sections sections = {import({0x02, 0x01, 0x02, 0x05})};
    const auto with = [&](const Limits& given) {
        return failure(instantiate(store, sections, {add_memory(store, given)}));
    };
    CHECK(with(limits(2, 5)).empty());
    CHECK(with(limits(3, 4)).empty());
    CHECK(with(limits(1, 5)) == "incompatible import type 0");
    CHECK(with(limits(2, 6)) == "incompatible import type 0");
    CHECK(with(limits(2, none)) == "incompatible import type 0");
    CHECK(with(limits(2, 5, AddressType::i64)) == "incompatible import type 0");
    Memory* const grown = add_memory(store, limits(1, 5));
    CHECK(grown->grow(1) == 1);
    CHECK(failure(instantiate(store, sections, {grown})).empty());
}

TEST_CASE("tables are imported by what they are now") {
    Store store;
    const Sections sections = {import({0x01, 0x70, 0x01, 0x02, 0x05})};
    const auto with = [&](const Limits& given) {
        return failure(instantiate(store, sections, {add_table(store, given)}));
    };
    CHECK(with(limits(2, 5)).empty());
    CHECK(with(limits(1, 5)) == "incompatible import type 0");
    CHECK(with(limits(2, none)) == "incompatible import type 0");
    CHECK(with(limits(2, 5, AddressType::i64)) == "incompatible import type 0");
    const Sections of_externref = {import({0x01, 0x6F, 0x00, 0x00})};
    CHECK(failure(instantiate(store, of_externref, {add_table(store, limits(2, 5))})) ==
          "incompatible import type 0");
}

TEST_CASE("globals are imported by type and mutability") {
    Store store;
    const Sections sections = {import({0x03, 0x7F, 0x01})};
    CHECK(
        failure(instantiate(store, sections, {store.add_global({types::i32, true}, Value::i32(1))}))
            .empty());
    CHECK(failure(instantiate(store, sections,
                              {store.add_global({types::i32, false}, Value::i32(1))})) ==
          "incompatible import type 0");
    CHECK(failure(instantiate(store, sections,
                              {store.add_global({types::i64, true}, Value::i64(1))})) ==
          "incompatible import type 0");
}

TEST_CASE("exports are what the module made or was given") {
    Store store;
    FunctionInstance* const host = store.add_host_function({{}, nothing, nullptr, "f"});
    const auto instance = instantiate(
        store,
        {types_section, import({0x00, 0x00}), two_functions, section(4, {{0x70, 0x00, 0x02}}),
         section(5, {{0x00, 0x01}}), section(6, {{0x7F, 0x01, 0x41, 0x2A, 0x0B}}),
         section(
             7, {export_entry("host", 0, 0), export_entry("own", 0, 2), export_entry("table", 1, 0),
                 export_entry("memory", 2, 0), export_entry("global", 3, 0)}),
         two_bodies},
        {host});
    REQUIRE(instance);
    CHECK(find_exported_function(**instance, "host") == host);
    FunctionInstance* const own = find_exported_function(**instance, "own");
    REQUIRE(own);
    CHECK(own == exported<FunctionInstance>(**instance, "own"));
    CHECK(own->index == 2);
    CHECK(type_of(*own) == FunctionType{{types::i32}, {}});
    CHECK(exported<TableInstance>(**instance, "table")->size == 2);
    CHECK(exported<Memory>(**instance, "memory") == memory0(**instance));
    CHECK(value_of(*exported<GlobalInstance>(**instance, "global")).bits == 42);
    CHECK_FALSE(find_export(**instance, "nothing"));
    CHECK(find_exported_function(**instance, "memory") == nullptr);
    CHECK(start_function(**instance) == nullptr);
}

TEST_CASE("constant expressions are evaluated, the extended ones too") {
    Store store;
    GlobalInstance* const base = store.add_global({types::i64, false}, Value::i64(40));
    const auto instance =
        instantiate(store,
                    {types_section, import({0x03, 0x7E, 0x00}), two_functions,
                     section(6, {{0x7F, 0x00, 0x41, 0x7F, 0x0B},                      // -1
                                 {0x7E, 0x00, 0x23, 0x00, 0x42, 0x03, 0x7E, 0x0B},    // 40 * 3
                                 {0x7F, 0x00, 0x41, 0x01, 0x41, 0x02, 0x6B, 0x0B},    // 1 - 2
                                 {0x7D, 0x00, 0x43, 0x00, 0x00, 0x80, 0x3F, 0x0B},    // 1.0
                                 {0x70, 0x00, 0xD0, 0x70, 0x0B},                      // null
                                 {0x70, 0x01, 0xD2, 0x01, 0x0B},                      // function 1
                                 {0x7E, 0x00, 0x23, 0x02, 0x42, 0x01, 0x7C, 0x0B}}),  // 120 + 1
                     section(7, {export_entry("f", 0, 1)}), two_bodies},
                    {base});
    REQUIRE(instance);
    const std::vector<Value> values = global_values(**instance);
    REQUIRE(values.size() == 7);
    CHECK(values[0].bits == 0xFFFFFFFF);
    CHECK(values[1].bits == 120);
    CHECK(values[2].bits == 0xFFFFFFFF);
    CHECK(values[3].bits == 0x3F800000);
    CHECK(values[4].bits == 0);
    CHECK(reinterpret_cast<FunctionInstance*>(values[5].bits) ==
          find_exported_function(**instance, "f"));
    CHECK(values[6].bits == 121);
    CHECK(values[6].type == types::i64);
}

TEST_CASE("globals take values from outside, but for references") {
    Store store;
    const Sections sections = {
        types_section, two_functions,
        section(6, {{0x7F, 0x01, 0x41, 0x01, 0x0B}, {0x70, 0x01, 0xD2, 0x00, 0x0B}}),
        section(7, {export_entry("f", 0, 0)}), two_bodies};
    const Value values[] = {Value::i32(99), {types::funcref, 0xDEAD, 0}};
    const auto instance = instantiate(store, sections, {}, {.globals = values});
    REQUIRE(instance);
    CHECK(global_values(**instance)[0].bits == 99);
    CHECK(reinterpret_cast<FunctionInstance*>(global_values(**instance)[1].bits) ==
          find_exported_function(**instance, "f"));
}

TEST_CASE("globals from outside keep the bits of their type alone") {
    Store store;
    const u64 noise = u64(0xFFFFFFFF) << 32;
    const Sections sections = {section(6, {{0x7F, 0x01, 0x41, 0x01, 0x0B},
                                           {0x7D, 0x01, 0x43, 0x00, 0x00, 0x80, 0x3F, 0x0B},
                                           {0x7E, 0x01, 0x42, 0x01, 0x0B}})};
    const Value values[] = {
        {types::i32, noise | 4, 0}, {types::f32, noise | 5, 0}, {types::i64, noise | 6, 0}};
    const auto instance = instantiate(store, sections, {}, {.globals = values});
    REQUIRE(instance);
    CHECK(global_values(**instance)[0].bits == 4);
    CHECK(global_values(**instance)[1].bits == 5);
    CHECK(global_values(**instance)[2].bits == (noise | 6));
    CHECK(value_of(*store.add_global({types::i32, true}, {types::i32, noise | 7, 0})).bits == 7);
    CHECK(value_of(*store.add_global({types::f32, true}, {types::f32, noise | 8, 0})).bits == 8);
}

TEST_CASE("globals and memories from outside that do not fit are refused") {
    Store store;
    const Sections sections = {section(5, {{0x00, 0x01}}),
                               section(6, {{0x7F, 0x01, 0x41, 0x01, 0x0B}})};
    const Value wrong_type[] = {Value::i64(1)};
    const Value too_many[] = {Value::i32(1), Value::i32(2)};
    CHECK(failure(instantiate(store, sections, {}, {.globals = wrong_type})) ==
          "the globals do not fit the module 0");
    CHECK(failure(instantiate(store, sections, {}, {.globals = too_many})) ==
          "the globals do not fit the module 0");
    MemoryType wide;
    wide.limits = limits(1, none, AddressType::i64);
    const std::shared_ptr<Memory> memory = Memory::create(wide, 1, nullptr, {.guard = false});
    CHECK(failure(instantiate(store, sections, {}, {.memory0 = memory})) ==
          "the memory does not fit the module 0");
}

TEST_CASE("active segments fill tables and memories, declarative and active ones are dropped") {
    Store store;
    const auto instance = instantiate(
        store, {types_section, two_functions, section(4, {{0x70, 0x00, 0x04}}),
                section(5, {{0x00, 0x01}}), section(7, {export_entry("f", 0, 1)}),
                section(9, {{0x00, 0x41, 0x02, 0x0B, 0x02, 0x01, 0x00},
                            {0x01, 0x00, 0x01, 0x01},    // passive: function 1
                            {0x03, 0x00, 0x01, 0x01}}),  // declarative
                two_bodies,
                section(11, {{0x00, 0x41, 0x05, 0x0B, 0x02, 'h', 'i'}, {0x01, 0x02, 'y', 'o'}})});
    REQUIRE(instance);
    FunctionInstance* const function = find_exported_function(**instance, "f");
    CHECK(table_function(**instance, 0, 1) == nullptr);
    CHECK(table_function(**instance, 0, 2) == function);
    CHECK(table_function(**instance, 0, 3) != nullptr);
    CHECK(table_function(**instance, 0, 4) == nullptr);
    CHECK(table_function(**instance, 1, 0) == nullptr);
    CHECK(std::memcmp(memory0(**instance)->readable(4, 4), "\0hi\0", 4) == 0);

    CHECK_FALSE(initialize_table(**instance, 0, 0, 0, 0, 1));
    CHECK_FALSE(initialize_table(**instance, 0, 2, 0, 0, 1));
    CHECK(initialize_table(**instance, 0, 2, 4, 0, 0));
    CHECK_FALSE(initialize_table(**instance, 0, 1, 4, 0, 1));
    CHECK_FALSE(initialize_table(**instance, 0, 1, none, 0, 1));
    CHECK_FALSE(initialize_table(**instance, 0, 1, 0, none, 2));
    CHECK(initialize_table(**instance, 0, 1, 0, 0, 1));
    CHECK(table_function(**instance, 0, 0) == function);
    CHECK_FALSE(initialize_memory(**instance, 0, 0, 0, 0, 1));
    CHECK_FALSE(initialize_memory(**instance, 0, 1, 0, 1, 2));
    CHECK_FALSE(initialize_memory(**instance, 0, 1, 65535, 0, 2));
    CHECK(initialize_memory(**instance, 0, 1, 65535, 1, 1));
    CHECK(memory0(**instance)->base[65535] == 'o');
}

TEST_CASE("segments out of bounds trap, and earlier ones stay") {
    Store store;
    Memory* const memory = add_memory(store, limits(1, none));
    TableInstance* const table = add_table(store, limits(2, none));
    CHECK(failure(instantiate(
              store,
              {import({0x02, 0x00, 0x01}), section(11, {{0x00, 0x41, 0x00, 0x0B, 0x01, 'a'},
                                                        {0x00, 0x41, 0x7F, 0x0B, 0x01, 'b'}})},
              {memory})) == "out of bounds memory access");
    CHECK(memory->base[0] == 'a');
    CHECK(failure(instantiate(store,
                              {types_section, import({0x01, 0x70, 0x00, 0x02}), two_functions,
                               section(9, {{0x00, 0x41, 0x00, 0x0B, 0x01, 0x01},
                                           {0x00, 0x41, 0x02, 0x0B, 0x01, 0x01}}),
                               two_bodies},
                              {table})) == "out of bounds table access");
    CHECK(table->elements[0] != 0);
    CHECK(table->elements[1] == 0);
    // Empty, but behind the end.
    CHECK(failure(instantiate(store,
                              {import({0x02, 0x00, 0x01}),
                               section(11, {{0x00, 0x41, 0x81, 0x80, 0x04, 0x0B, 0x00}})},
                              {memory})) == "out of bounds memory access");
}

TEST_CASE("a memory from outside takes the place of memory 0, with or without its data") {
    Store store;
    const Sections sections = {section(5, {{0x00, 0x02}}),
                               section(11, {{0x00, 0x41, 0x00, 0x0B, 0x01, 'a'}})};
    MemoryType type;
    type.limits = limits(0, none);
    const std::shared_ptr<Memory> memory =
        Memory::create(type, 1, nullptr, {.guard = false, .track = false});
    const auto kept = instantiate(store, sections, {}, {.memory0 = memory, .active_data = false});
    REQUIRE(kept);
    CHECK(memory0(**kept) == memory.get());
    CHECK(memory->size() == 2);
    CHECK(memory->base[0] == 0);
    CHECK_FALSE(initialize_memory(**kept, 0, 0, 0, 0, 1));
    REQUIRE(instantiate(store, sections, {}, {.memory0 = memory}));
    CHECK(memory->base[0] == 'a');
}

TEST_CASE("what no machine has room for is a trap, not a crash") {
    Store store;
    CHECK(failure(instantiate(store,
                              {section(5, {{0x04, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40}})})) ==
          "a memory or table could not be allocated");
    CHECK(failure(instantiate(store, {section(4, {{0x70, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}})})) ==
          "a memory or table could not be allocated");
    CHECK(store.add_table({types::funcref, limits(table_elements_max + 1, none)}) == nullptr);
}

TEST_CASE("the tables of a store have one bound together") {
    Store store;
    store.state->table_elements_left = 10;
    const ByteVector four{0x70, 0x00, 0x04};
    CHECK(failure(instantiate(store, {section(4, {four, four, four})})) ==
          "a memory or table could not be allocated");
    CHECK(failure(instantiate(store, {section(4, {four})})).empty());
    TableInstance* const table = store.add_table({types::funcref, limits(2, none)});
    REQUIRE(table);
    CHECK(store.add_table({types::funcref, limits(5, none)}) == nullptr);
    CHECK(table->grow(5, 0) == none);
    CHECK(table->grow(4, 0) == 2);
    CHECK(table->grow(1, 0) == none);
}

TEST_CASE("the memories of a store have one bound together, and rolling back gives back") {
    Store store;
    store.state->memory_bytes_left = 10 * wasm_page_bytes;
    const ByteVector four{0x00, 0x04};
    CHECK(failure(instantiate(store, {section(5, {four, four, four})})) ==
          "a memory or table could not be allocated");
    const auto instance = instantiate(store, {section(5, {four, four})});
    REQUIRE(instance);
    Memory& memory = *(*instance)->memories[1];
    CHECK(memory.grow(3) == none);
    CHECK(memory.grow(2) == 4);
    CHECK(memory.grow(1) == none);
    memory.rollback();
    CHECK(memory.grow(2) == 4);
}

TEST_CASE("a tracked memory takes code that marks pages alone") {
    Store store;
    const Sections sections = {section(5, {{0x00, 0x01}})};
    InstantiationOptions options;
    options.memory.track = true;
    CHECK(failure(instantiate(store, sections, {}, options)) ==
          "a memory or table could not be allocated");
    MemoryType type;
    type.limits = limits(1, none);
    const std::shared_ptr<Memory> memory =
        Memory::create(type, 1, nullptr, {.guard = false, .track = true});
    CHECK(failure(instantiate(store, sections, {}, {.memory0 = memory})) ==
          "a memory or table could not be allocated");
    const auto tracking =
        load_module(vm::assemble::module(sections), {.guard = false, .track = true});
    REQUIRE(tracking);
    CHECK(store.instantiate(*tracking, {}, {.memory0 = memory}));
}

TEST_CASE("the start function runs unless it is put off") {
    Store store;
    int calls = 0;
    FunctionInstance* const count = store.add_host_function({{}, counting, &calls, "count"});
    const Sections sections = {types_section, import({0x00, 0x00}), section(8, ByteVector{0x00})};
    CHECK(failure(instantiate(store, sections, {count})).empty());
    CHECK(calls == 1);
    const auto put_off = instantiate(store, sections, {count}, {.run_start = false});
    REQUIRE(put_off);
    CHECK(calls == 1);
    CHECK(start_function(**put_off) == count);
    FunctionInstance* const trap = store.add_host_function({{}, trapping, nullptr, "trap"});
    const auto trapped = instantiate(store, sections, {trap});
    CHECK(failure(trapped) == "host function trapped");
    CHECK(std::get<Trap>(trapped.error()).host_code == 7);
}

TEST_CASE("a store may move, and its instances stay where they are") {
    Store first;
    const auto instance = instantiate(
        first, {section(5, {{0x00, 0x01}}), section(11, {{0x00, 0x41, 0x00, 0x0B, 0x01, 'a'}})});
    REQUIRE(instance);
    Store second = std::move(first);
    CHECK(memory0(**instance)->base[0] == 'a');
    CHECK(failure(instantiate(second, {section(5, {{0x00, 0x01}})})).empty());
}
