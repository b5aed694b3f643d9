/// Memory::growth_check: who may forbid that code grows a memory.

#include "vm/test_text.hpp"

namespace icvm::vm {

namespace {

constexpr std::string_view grower = R"((module (memory (export "m") 1 8)
    (func (export "f") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "twice") (param i32) (drop (call 0 (local.get 0))) (drop (call 0 (local.get 0)))))
)";

struct Asked {
    u64 old_size = 0, delta = 0, times = 0, size_max = ~u64(0);
};

bool ask(void* context, u64 old_size, u64 delta) {
    Asked& asked = *static_cast<Asked*>(context);
    asked = {old_size, delta, asked.times + 1, asked.size_max};
    return old_size + delta <= asked.size_max;
}

struct Grower {
    LoadedText loaded{grower};
    Memory& memory = *loaded.instance->memories[0];
    Asked asked;
    Grower() { memory.growth_check = {ask, &asked}; }
};

}  // namespace

TEST_CASE("memory.grow asks whether it may, once it can") {
    Grower grower;
    CHECK(grower.loaded.value({3}) == 1);
    CHECK(grower.asked.old_size == 1);
    CHECK(grower.asked.delta == 3);
    CHECK(grower.loaded.value({0}) == 4);
    CHECK(grower.asked.times == 2);
    CHECK(grower.loaded.value({5}) == 0xFFFFFFFF);
    CHECK(grower.asked.times == 2);
}

TEST_CASE("memory.grow that is forbidden traps where it stands, and costs what it would") {
    Grower grower;
    grower.asked.size_max = 3;
    CHECK(grower.loaded.value({1}) == 1);
    CHECK(grower.loaded.trap({2}) == "host function trapped");
    Grower other;
    const i64 whole = other.loaded.instructions({1}, "twice");
    Grower third;
    third.asked.size_max = 2;
    CHECK(third.loaded.instructions({1}, "twice") == whole);
    const auto result = Grower{}.loaded.call({1}, "twice");
    CHECK(result.has_value());
    const auto trapped = third.loaded.call({1}, "twice");
    REQUIRE(!trapped);
    REQUIRE(trapped.error().frames.size() == 2);
    CHECK(trapped.error().frames[0].function == 0);
    CHECK(trapped.error().frames[1].function == 1);
}

TEST_CASE("the host and instantiation grow without asking") {
    Grower grower;
    grower.asked.size_max = 0;
    CHECK(grower.memory.grow(1) == 1);
    CHECK(grower.asked.times == 0);
}

}  // namespace icvm::vm
