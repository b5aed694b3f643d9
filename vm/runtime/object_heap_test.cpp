#include "vm/runtime/object_heap.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <set>

#include "vm/runtime/instance.hpp"
#include "vm/runtime/object_cells.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

struct Roots : RootSource {
    std::vector<u64> held;
    void visit_roots(RootVisitor& visitor) const override {
        for (const u64 reference : held) visitor.visit(reference);
    }
};

/// Types: 0 a node with two references and a number, 1 an array of references, 2 an array of bytes.
struct Fixture {
    ClosedTypes types;
    Roots roots;
    ObjectHeap heap;

    explicit Fixture(const ObjectHeapOptions& options = {}) : heap(options) {
        DefinedType node{.kind = CompositeKind::structure};
        node.fields = {{types::anyref, true}, {types::i32, true}, {types::anyref, true}};
        DefinedType list{.kind = CompositeKind::array, .fields = {{types::anyref, true}}};
        DefinedType string{.kind = CompositeKind::array, .fields = {{types::i8, true}}};
        for (const DefinedType& type : {node, list, string}) REQUIRE(types.add_group({&type, 1}));
        heap.add_roots(roots);
    }
    ~Fixture() { heap.remove_roots(roots); }

    Object* node(u64 first = 0, u64 second = 0) {
        Object* const made = heap.new_structure(types[0]);
        if (!made) return nullptr;
        std::memcpy(made->content() + types[0].offsets[0], &first, 8);
        std::memcpy(made->content() + types[0].offsets[2], &second, 8);
        return made;
    }
    u64 reference_of(const Object& object, u32 field) const {
        u64 reference;
        std::memcpy(&reference, object.content() + types[0].offsets[field], 8);
        return reference;
    }
    void set(Object& object, u32 field, u64 reference) const {
        std::memcpy(object.content() + types[0].offsets[field], &reference, 8);
    }
};

u64 of(const Object* object) { return reinterpret_cast<u64>(object); }
Object* object_of(u64 reference) { return reinterpret_cast<Object*>(reference); }

constexpr u64 node_bytes = 48;  // header, two references, a number; rounded

}  // namespace

TEST_CASE("objects are made of zeros, and know what they are") {
    Fixture f;
    Object* const node = f.heap.new_structure(f.types[0]);
    CHECK(node->kind == Object::Kind::structure);
    CHECK(node->type == &f.types[0]);
    CHECK(f.reference_of(*node, 0) == 0);
    Object* const bytes = f.heap.new_array(f.types[2], 100'000);
    CHECK(bytes->length == 100'000);
    CHECK(std::all_of(bytes->content(), bytes->content() + 100'000, [](u8 b) { return b == 0; }));
    CHECK(f.heap.bytes_alive() == node_bytes + rounded_object_bytes(100'016));
}

TEST_CASE("what is not reached goes, cycles too, and what is reached stays") {
    Fixture f;
    Object* const kept = f.node();
    f.roots.held = {of(kept)};
    Object* const a = f.node();
    Object* const b = f.node(of(a));
    f.set(*a, 2, of(b));
    Object* const inner = f.node();
    f.set(*kept, 2, of(inner));
    f.set(*inner, 0, of(kept));
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == 2 * node_bytes);
    CHECK(f.reference_of(*kept, 2) == of(inner));
    f.roots.held.clear();
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == 0);
}

TEST_CASE("numbers, i31 and values of the host are no objects") {
    Fixture f;
    f.roots.held = {0, references::i31(5), references::host(12), of(f.node(references::i31(3)))};
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == node_bytes);
}

TEST_CASE("what is not in the heap is not followed, as functions are not") {
    Fixture f;
    FunctionInstance function;
    f.roots.held = {reinterpret_cast<u64>(&function), of(f.node(reinterpret_cast<u64>(&function)))};
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == node_bytes);
}

TEST_CASE("a list of ten million nodes overflows no stack") {
    Fixture f;
    for (u32 i = 0; i < 10'000'000; i++) {
        Object* const head = f.node(f.roots.held.empty() ? 0 : f.roots.held[0]);
        f.roots.held = {of(head)};
    }
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == 10'000'000 * node_bytes);
    f.roots.held.clear();
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == 0);
}

TEST_CASE("more pending objects than the mark stack holds are found all the same") {
    Fixture f;
    // A chain through the field that is followed first, with a leaf beside each node.
    constexpr u64 length = 1'200'000;
    f.roots.held = {0, 0};
    for (u64 i = 0; i < length; i++) {
        f.roots.held[1] = of(f.node());
        f.roots.held[0] = of(f.node(f.roots.held[1], f.roots.held[0]));
    }
    f.roots.held.pop_back();
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == 2 * length * node_bytes);
    u64 seen = 0;
    for (u64 at = f.roots.held[0]; at != 0; at = f.reference_of(*object_of(at), 2)) seen++;
    CHECK(seen == length);
}

TEST_CASE("an array of references holds its elements") {
    Fixture f;
    Object* const list = f.heap.new_array(f.types[1], 10'000);
    f.roots.held = {of(list)};
    for (u64 i = 0; i < 10'000; i++) {
        const u64 element = of(f.node());
        std::memcpy(list->content() + 8 * i, &element, 8);
    }
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == rounded_object_bytes(80'016) + 10'000 * node_bytes);
}

TEST_CASE("an exception holds those of its arguments that are references") {
    Fixture f;
    const RuntimeType& type =
        runtime_type(FunctionType{{types::i64, types::v128, types::anyref}, {}});
    const TagInstance tag{&type};
    Object* const exception = f.heap.new_exception(tag, 4);
    f.roots.held = {of(exception)};
    const u64 slots[4] = {of(f.node()), of(f.node()), of(f.node()), of(f.node())};
    std::memcpy(exception->content(), slots, sizeof slots);
    f.heap.collect();
    CHECK(f.heap.bytes_alive() == node_bytes + 48);
}

TEST_CASE("the limit is exact: what is alive and the new object, no more") {
    Fixture f({.bytes_max = 10 * node_bytes});
    for (int i = 0; i < 1000; i++) REQUIRE(f.node());
    f.heap.collect();
    for (int i = 0; i < 10; i++) {
        f.roots.held.push_back(of(f.node()));
        REQUIRE(f.roots.held.back() != 0);
    }
    CHECK(f.node() == nullptr);
    CHECK(f.heap.new_array(f.types[2], 0xFFFF'FFFF) == nullptr);
    f.roots.held.pop_back();
    CHECK(f.node() != nullptr);
    CHECK(f.heap.new_array(f.types[2], 33) == nullptr);
    CHECK(f.heap.new_array(f.types[2], 32) != nullptr);
}

TEST_CASE("memory is used again, and the trigger grows with what is alive") {
    Fixture f({.bytes_max = u64(256) << 20});
    bool made = true;
    for (int i = 0; i < 100; i++) made &= f.heap.new_array(f.types[2], 10'000'000) != nullptr;
    for (int i = 0; i < 200'000; i++) made &= f.heap.new_array(f.types[2], 2000) != nullptr;
    CHECK(f.heap.collections() < 1000);
    const u64 before = f.heap.collections();
    f.roots.held = {of(f.heap.new_array(f.types[2], 100'000'000))};
    f.heap.collect();
    for (int i = 0; i < 1'000'000; i++) made &= f.node() != nullptr;
    CHECK(made);
    CHECK(f.heap.collections() <= before + 3);
}

TEST_CASE("a cell that is used again holds zeros") {
    Fixture f({.stress = true});
    for (const u32 length : {5u, 100u, 1000u, 5000u, 100'000u}) {
        for (int i = 0; i < 3; i++) {
            Object* const bytes = f.heap.new_array(f.types[2], length);
            REQUIRE(bytes);
            CHECK(std::all_of(bytes->content(), bytes->content() + length,
                              [](u8 b) { return b == 0; }));
            std::memset(bytes->content(), 0xAA, length);
        }
    }
}

TEST_CASE("under stress each allocation collects") {
    Fixture f({.stress = true});
    f.roots.held = {of(f.node())};
    CHECK(f.node());
    CHECK(f.node());
    CHECK(f.heap.collections() == 3);
    CHECK(f.heap.bytes_alive() == 2 * node_bytes);
}

TEST_CASE("objects of many sizes keep their contents while others come and go") {
    Fixture f({.bytes_max = u64(64) << 20});
    f.roots.held.assign(500, 0);
    u32 random = 1;
    for (int i = 0; i < 50'000; i++) {
        random = random * 1664525 + 1013904223;
        const u32 place = (random >> 8) % 500;
        if (const u64 old = f.roots.held[place]) {
            const Object& object = *object_of(old);
            if (object.length > 0 && (object.content()[0] != u8(place) ||
                                      object.content()[object.length - 1] != u8(place)))
                FAIL("an object has changed");
        }
        const u32 length = (random >> 20) % (random % 7 == 0 ? 60'000 : 300);
        Object* const bytes = f.heap.new_array(f.types[2], length);
        if (!bytes) FAIL("no room");
        std::memset(bytes->content(), int(place), length);
        f.roots.held[place] = of(bytes);
    }
    CHECK(f.heap.collections() > 3);
}

TEST_CASE("what is left of each size takes no room from the next one") {
    constexpr u64 bytes_max = u64(4) << 20;
    Fixture f({.bytes_max = bytes_max});
    for (u64 bytes = 16; bytes < bytes_max / 4; bytes += bytes / 3 / 16 * 16 + 16) {
        std::vector<u64> left = f.roots.held;
        const u64 rounded = rounded_object_bytes(bytes);
        const u64 every = std::max<u64>(2, 32768 / rounded);
        f.heap.collect();
        const u64 count = (bytes_max - f.heap.bytes_alive()) / rounded;
        for (u64 i = 0; i < count; i++) {
            Object* const made = f.heap.new_array(f.types[2], u32(bytes - 16));
            if (!made) FAIL("no room for " << bytes << " bytes");
            f.roots.held.push_back(of(made));
            if (i % every == 0) left.push_back(of(made));
        }
        f.roots.held = left;
        for (f.heap.collect(); f.heap.bytes_alive() > bytes_max * 3 / 4; f.heap.collect())
            f.roots.held.resize(f.roots.held.size() / 2);
    }
}

TEST_CASE("of random graphs exactly what is reached is alive") {
    Fixture f;
    std::minstd_rand random(5);
    std::set<u64> reached;
    for (int round = 0; round < 100; round++) {
        std::vector<u64> nodes(reached.begin(), reached.end());
        for (int i = 0; i < 300; i++) nodes.push_back(of(f.node()));
        for (size_t i = 0; i < nodes.size() / 2; i++)
            f.set(*object_of(nodes[random() % nodes.size()]), random() % 2 * 2,
                  random() % 3 == 0 ? 0 : nodes[random() % nodes.size()]);
        f.roots.held = {nodes[random() % nodes.size()], nodes[random() % nodes.size()],
                        nodes[random() % nodes.size()]};
        f.heap.collect();
        reached.clear();
        std::vector<u64> pending = f.roots.held;
        while (!pending.empty()) {
            const u64 node = pending.back();
            pending.pop_back();
            if (node == 0 || !reached.insert(node).second) continue;
            for (const u32 field : {0, 2})
                pending.push_back(f.reference_of(*object_of(node), field));
        }
        if (f.heap.bytes_alive() != reached.size() * node_bytes) FAIL("in round " << round);
    }
}

TEST_CASE("references are of their kind, and instances of their types") {
    Fixture f;
    using namespace heap_types;
    const u64 i31_reference = references::i31(7), host = references::host(3);
    const u64 node = of(f.node()), list = of(f.heap.new_array(f.types[1], 1));
    CHECK(kind_of(0) == ReferenceKind::null);
    CHECK(kind_of(i31_reference) == ReferenceKind::i31);
    CHECK(kind_of(host) == ReferenceKind::host);
    CHECK(kind_of(node) == ReferenceKind::structure);
    CHECK(kind_of(list) == ReferenceKind::array);
    const auto is = [](u64 reference, HeapType heap) {
        return is_instance(reference, ValueType::reference(heap, false));
    };
    const auto type = [&](u32 index) { return f.types.close(HeapType::of_index(index)); };
    CHECK(is(i31_reference, any));
    CHECK(is(i31_reference, eq));
    CHECK(is(i31_reference, i31));
    CHECK_FALSE(is(i31_reference, structure));
    CHECK_FALSE(is(i31_reference, type(0)));
    CHECK(is(host, any));
    CHECK(is(host, external));
    CHECK_FALSE(is(host, eq));
    CHECK(is(node, structure));
    CHECK(is(node, type(0)));
    CHECK_FALSE(is(node, type(1)));
    CHECK_FALSE(is(node, array));
    CHECK_FALSE(is(node, none));
    CHECK(is(list, array));
    CHECK(is(list, type(1)));
    CHECK_FALSE(is(0, any));
    CHECK(is_instance(0, types::anyref));
    CHECK(is_instance(0, ValueType::reference(none, true)));
}
