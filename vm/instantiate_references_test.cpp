/// What instances have of typed references, structures, arrays and tags.

#include <catch2/catch.hpp>
#include <cstring>

#include "vm/binary/assemble.hpp"
#include "vm/exec/instantiate.hpp"
#include "vm/vm.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

using Sections = std::initializer_list<ByteVector>;

Result<Instance*, InstantiationError> instantiate(Store& store, Sections sections,
                                                  std::vector<Extern> imports = {}) {
    auto loaded = load_module(vm::assemble::module(sections), {.guard = false});
    if (!loaded) FAIL(to_string(loaded.error()));
    return store.instantiate(*loaded, imports, {.memory = {.guard = false}});
}

std::string failure(const Result<Instance*, InstantiationError>& result) {
    if (result) return "";
    if (const auto* unlinkable = std::get_if<Unlinkable>(&result.error()))
        return unlinkable->reason;
    return std::string(to_string(std::get<Trap>(result.error()).reason));
}

u64 bits_of(Instance& instance, u32 global) { return instance.globals[global]->cell[0]; }
const Object& object_of(u64 reference) { return *reinterpret_cast<const Object*>(reference); }

template <class T>
T at(const Object& object, size_t offset) {
    T value;
    std::memcpy(&value, object.content() + offset, sizeof value);
    return value;
}

ByteVector import(const ByteVector& description) {
    return section(2, {join({name("m"), name("n"), description})});
}

/// 0: (struct (field i32) (field anyref)); 1: (array (mut i8)); 2: (func)
const ByteVector types_section =
    section(1, {{0x5F, 0x02, 0x7F, 0x00, 0x6E, 0x00}, {0x5E, 0x78, 0x01}, {0x60, 0x00, 0x00}});
/// struct.new with 5 and an i31 of 7
const ByteVector new_structure{0x41, 0x05, 0x41, 0x07, 0xFB, 0x1C, 0xFB, 0x00, 0x00, 0x0B};

ByteVector global(const ByteVector& type, const ByteVector& expression) {
    return join({type, {0x00}, expression});
}

}  // namespace

TEST_CASE("globals hold what constant expressions make, though each allocation collects") {
    Store store({.stress = true});
    const auto made = instantiate(
        store,
        {types_section,
         section(6, {global({0x64, 0x00}, new_structure),
                     global({0x64, 0x01}, {0x41, 0x09, 0x41, 0x03, 0xFB, 0x06, 0x01, 0x0B}),
                     // A structure within one, of which the inner is held by operands alone.
                     global({0x64, 0x00}, join({{0x41, 0x01, 0x41, 0x02},
                                                {0x41, 0x07, 0xFB, 0x1C, 0xFB, 0x00, 0x00},
                                                {0xFB, 0x00, 0x00, 0x0B}})),
                     global({0x64, 0x01}, {0x41, 0x01, 0x41, 0x02, 0xFB, 0x08, 0x01, 0x02, 0x0B}),
                     global({0x6F}, {0x23, 0x00, 0xFB, 0x1B, 0x0B}),
                     global({0x6E}, {0x23, 0x04, 0xFB, 0x1A, 0x0B}),
                     global({0x64, 0x00}, {0xFB, 0x01, 0x00, 0x0B}),
                     global({0x64, 0x01}, {0x41, 0xE4, 0x00, 0xFB, 0x07, 0x01, 0x0B})})});
    INFO(failure(made));
    REQUIRE(made);
    Instance& instance = **made;
    store.heap().collect();
    const Object& structure = object_of(bits_of(instance, 0));
    CHECK(at<u32>(structure, 0) == 5);
    CHECK(at<u64>(structure, 8) == references::i31(7));
    const Object& array = object_of(bits_of(instance, 1));
    CHECK(array.length == 3);
    CHECK(at<u8>(array, 2) == 9);
    const Object& outer = object_of(bits_of(instance, 2));
    CHECK(at<u32>(outer, 0) == 1);
    CHECK(at<u32>(object_of(at<u64>(outer, 8)), 0) == 2);
    CHECK(at<u16>(object_of(bits_of(instance, 3)), 0) == 0x0201);
    CHECK(bits_of(instance, 4) == bits_of(instance, 0));
    CHECK(bits_of(instance, 5) == bits_of(instance, 0));
    CHECK(at<u64>(object_of(bits_of(instance, 6)), 8) == 0);
    CHECK(object_of(bits_of(instance, 7)).length == 100);
    CHECK(is_instance(bits_of(instance, 0), instance.globals[0]->type.value));
    CHECK_FALSE(is_instance(bits_of(instance, 1), instance.globals[0]->type.value));
}

TEST_CASE("vectors are whole in globals, and extended constants wrap") {
    Store store;
    ByteVector vector{0xFD, 0x0C};
    for (u8 i = 0; i < 16; i++) vector.push_back(i);
    vector.push_back(0x0B);
    const auto made = instantiate(
        store, {section(6, {global({0x7B}, vector), global({0x7B}, {0x23, 0x00, 0x0B}),
                            global({0x7F}, {0x41, 0x7F, 0x41, 0x02, 0x6C, 0x41, 0x03, 0x6B, 0x0B}),
                            global({0x7E}, {0x42, 0x05, 0x42, 0x06, 0x7D, 0x0B})})});
    REQUIRE(made);
    const std::vector<Value> values = global_values(**made);
    CHECK(values[1].bits == 0x0706050403020100);
    CHECK(values[1].high == 0x0F0E0D0C0B0A0908);
    CHECK(values[2].bits == u32(-5));
    CHECK(values[3].bits == u64(-1));
}

TEST_CASE("an element segment is evaluated once, and holds its elements until it is dropped") {
    Store store({.stress = true});
    const auto made =
        instantiate(store, {types_section, section(4, {{0x63, 0x00, 0x00, 0x02}}),
                            section(9, {join({{0x05, 0x64, 0x00, 0x01}, new_structure})})});
    INFO(failure(made));
    REQUIRE(made);
    Instance& instance = **made;
    store.heap().collect();
    REQUIRE(store.heap().bytes_alive() == 32);
    CHECK(initialize_table(instance, 0, 0, 0, 0, 1));
    CHECK(initialize_table(instance, 0, 0, 1, 0, 1));
    CHECK(instance.tables[0]->elements[0] == instance.tables[0]->elements[1]);
    CHECK_FALSE(initialize_table(instance, 0, 0, 0, 1, 1));
    drop_elements(instance, 0);
    CHECK(initialize_table(instance, 0, 0, 2, 0, 0));
    CHECK_FALSE(initialize_table(instance, 0, 0, 0, 0, 1));
    instance.tables[0]->elements[0] = instance.tables[0]->elements[1] = 0;
    store.heap().collect();
    CHECK(store.heap().bytes_alive() == 0);
}

TEST_CASE("a table begins with its initializer, and active segments follow in order") {
    Store store({.stress = true});
    const auto made = instantiate(
        store,
        {types_section, section(4, {join({{0x40, 0x00, 0x64, 0x00, 0x00, 0x03}, new_structure})}),
         section(9, {join({{0x06, 0x00, 0x41, 0x01, 0x0B, 0x64, 0x00, 0x01}, new_structure}),
                     join({{0x07, 0x64, 0x00, 0x01}, new_structure})})});
    INFO(failure(made));
    REQUIRE(made);
    const TableInstance& table = *(*made)->tables[0];
    CHECK(table.elements[0] == table.elements[2]);
    CHECK(table.elements[0] != table.elements[1]);
    CHECK(at<u32>(object_of(table.elements[1]), 0) == 5);
    store.heap().collect();
    CHECK(store.heap().bytes_alive() == 2 * 32);
}

TEST_CASE("a heap that is exhausted at instantiation is a trap") {
    Store store({.bytes_max = 1000});
    const ByteVector large{0x41, 0xE8, 0x07, 0xFB, 0x07, 0x01, 0x0B};
    CHECK(failure(instantiate(store, {types_section, section(6, {global({0x6E}, large)})})) ==
          "the heap of structures and arrays is exhausted");
}

TEST_CASE("a tag is imported by its type, and is one with what was exported") {
    Store store;
    const auto made = instantiate(
        store, {section(1, {{0x60, 0x01, 0x7F, 0x00}}), section(13, {{0x00, 0x00}, {0x00, 0x00}}),
                section(7, {join({name("a"), {0x04, 0x00}}), join({name("b"), {0x04, 0x01}})})});
    INFO(failure(made));
    REQUIRE(made);
    const auto a = find_export(**made, "a"), b = find_export(**made, "b");
    REQUIRE((a && b));
    CHECK(std::get<TagInstance*>(*a) != std::get<TagInstance*>(*b));
    const ByteVector types = section(1, {{0x60, 0x01, 0x7F, 0x00}, {0x60, 0x00, 0x00}});
    const auto importing = instantiate(store, {types, import({0x04, 0x00, 0x00})}, {*a});
    REQUIRE(importing);
    CHECK((*importing)->tags[0] == std::get<TagInstance*>(*a));
    CHECK(failure(instantiate(store, {types, import({0x04, 0x00, 0x01})}, {*a})) ==
          "incompatible import type: \"m\" \"n\", is (tag (param i32)), not (tag)");
    CHECK(instantiate(store, {types, import({0x04, 0x00, 0x01})}, {store.add_tag({})}));
}

TEST_CASE("a function is imported as one of a supertype, not the other way") {
    Store store;
    // 0: (sub (func)); 1: (sub final 0 (func))
    const ByteVector types =
        section(1, {{0x50, 0x00, 0x60, 0x00, 0x00}, {0x4F, 0x01, 0x00, 0x60, 0x00, 0x00}});
    const auto made = instantiate(
        store,
        {types, section(3, {{0x00}, {0x01}}),
         section(7, {join({name("super"), {0x00, 0x00}}), join({name("sub"), {0x00, 0x01}})}),
         section(10, {body({}), body({})})});
    INFO(failure(made));
    REQUIRE(made);
    const Extern super = *find_export(**made, "super"), sub = *find_export(**made, "sub");
    CHECK(instantiate(store, {types, import({0x00, 0x00})}, {super}));
    CHECK(instantiate(store, {types, import({0x00, 0x00})}, {sub}));
    CHECK(instantiate(store, {types, import({0x00, 0x01})}, {sub}));
    CHECK(failure(instantiate(store, {types, import({0x00, 0x01})}, {super}))
              .starts_with("incompatible import type"));
}

TEST_CASE("a global is imported as one of a supertype when nobody writes it") {
    Store store;
    GlobalInstance* const constant = store.add_global(
        {ValueType::reference(heap_types::i31, false), false}, {types::anyref, references::i31(1)});
    GlobalInstance* const variable = store.add_global({types::funcref, true}, {types::funcref, 0});
    CHECK(instantiate(store, {import({0x03, 0x6E, 0x00})}, {constant}));
    CHECK(
        failure(instantiate(store, {import({0x03, 0x64, 0x6B, 0x00})}, {constant})) ==
        "incompatible import type: \"m\" \"n\", is (global (ref i31)), not (global (ref struct))");
    CHECK(instantiate(store, {import({0x03, 0x70, 0x01})}, {variable}));
    CHECK(failure(instantiate(store, {import({0x03, 0x73, 0x01})}, {variable})) ==
          "incompatible import type: \"m\" \"n\", is (global (mut funcref)), "
          "not (global (mut nullfuncref))");
}

TEST_CASE("what is missing or does not fit is told in words of the text format") {
    Store store;
    const ByteVector function_type = section(1, {{0x60, 0x02, 0x7F, 0x64, 0x6A, 0x01, 0x7E}});
    CHECK(failure(instantiate(store, {function_type, import({0x00, 0x00})})) ==
          "unknown import: \"m\" \"n\", (func (param i32 (ref array)) (result i64))");
    TableInstance* const table = store.add_table({types::funcref, {2, 5, true}});
    CHECK(failure(instantiate(store, {import({0x01, 0x6F, 0x05, 0x01, 0x04})}, {table})) ==
          "incompatible import type: \"m\" \"n\", is (table 2 5 funcref), "
          "not (table i64 1 4 externref)");
    CHECK(failure(instantiate(store, {import({0x02, 0x08, 0x01, 0x00})}, {table})) ==
          "incompatible import type: \"m\" \"n\", is (table 2 5 funcref), "
          "not (memory 1 (pagesize 1))");
    CHECK(failure(instantiate(store, {types_section, import({0x03, 0x63, 0x00, 0x00})}, {table})) ==
          "incompatible import type: \"m\" \"n\", is (table 2 5 funcref), "
          "not (global (ref null 0))");
}

TEST_CASE("a memory whose pages are bytes is imported as such alone") {
    Store store;
    const auto memory = [&](u8 page_bytes_log2) {
        const MemoryType type{.limits = {1, 1, true}, .page_bytes_log2 = page_bytes_log2};
        return store.add_memory(Memory::create(type, 1, nullptr, {.guard = false}));
    };
    const ByteVector of_bytes = import({0x02, 0x08, 0x01, 0x00});
    CHECK(instantiate(store, {of_bytes}, {memory(0)}));
    CHECK_FALSE(instantiate(store, {of_bytes}, {memory(16)}));
    CHECK_FALSE(instantiate(store, {import({0x02, 0x00, 0x01})}, {memory(0)}));
    // A segment at the last byte, and one behind it.
    const auto with_data = [&](u8 offset) {
        return instantiate(store, {section(5, {{0x08, 0x03, 0x00}}),
                                   section(11, {{0x00, 0x41, offset, 0x0B, 0x01, 'a'}})});
    };
    CHECK(with_data(2));
    CHECK(failure(with_data(3)) == "out of bounds memory access");
}
