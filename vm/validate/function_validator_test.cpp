#include "vm/validate/function_validator.hpp"

#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/binary/module_limits.hpp"
#include "vm/validate/module_validator.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

Module valid_but_bodies(const ByteVector& bytes) {
    auto module = decode_module(bytes);
    INFO((module ? "" : module.error().reason));
    REQUIRE(module);
    return std::move(*module);
}

/// The reason why the only body is no good; empty when it is.
std::string reason(const ByteVector& bytes, bool malformed = false) {
    const Module module = valid_but_bodies(bytes);
    NullListener listener;
    const auto types = validate_module(module);
    REQUIRE(types);
    const auto result = validate_function(module, *types, module.imported_functions, listener);
    if (result) return "";
    CHECK(result.error().malformed == malformed);
    return result.error().reason;
}

const ByteVector nothing = {0x00, 0x00};          // () -> ()
const ByteVector gives_i32 = {0x00, 0x01, 0x7F};  // () -> (i32)

std::string body_reason(const ByteVector& type, const ByteVector& instructions) {
    return reason(function_module(type, body(instructions)));
}

const ByteVector one_memory = section(5, {{0x00, 0x01}});
const ByteVector memory_and_memory64 = section(5, {{0x00, 0x01}, {0x04, 0x01}});

/// Writes down what it hears.
struct Recorder {
    std::vector<ValueType> locals;
    std::vector<Opcode> opcodes;
    std::vector<bool> reachable;
    std::vector<size_t> heights;
    std::vector<ValueType> operands;
    u32 height_max = 0;

    void begin(std::span<const ValueType> types) { locals.assign(types.begin(), types.end()); }
    void instruction(const Instruction& instruction, const Proof& proof) {
        opcodes.push_back(instruction.opcode);
        reachable.push_back(proof.reachable);
        heights.push_back(proof.operands.size());
        operands.push_back(proof.operand);
    }
    void finish(u32 height) { height_max = height; }
};

Recorder recorded(const ByteVector& bytes) {
    const Module module = valid_but_bodies(bytes);
    Recorder recorder;
    const auto result = validate_function(module, *validate_module(module), 0, recorder);
    INFO((result ? "" : result.error().reason));
    REQUIRE(result);
    return recorder;
}

}  // namespace

TEST_CASE("a listener hears locals, every instruction in order, and the greatest height") {
    // (func (param i32) (local i64 i64) local.get 0 i32.const 1 i32.add drop)
    const Recorder heard = recorded(function_module(
        {0x01, 0x7F, 0x00}, sized({0x01, 0x02, 0x7E, 0x20, 0x00, 0x41, 0x01, 0x6A, 0x1A, 0x0B})));
    CHECK(heard.locals == std::vector{types::i32, types::i64, types::i64});
    CHECK(heard.opcodes == std::vector{Opcode::local_get, Opcode::i32_const, Opcode::i32_add,
                                       Opcode::drop, Opcode::end});
    CHECK(heard.heights == std::vector<size_t>{1, 2, 1, 0, 0});
    CHECK(heard.operands[3] == types::i32);
    CHECK(heard.height_max == 2);
}

TEST_CASE("dead code is heard as unreachable, blocks inside it too, until the label") {
    // block unreachable block nop end end nop
    const Recorder heard = recorded(
        function_module(nothing, body({0x02, 0x40, 0x00, 0x02, 0x40, 0x01, 0x0B, 0x0B, 0x01})));
    CHECK(heard.reachable == std::vector{true, true, false, false, false, false, true, true});
}

TEST_CASE("the else of an if is reachable when the if was") {
    // i32.const 0 if unreachable else nop end
    const Recorder heard =
        recorded(function_module(nothing, body({0x41, 0x00, 0x04, 0x40, 0x00, 0x05, 0x01, 0x0B})));
    CHECK(heard.reachable == std::vector{true, true, true, false, true, true, true});
}

TEST_CASE("the operand of a drop below unreachable code is unknown") {
    const Recorder heard = recorded(function_module(nothing, body({0x00, 0x1A})));
    CHECK(heard.operands[1] == types::unknown);
}

TEST_CASE("operands must be of the types that an instruction takes") {
    CHECK(body_reason(gives_i32, {0x41, 0x01}).empty());
    CHECK(body_reason(gives_i32, {0x42, 0x01}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
    CHECK(body_reason(gives_i32, {}) ==
          "type mismatch: instruction requires [i32] but stack has []");
    CHECK(body_reason(nothing, {0x41, 0x01}) ==
          "type mismatch: values remain on the stack at the end of the block");
    CHECK(body_reason(gives_i32, {0x41, 0x01, 0x42, 0x01, 0x6A}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
    CHECK(body_reason(nothing, {0x1A}) ==
          "type mismatch: instruction requires an operand but stack has []");
    CHECK(body_reason(gives_i32, {0x00, 0x6A}).empty());
    CHECK(body_reason(gives_i32, {0x00, 0x42, 0x00, 0x6A}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
}

TEST_CASE("a block cannot take what lies below it") {
    CHECK(body_reason(gives_i32, {0x41, 0x01, 0x02, 0x40, 0x1A, 0x0B, 0x41, 0x01}) ==
          "type mismatch: instruction requires an operand but stack has []");
}

TEST_CASE("if without else gives back what it takes") {
    CHECK(body_reason(gives_i32, {0x41, 0x00, 0x04, 0x7F, 0x41, 0x01, 0x0B}) ==
          "type mismatch: an if without else must have its parameters as results");
    CHECK(body_reason(gives_i32, {0x41, 0, 0x04, 0x7F, 0x41, 1, 0x05, 0x41, 2, 0x0B}).empty());
    CHECK(body_reason(nothing, {0x05}) == "else without if");
}

TEST_CASE("branches carry what their labels take") {
    CHECK(body_reason(gives_i32, {0x41, 0x07, 0x0C, 0x00}).empty());
    CHECK(body_reason(gives_i32, {0x0C, 0x00}) ==
          "type mismatch: instruction requires [i32] but stack has []");
    CHECK(body_reason(nothing, {0x0C, 0x01}) == "unknown label 1");
    CHECK(body_reason(gives_i32, {0x41, 0x07, 0x41, 0x00, 0x0D, 0x00}).empty());
    // A loop's label takes its parameters: none.
    CHECK(body_reason(gives_i32, {0x03, 0x7F, 0x0C, 0x00, 0x0B}).empty());
    // br_table with labels that take one value and none
    CHECK(body_reason(gives_i32,
                      {0x02, 0x40, 0x41, 1, 0x41, 0, 0x0E, 0x01, 0x00, 0x01, 0x0B, 0x00}) ==
          "type mismatch: labels of br_table take different numbers of values");
    CHECK(body_reason(gives_i32, {0x41, 1, 0x41, 0, 0x0E, 0x02, 0x00, 0x00, 0x00}).empty());
}

TEST_CASE("indices must be known") {
    CHECK(body_reason(nothing, {0x20, 0x03}) == "unknown local 3");
    CHECK(body_reason(nothing, {0x23, 0x00}) == "unknown global 0");
    CHECK(body_reason(nothing, {0x10, 0x01}) == "unknown function 1");
    CHECK(body_reason(nothing, {0x12, 0x01}) == "unknown function 1");
    CHECK(body_reason(nothing, {0x41, 0, 0x11, 0x00, 0x00}) == "unknown table 0");
    CHECK(body_reason(nothing, {0x02, 0x05, 0x0B}) == "unknown type 5");
    CHECK(body_reason(nothing, {0x41, 0, 0x28, 0x02, 0x00, 0x1A}) == "unknown memory 0");
    CHECK(body_reason(nothing, {0xFC, 0x10, 0x00, 0x1A}) == "unknown table 0");
    CHECK(body_reason(nothing, {0xFC, 0x0D, 0x00}) == "unknown elem segment 0");
    CHECK(body_reason(nothing, {0xD2, 0x07, 0x1A}) == "unknown function 7");
    CHECK(body_reason(nothing, {0xD2, 0x00, 0x1A}) == "undeclared function reference 0");
    CHECK(reason(function_module(nothing, body({0xFC, 0x09, 0x00}),
                                 section(12, ByteVector{0x00}))) == "unknown data segment 0");
}

TEST_CASE("constants are not written to") {
    const ByteVector globals = section(6, {{0x7F, 0x00, 0x41, 0x00, 0x0B}});
    CHECK(reason(function_module(nothing, body({0x41, 0, 0x24, 0x00}), globals)) ==
          "immutable global 0");
}

TEST_CASE("select without a type takes numbers, with one it takes exactly one") {
    CHECK(body_reason(gives_i32, {0x41, 1, 0x41, 2, 0x41, 0, 0x1B}).empty());
    CHECK(body_reason(nothing, {0xD0, 0x70, 0xD0, 0x70, 0x41, 0, 0x1B, 0x1A}) ==
          "type mismatch: select without a type takes no references");
    CHECK(body_reason(nothing, {0xD0, 0x70, 0xD0, 0x70, 0x41, 0, 0x1C, 1, 0x70, 0x1A}).empty());
    CHECK(body_reason(nothing, {0x00, 0x1C, 0x00, 0x1A}) == "invalid result arity");
    CHECK(body_reason(nothing, {0x00, 0x1C, 0x02, 0x7F, 0x7F, 0x1A}) == "invalid result arity");
    CHECK(body_reason(nothing, {0x41, 1, 0x42, 2, 0x41, 0, 0x1B, 0x1A}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
}

TEST_CASE("memory accesses fit the memory's address type") {
    const auto with = [](const ByteVector& instructions) {
        return reason(function_module(nothing, body(instructions), memory_and_memory64));
    };
    CHECK(with({0x41, 0, 0x28, 0x02, 0x00, 0x1A}).empty());
    CHECK(with({0x41, 0, 0x28, 0x03, 0x00, 0x1A}) == "alignment must not be larger than natural");
    CHECK(with({0x42, 0, 0x28, 0x42, 0x01, 0x00, 0x1A}).empty());
    CHECK(with({0x41, 0, 0x28, 0x42, 0x01, 0x00, 0x1A}) ==
          "type mismatch: instruction requires [i64] but stack has [i32]");
    CHECK(with({0x41, 0, 0x28, 0x02, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1A}) == "offset out of range");
    CHECK(with({0x42, 0, 0x28, 0x42, 0x01, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1A}).empty());
    // memory.copy from 64 to 32 bits: the length has 32
    CHECK(with({0x41, 0, 0x42, 0, 0x41, 0, 0xFC, 0x0A, 0x00, 0x01}).empty());
    CHECK(with({0x42, 0, 0x41, 0, 0x41, 0, 0xFC, 0x0A, 0x01, 0x00}).empty());
    CHECK(with({0x42, 0, 0x42, 0, 0x42, 0, 0xFC, 0x0A, 0x01, 0x01}).empty());
    CHECK(with({0x41, 0, 0x42, 0, 0x42, 0, 0xFC, 0x0A, 0x00, 0x01}) ==
          "type mismatch: instruction requires [i32] but stack has [i64]");
    CHECK(with({0x42, 1, 0x40, 0x01, 0x1A}).empty());
}

TEST_CASE("tail calls leave nothing behind and give what the function gives") {
    CHECK(body_reason(gives_i32, {0x12, 0x00}).empty());
    const ByteVector two_types = section(1, {{0x60, 0x00, 0x00}, {0x60, 0x00, 0x01, 0x7F}});
    CHECK(reason(vm::assemble::module({two_types, section(3, {{0x00}, {0x01}}),
                                       section(10, {body({0x12, 0x01}), body({0x41, 0})})})) ==
          "type mismatch: a tail call's results must be those of the function");
}

TEST_CASE("what is no instruction is malformed") {
    const auto malformed = [](const ByteVector& instructions) {
        return reason(function_module(nothing, body(instructions)), true);
    };
    CHECK(malformed({0xFF}) == "illegal opcode ff");
    CHECK(malformed({0x06, 0x40}) == "illegal opcode 06");
    CHECK(malformed({0xFE, 0x03}) == "illegal opcode fe");
    CHECK(malformed({0xFB, 0x1F}) == "illegal opcode fb 1f");
    CHECK(malformed({0xFC, 0x12}) == "illegal opcode fc 12");
    CHECK(malformed({0xFD, 0x94, 0x02}) == "illegal opcode fd 114");
    CHECK(malformed({0x02, 0x78}) == "malformed block type 78");
    CHECK(malformed({0xD0, 0x68}) == "malformed heap type 68");
    CHECK(malformed({0x41, 0x80, 0x80, 0x80, 0x80, 0x70}) == "integer too large");
    CHECK(malformed({0x0E, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}) == "length out of bounds");
    CHECK(
        reason(function_module(nothing, body({0xFC, 0x09, 0x00}), {}, section(11, {{0x01, 0x00}})),
               true) == "data count section required");
    CHECK(malformed({0x28, 0x80, 0x01, 0x00}) == "malformed memop flags");
}

TEST_CASE("a body that does not end where it says is malformed") {
    const auto entry = [](const ByteVector& content) { return sized(content); };
    CHECK(reason(function_module(nothing, entry({0x00, 0x01})), true) ==
          "unexpected end of section or function");
    CHECK(reason(function_module(nothing, entry({0x00, 0x01}), {}, section(0, name("x"))), true) ==
          "section size mismatch");
    CHECK(reason(function_module(nothing, entry({0x00, 0x0B, 0x0B})), true) ==
          "section size mismatch");
    CHECK(reason(function_module(nothing, entry({})), true) ==
          "unexpected end of section or function");
}

TEST_CASE("locals are counted before they are made") {
    const auto locals = [](const ByteVector& groups) {
        return reason(function_module(nothing, sized(join({groups, {0x0B}}))), true);
    };
    CHECK(locals({0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F}) == "too many locals");
    CHECK(locals({0x02, 0xD0, 0x86, 0x03, 0x7F, 0x01, 0x7E}) == "too many locals");
    CHECK(locals({0x01, 0xD0, 0x86, 0x03, 0x7F}).empty());  // 50,000
    CHECK(locals({0x01, 0x80, 0x80, 0x80, 0x80, 0x10, 0x7F}) == "integer too large");
    CHECK(locals({0x01, 0x01, 0x77}) == "malformed value type 77");
}

TEST_CASE("operands without end are refused before they take memory") {
    // A call of a function with 1000 results, again and again.
    const ByteVector results(1000, 0x7F);
    const ByteVector type = join({{0x00, 0xE8, 0x07}, results});
    ByteVector calls;
    for (u32 i = 0; i <= operands_max / 1000; i++) calls.insert(calls.end(), {0x10, 0x00});
    CHECK(body_reason(type, calls) == "too many operands");
}

TEST_CASE("a million nested blocks need no recursion") {
    ByteVector instructions;
    constexpr u32 depth = 1'000'000;
    for (u32 i = 0; i < depth; i++) instructions.insert(instructions.end(), {0x02, 0x40});
    instructions.resize(instructions.size() + depth, 0x0B);
    CHECK(body_reason(nothing, instructions).empty());
}
