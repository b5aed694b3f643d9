/// Tables with 64-bit addresses end to end: the official suite's scripts for them wait for the text
/// parser.

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/vm.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

constexpr u64 four_gib = u64(1) << 32;

/// Two tables of funcref, table 0 with 64-bit addresses and table 1 with 32, and a passive segment:
/// function 1 gives 42. Function 0 is what is to be tested.
class Machine {
public:
    Machine(const ByteVector& type, const ByteVector& instructions) {
        auto loaded = load_module(
            vm::assemble::module(
                {section(1, {join({{0x60}, type}), {0x60, 0x00, 0x01, 0x7F}}),
                 section(3, {{0x00}, {0x01}}),
                 section(4, {{0x70, 0x05, 0x0A, 0x14}, {0x70, 0x01, 0x0A, 0x14}}),
                 section(7, {join({name("f"), {0x00, 0x00}})}),
                 section(9, {{0x00, 0x42, 0x03, 0x0B, 0x01, 0x01}, {0x01, 0x00, 0x02, 0x01, 0x01}}),
                 section(10, {body(instructions), body({0x41, 0x2A})})}),
            {.guard = false});
        INFO((loaded ? "" : to_string(loaded.error())));
        REQUIRE(loaded);
        InstantiationOptions options;
        options.memory.guard = false;
        const auto instance = store_.instantiate(*loaded, {}, options);
        REQUIRE(instance);
        function_ = find_exported_function(**instance, "f");
    }

    /// Its one result, or the trap's reason.
    std::string operator()(std::initializer_list<u64> arguments) {
        const auto& parameters = type_of(*function_).parameters;
        std::vector<Value> values;
        for (const u64 bits : arguments) values.push_back({parameters[values.size()], bits});
        const auto results = invoke(store_, *function_, values);
        if (!results) return std::string(to_string(results.error().reason));
        return results->empty() ? "" : std::to_string(results->front().bits);
    }

private:
    Store store_;
    FunctionInstance* function_ = nullptr;
};

const ByteVector i64_to_i32 = {0x01, 0x7E, 0x01, 0x7F}, i64_to_i64 = {0x01, 0x7E, 0x01, 0x7E};

}  // namespace

TEST_CASE("a 64-bit table's size and growth are i64") {
    // local.get 0, table.grow with null, table.size, i64.const 100, i64.mul, i64.add
    Machine grow(i64_to_i64, {0xD0, 0x70, 0x20, 0x00, 0xFC, 0x0F, 0x00, 0xFC, 0x10, 0x00, 0x42,
                              0xE4, 0x00, 0x7E, 0x7C});
    CHECK(grow({5}) == std::to_string(10 + 1500));
    CHECK(grow({6}) == std::to_string(u64(-1) + 1500));  // beyond the maximum
    CHECK(grow({four_gib + 1}) == std::to_string(u64(-1) + 1500));
    CHECK(grow({u64(-1)}) == std::to_string(u64(-1) + 1500));
}

TEST_CASE("all 64 bits of an element's address count") {
    Machine is_null(i64_to_i32, {0x20, 0x00, 0x25, 0x00, 0xD1});
    CHECK(is_null({3}) == "0");
    CHECK(is_null({4}) == "1");
    CHECK(is_null({10}) == "out of bounds table access");
    CHECK(is_null({four_gib + 3}) == "out of bounds table access");
    Machine set({0x01, 0x7E, 0x00}, {0x20, 0x00, 0xD0, 0x70, 0x26, 0x00});
    CHECK(set({9}).empty());
    CHECK(set({four_gib}) == "out of bounds table access");
}

TEST_CASE("call_indirect through a 64-bit table takes an i64") {
    Machine call(i64_to_i32, {0x20, 0x00, 0x11, 0x01, 0x00});
    CHECK(call({3}) == "42");
    CHECK(call({4}) == "uninitialized element");
    CHECK(call({10}) == "undefined element");
    CHECK(call({four_gib + 3}) == "undefined element");
    Machine tail_call(i64_to_i32, {0x20, 0x00, 0x13, 0x01, 0x00});
    CHECK(tail_call({3}) == "42");
    CHECK(tail_call({four_gib + 3}) == "undefined element");
}

TEST_CASE("a 64-bit table is filled within its bounds") {
    // table.fill 0 (local.get 0) (ref.null func) (local.get 1); then whether element 3 is null
    Machine fill({0x02, 0x7E, 0x7E, 0x01, 0x7F}, {0x20, 0x00, 0xD0, 0x70, 0x20, 0x01, 0xFC, 0x11,
                                                  0x00, 0x42, 0x03, 0x25, 0x00, 0xD1});
    CHECK(fill({0, 3}) == "0");
    CHECK(fill({8, 3}) == "out of bounds table access");
    CHECK(fill({0, four_gib}) == "out of bounds table access");
    CHECK(fill({u64(-1), 2}) == "out of bounds table access");
    CHECK(fill({10, 0}) == "0");
    CHECK(fill({11, 0}) == "out of bounds table access");
    CHECK(fill({0, 10}) == "1");
}

TEST_CASE("tables of different address types are copied between") {
    // table.copy 1 0 (i32 destination, i64 source, i32 length), then element 0 of table 1
    Machine to_32({0x01, 0x7E, 0x01, 0x7F}, {0x41, 0x00, 0x20, 0x00, 0x41, 0x01, 0xFC, 0x0E, 0x01,
                                             0x00, 0x41, 0x00, 0x25, 0x01, 0xD1});
    CHECK(to_32({3}) == "0");
    CHECK(to_32({4}) == "1");
    CHECK(to_32({four_gib + 3}) == "out of bounds table access");
    // table.copy 0 1 (i64 destination, i32 source, i32 length), then element 3 of table 0
    Machine to_64({0x01, 0x7E, 0x01, 0x7F}, {0x20, 0x00, 0x41, 0x00, 0x41, 0x01, 0xFC, 0x0E, 0x00,
                                             0x01, 0x42, 0x03, 0x25, 0x00, 0xD1});
    CHECK(to_64({2}) == "0");
    CHECK(to_64({3}) == "1");
    CHECK(to_64({four_gib}) == "out of bounds table access");
}

TEST_CASE("a 64-bit table is initialized from a segment") {
    // table.init 0 1 (local.get 0) (i32.const 0) (i32.const 2), then call_indirect of it
    Machine init(i64_to_i32, {0x20, 0x00, 0x41, 0x00, 0x41, 0x02, 0xFC, 0x0C, 0x01, 0x00, 0x20,
                              0x00, 0x11, 0x01, 0x00});
    CHECK(init({7}) == "42");
    CHECK(init({9}) == "out of bounds table access");
    CHECK(init({four_gib}) == "out of bounds table access");
}
