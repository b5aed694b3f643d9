#include "vm/runtime/type_registry.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

using namespace icvm;
using namespace icvm::vm;

namespace {

ValueType reference(u32 index, bool nullable = true) {
    return ValueType::reference(HeapType::of_index(index), nullable);
}

DefinedType structure(std::vector<FieldType> fields, std::optional<u32> supertype = {}) {
    return {.kind = CompositeKind::structure,
            .is_final = false,
            .supertype = supertype,
            .fields = std::move(fields)};
}

DefinedType array(ValueType element) {
    return {.kind = CompositeKind::array, .fields = {{element, true}}};
}

DefinedType function(std::vector<ValueType> parameters, std::vector<ValueType> results) {
    return {.function = {std::move(parameters), std::move(results)}};
}

/// Each of the groups after the other.
ClosedTypes closed(const std::vector<std::vector<DefinedType>>& groups) {
    ClosedTypes types;
    for (const auto& group : groups) REQUIRE(types.add_group(group));
    return types;
}

u32 number(const ClosedTypes& types, u32 index) { return u32(types[index].number); }

}  // namespace

TEST_CASE("equal types of different modules are one, at whatever index") {
    const ClosedTypes a = closed({{function({types::i32}, {})}, {structure({{types::i64, true}})}});
    const ClosedTypes b = closed({{structure({{types::i64, true}})}, {function({types::i32}, {})}});
    CHECK(&a[0] == &b[1]);
    CHECK(&a[1] == &b[0]);
    CHECK(a[0].number != a[1].number);
}

TEST_CASE("types differ by everything that they say") {
    DefinedType final_one = structure({{types::i32, false}});
    final_one.is_final = true;
    const std::vector<DefinedType> all = {
        structure({}),
        structure({{types::i32, false}}),
        structure({{types::i32, true}}),
        structure({{types::i8, false}}),
        structure({{types::i32, false}, {types::i32, false}}),
        structure({{types::i32, false}}, 1),
        final_one,
        array(types::i32),
        array(types::i16),
        function({}, {}),
        function({types::i32}, {}),
        function({}, {types::i32}),
        function({types::anyref}, {}),
        function({ValueType::reference(heap_types::any, false)}, {}),
        function({reference(0)}, {}),
        function({reference(1)}, {}),
        function({reference(0, false)}, {}),
    };
    std::vector<std::vector<DefinedType>> groups;
    for (const DefinedType& type : all) groups.push_back({type});
    const ClosedTypes types = closed(groups);
    std::set<TypeNumber> numbers;
    for (const RuntimeType* type : types.all()) numbers.insert(type->number);
    CHECK(numbers.size() == all.size());
}

TEST_CASE("groups are equal as a whole, references into them by position") {
    const auto list = [](u32 self) {
        return structure({{types::i32, false}, {reference(self), true}});
    };
    // A list, the same list behind another type, and two that are declared together.
    const ClosedTypes one = closed({{list(0)}});
    const ClosedTypes later = closed({{function({}, {})}, {list(1)}});
    const ClosedTypes both = closed({{list(0), list(1)}});
    const ClosedTypes crossed = closed({{list(1), list(0)}});
    CHECK(&one[0] == &later[1]);
    CHECK(&one[0] != &both[0]);
    CHECK(&both[0] != &both[1]);
    CHECK(&both[0] != &crossed[0]);
    // Iso-recursive, not equi-recursive: unfolding makes another type.
    const ClosedTypes unfolded = closed({{list(0)}, {list(0)}});
    CHECK(&unfolded[1] != &one[0]);
    const ClosedTypes again = closed({{list(1), list(0)}});
    CHECK(&again[0] == &crossed[0]);
    CHECK(&again[1] == &crossed[1]);
}

TEST_CASE("a closed type refers to others by number") {
    const ClosedTypes types = closed({{array(types::i8)},
                                      {structure({{reference(0), true}, {reference(2), true}}),
                                       function({reference(1)}, {reference(0, false)})}});
    CHECK(types[1].fields[0].type == reference(number(types, 0)));
    CHECK(types[1].fields[1].type == reference(number(types, 2)));
    CHECK(types[2].function.results[0] == reference(number(types, 0), false));
    CHECK(types.close(reference(1)) == reference(number(types, 1)));
    CHECK(types.close(types::anyref) == types::anyref);
    CHECK(types.close(types::i32) == types::i32);
    CHECK(&runtime_type(types[1].number) == &types[1]);
}

TEST_CASE("a subtype has its supertypes in its lineage") {
    const ClosedTypes types = closed({{structure({})},
                                      {structure({}, 0), structure({}, 1)},
                                      {structure({}, 0), structure({{types::i32, false}})}});
    CHECK(types[2].lineage == std::vector<const RuntimeType*>{&types[0], &types[1], &types[2]});
    CHECK(is_subtype(types[2], types[2]));
    CHECK(is_subtype(types[2], types[1]));
    CHECK(is_subtype(types[2], types[0]));
    CHECK_FALSE(is_subtype(types[0], types[2]));
    CHECK_FALSE(is_subtype(types[3], types[1]));
    CHECK_FALSE(is_subtype(types[4], types[0]));
}

TEST_CASE("heap types match along their hierarchies") {
    const ClosedTypes defined =
        closed({{structure({})}, {structure({}, 0)}, {array(types::i32)}, {function({}, {})}});
    using namespace heap_types;
    const HeapType base = HeapType::of_index(0), derived = HeapType::of_index(1),
                   vector = HeapType::of_index(2), code = HeapType::of_index(3);
    const std::vector<HeapType> all = {any,
                                       eq,
                                       i31,
                                       heap_types::structure,
                                       heap_types::array,
                                       none,
                                       heap_types::function,
                                       no_function,
                                       external,
                                       no_external,
                                       exception,
                                       no_exception,
                                       base,
                                       derived,
                                       vector,
                                       code};
    const auto supertypes = [&](HeapType type) {
        std::string text;
        for (const HeapType super : all) {
            const bool matching = defined.matches(type, super);
            CHECK(matching == matches(defined.close(type), defined.close(super)));
            if (matching) text += to_string(super) + " ";
        }
        return text;
    };
    CHECK(supertypes(any) == "any ");
    CHECK(supertypes(eq) == "any eq ");
    CHECK(supertypes(i31) == "any eq i31 ");
    CHECK(supertypes(heap_types::structure) == "any eq struct ");
    CHECK(supertypes(heap_types::array) == "any eq array ");
    CHECK(supertypes(none) == "any eq i31 struct array none 0 1 2 ");
    CHECK(supertypes(heap_types::function) == "func ");
    CHECK(supertypes(no_function) == "func nofunc 3 ");
    CHECK(supertypes(external) == "extern ");
    CHECK(supertypes(no_external) == "extern noextern ");
    CHECK(supertypes(exception) == "exn ");
    CHECK(supertypes(no_exception) == "exn noexn ");
    CHECK(supertypes(base) == "any eq struct 0 ");
    CHECK(supertypes(derived) == "any eq struct 0 1 ");
    CHECK(supertypes(vector) == "any eq array 2 ");
    CHECK(supertypes(code) == "func 3 ");
    for (const HeapType type : all) CHECK(defined.matches(bottom, type));
    CHECK(defined.top(derived) == any);
    CHECK(defined.top(none) == any);
    CHECK(defined.top(code) == heap_types::function);
    CHECK(defined.top(no_exception) == exception);
    CHECK(defined.top(no_external) == external);
}

TEST_CASE("a reference that may be null matches only one that may") {
    const ClosedTypes types = closed({{structure({})}, {structure({}, 0)}});
    CHECK(types.matches(reference(1, false), reference(0, false)));
    CHECK(types.matches(reference(1, false), reference(0, true)));
    CHECK(types.matches(reference(1, true), reference(0, true)));
    CHECK_FALSE(types.matches(reference(1, true), reference(0, false)));
    CHECK(types.matches(types::unknown, types::i32));
    CHECK(types.matches(types::unknown, reference(0)));
    CHECK_FALSE(types.matches(types::i32, types::i64));
    CHECK_FALSE(types.matches(types::i32, types::anyref));
    CHECK_FALSE(types.matches(reference(0), types::v128));
}

TEST_CASE("equal types at two indices of one module match both ways") {
    const ClosedTypes types = closed({{array(types::i32)}, {array(types::i32)}});
    CHECK(types.matches(reference(0), reference(1)));
    CHECK(types.matches(reference(1), reference(0)));
    CHECK(types.close(reference(0)) == types.close(reference(1)));
}

TEST_CASE("numbers are used again when no share of their types is left") {
    std::set<u32> numbers;
    for (u32 i = 0; i < 1000; i++) {
        // Different each time, and the second group has a share of the first.
        const ClosedTypes types =
            closed({{structure(std::vector<FieldType>(i % 50 + 20, {types::i16, i % 2 == 0}))},
                    {structure({{reference(0), false}}), array(reference(1))}});
        for (u32 index = 0; index < types.size(); index++) numbers.insert(number(types, index));
    }
    CHECK(numbers.size() == 3);
}

TEST_CASE("a type lives while another module has it, or a type that names it") {
    ClosedTypes kept;
    u32 inner = 0;
    {
        const ClosedTypes first =
            closed({{array(types::f32)}, {structure({{reference(0), true}})}});
        kept = closed({{array(types::f32)}, {structure({{reference(0), true}})}});
        inner = number(first, 0);
    }
    CHECK(number(kept, 0) == inner);
    CHECK(runtime_type(TypeNumber(inner)).fields[0].type == types::f32);
    ClosedTypes moved = std::move(kept);
    CHECK(number(moved, 0) == inner);
    CHECK(kept.size() == 0);
}

TEST_CASE("one module may have a type many times") {
    std::vector<std::vector<DefinedType>> groups(100, {array(types::f64)});
    const u32 before = [&] {
        const ClosedTypes types = closed(groups);
        CHECK(number(types, 0) == number(types, 99));
        return number(types, 0);
    }();
    const ClosedTypes other = closed({{array(types::v128)}});
    CHECK(number(other, 0) == before);
}

TEST_CASE("fields lie in order, aligned to their size") {
    const ClosedTypes types = closed({{structure({{types::i8, true},
                                                  {types::i16, true},
                                                  {types::i8, true},
                                                  {types::f32, true},
                                                  {types::i8, true},
                                                  {types::v128, true},
                                                  {types::anyref, true},
                                                  {types::i32, true},
                                                  {reference(0), true}})},
                                      {array(types::i16)},
                                      {array(types::v128)},
                                      {array(types::funcref)}});
    CHECK(types[0].offsets == std::vector<u32>{0, 2, 4, 8, 12, 16, 32, 40, 48});
    CHECK(types[0].bytes == 56);
    CHECK(types[0].references == std::vector<u32>{32, 48});
    CHECK(types[1].bytes == 2);
    CHECK(types[1].references.empty());
    CHECK(types[2].bytes == 16);
    CHECK(types[3].bytes == 8);
    CHECK(types[3].references == std::vector<u32>{0});
}

TEST_CASE("threads share the registry") {
    std::vector<std::thread> threads;
    for (u32 thread = 0; thread < 4; thread++)
        threads.emplace_back([thread] {
            for (u32 i = 0; i < 500; i++) {
                const ValueType element = (i + thread) % 2 == 0 ? types::i64 : types::f64;
                ClosedTypes types;
                const DefinedType first = array(element),
                                  second = structure({{reference(0), true}});
                (void)types.add_group({&first, 1});
                (void)types.add_group({&second, 1});
                const RuntimeType& found = runtime_type(types[1].number);
                if (&found != &types[1]) std::abort();
                if (!matches(found.fields[0].type, types::anyref)) std::abort();
            }
        });
    for (std::thread& thread : threads) thread.join();
}
