/// Every vector instruction gives what its model says, wherever its operands and its result are.

#include <random>

#include "vm/test_instance.hpp"
#include "vm/test_vector_model.hpp"

namespace icvm::vm {

namespace {

using vector_model::Bits;

struct VectorRow {
    std::string text;
    std::string signature;
};

const std::vector<VectorRow> rows = {
#define WASM_VECTOR(code, id, text, immediate, signature, cost) {text, signature},
#include "vm/wasm/opcode.def"
};
const std::vector<VectorRow> lane_rows = {
#define WASM_VECTOR_LANE(code, id, text, immediate, signature, cost) {text, signature},
#include "vm/wasm/opcode.def"
};

ValueType type_of_letter(char letter) {
    switch (letter) {
        case 'i': return types::i32;
        case 'I': return types::i64;
        case 'f': return types::f32;
        case 'F': return types::f64;
        default: return types::v128;
    }
}

/// Vectors with lanes of all widths at their limits, floating-point ones among them, and noise.
std::vector<Bits> vectors() {
    std::vector<Bits> all = {
        {0, 0},
        {~u64(0), ~u64(0)},
        {0x8080808080808080, 0x7F7F7F7F7F7F7F7F},
        {0x8000800080008000, 0x7FFF7FFF00010000},
        {0x8000000080000000, 0x7FFFFFFF00000001},
        {0x8000000000000000, 0x7FFFFFFFFFFFFFFF},
        {0x0706050403020100, 0x0F101112FFF00A0B},
        {0x3F800000BF800000, 0x7F800000FF800000},  // 1, -1, infinities
        {0x7FC00000FFC12345, 0x7F8123454F000000},  // NaNs, 2^31
        {0x4F800000CF000000, 0x3F000000BFC00000},  // 2^32, -2^31, halves
        {0x3FF8000000000000, 0xC004000000000000},  // 1.5, -2.5
        {0x7FF0000000012345, 0xFFF8000000012345},  // NaNs
        {0x41DFFFFFFFC00000, 0xC1E0000000200000},  // about 2^31 and -2^31
        {0x41EFFFFFFFE00000, 0xFFF0000000000000},  // about 2^32, -infinity
        {0x8000000000000000, 0x0000000000000001},  // -0, the least positive
    };
    std::minstd_rand random(7);
    for (int n = 0; n < 4; n++)
        all.push_back({u64(random()) << 40 ^ u64(random()) << 20 ^ random(),
                       u64(random()) << 37 ^ u64(random()) << 11 ^ random()});
    return all;
}

/// Operands for a signature, many kinds of them.
std::vector<std::vector<Bits>> samples(const std::string& parameters) {
    const std::vector<Bits> all = vectors();
    std::vector<std::vector<Bits>> result;
    for (size_t i = 0; i < all.size(); i++)
        for (size_t j = i % 2; j < (parameters.size() > 1 ? all.size() : i % 2 + 1); j += 2) {
            const Bits choices[] = {all[i], all[j], all[(i + 2 * j) % all.size()]};
            std::vector<Bits> operands;
            for (size_t n = 0; n < parameters.size(); n++) {
                const char type = parameters[n];
                const bool narrow = type == 'i' || type == 'f';
                const Bits bits = choices[n];
                operands.push_back(type == 'v' ? bits : Bits{narrow ? u32(bits.low) : bits.low, 0});
            }
            result.push_back(operands);
        }
    return result;
}

std::string text_of(const Bits& bits) {
    return std::to_string(bits.high) + ":" + std::to_string(bits.low);
}

/// An instruction on operands from locals, from their homes, of the other arms of blocks and calls;
/// with its result in a local, dropped or passed on.
TestModule forms(const std::string& signature, const std::string& op) {
    const std::string parameters = signature.substr(0, signature.find(':'));
    const std::string result = signature.substr(parameters.size() + 1);
    std::string globals = "ivIfF";
    const auto global = [&](char type) { return std::to_string(globals.find(type)); };
    const auto through = [&](char type) {
        return " global.set " + global(type) + " global.get " + global(type) + " ";
    };
    std::string gets, homes, others;
    for (size_t n = 0; n < parameters.size(); n++) {
        const std::string get = "local.get " + std::to_string(n) + " ";
        gets += get;
        homes += get + through(parameters[n]);
        if (n > 0) others += get;
    }
    const std::string local = std::to_string(parameters.size());
    const std::string zero = "v128.const 0 0";
    TestModule module;
    module.globals = globals;
    const auto add = [&](const std::string& locals, const std::string& body) {
        module.functions.push_back(
            {signature, locals, body, "f" + std::to_string(module.functions.size())});
    };
    add("", gets + op);
    add("", homes + op);
    add(result, gets + op + " local.set " + local + " local.get " + local);
    add(result, homes + op + " local.tee " + local + " drop local.get " + local);
    // Values below keep their slots.
    add("", "i32.const 7 " + zero + " " + homes + op + " global.set " + global(result[0]) +
                " drop drop global.get " + global(result[0]));
    add("", "block:" + result + " i32.const 7 " + zero + " " + gets + op + " br 0 end");
    add("", "block:" + result + " i64.const 7 " + homes + op +
                " local.get 0 drop i32.const 1 br_if 0 " + "drop drop unreachable end");
    add("", "i64.const 7 " + homes + op + " i32.const 1 br_if 0 unreachable");
    add("", gets + op + " " + gets + op + " i32.const 0 select");
    add("", gets + "call 0");
    add("", "i32.const 7 " + homes + "call 0 return");
    add("", gets + "return_call 1");
    if (parameters[0] == 'v')  // an older operand keeps the local's value when it is overwritten
        add("", "local.get 0 " + zero + " local.set 0 " + others + op);
    return module;
}

/// Compares all forms with the expected results of the samples.
template <class Model>
void check_forms(const std::string& signature, const std::string& op, Model model) {
    TestModule module = forms(signature, op);
    const std::string parameters = signature.substr(0, signature.find(':'));
    const Loaded loaded(module);
    for (const std::vector<Bits>& operands : samples(parameters)) {
        std::vector<Value> arguments;
        for (size_t n = 0; n < operands.size(); n++)
            arguments.push_back({type_of_letter(parameters[n]), operands[n].low, operands[n].high});
        const std::string expected = text_of(model(operands));
        for (const TestFunction& function : module.functions) {
            const auto results =
                invoke(*loaded.store, loaded.function(function.name.c_str()), arguments);
            REQUIRE(results);
            const Value value = (*results)[0];
            if (text_of({value.bits, value.high}) == expected) continue;
            INFO(op << " in " << function.body << " of " << text_of(operands[0]) << " "
                    << (operands.size() > 1 ? text_of(operands[1]) : ""));
            REQUIRE(text_of({value.bits, value.high}) == expected);
        }
    }
}

}  // namespace

TEST_CASE("A vector instruction gives what its model says in all forms of its operands") {
    for (const VectorRow& row : rows)
        check_forms(row.signature, row.text, [&](const std::vector<Bits>& operands) {
            return vector_model::compute(row.text, operands);
        });
}

TEST_CASE("A vector instruction with a lane gives what its model says, for every lane") {
    for (const VectorRow& row : lane_rows) {
        if (row.text == "i8x16.shuffle") continue;
        const u32 lanes = 128 / vector_model::width_of(row.text);
        for (u32 lane = 0; lane < lanes; lane++)
            check_forms(row.signature, row.text + " " + std::to_string(lane),
                        [&](const std::vector<Bits>& operands) {
                            return vector_model::compute_lane(row.text, operands, lane);
                        });
    }
}

TEST_CASE("A shift of a vector counts modulo the width of its lanes, by a constant, too") {
    for (const VectorRow& row : rows) {
        if (row.signature != "vi:v") continue;
        for (const i32 count : {0, 1, 7, 9, 31, 63, 64, 70, -1})
            check_forms("v:v", "i32.const " + std::to_string(count) + " " + row.text,
                        [&](const std::vector<Bits>& operands) {
                            return vector_model::compute(row.text, {operands[0], {u32(count), 0}});
                        });
    }
}

TEST_CASE("A shuffle takes each of its lanes from either operand") {
    std::minstd_rand random(3);
    for (int round = 0; round < 8; round++) {
        std::vector<u32> lanes;
        std::string text = "i8x16.shuffle";
        for (u32 n = 0; n < 16; n++) {
            lanes.push_back(round == 0 ? n + 8 : u32(random()) % 32);
            text += " " + std::to_string(lanes.back());
        }
        check_forms("vv:v", text, [&](const std::vector<Bits>& operands) {
            return vector_model::shuffle(operands, lanes);
        });
    }
}

TEST_CASE("Operands beyond slot 65,535 come through scratch slots, vectors too") {
    const std::string many(500, 'v');
    const std::string below = repeat("call 1", 66);
    const auto value = [&](const std::string& body) {
        TestModule module =
            module_of({{":vv", "", below + body + " global.get 0 global.get 1 return", "f"},
                       {":" + many, "", repeat("v128.const 0 0", many.size()), ""}});
        module.globals = "vv";
        module.memories = {{}};
        const Loaded loaded(module);
        const auto results = loaded.call();
        REQUIRE(results);
        return text_of({(*results)[0].bits, (*results)[0].high}) + " " +
               text_of({(*results)[1].bits, (*results)[1].high});
    };
    const std::string a = "v128.const 3 4 ", b = "v128.const 10 20 ", c = "v128.const 1 0 ";
    CHECK(value(a + b + "i64x2.add global.set 0") == "24:13 0:0");
    CHECK(value(a + b + c + "v128.bitselect global.set 1") == "0:0 20:11");
    CHECK(value(a + b + "i32.const 1 select global.set 0") == "4:3 0:0");
    CHECK(value(a + "global.set 1 global.get 1 global.get 1 i64x2.mul global.set 0") == "16:9 4:3");
    CHECK(value("i32.const 8 " + b + "v128.store 8 i32.const 16 v128.load 0 global.set 0") ==
          "20:10 0:0");
    CHECK(value("i32.const 8 " + b + "v128.store32_lane 0 0 2 i32.const 8 " + a +
                "v128.load32_lane 0 0 1 global.set 0") == "4:85899345923 0:0");
    CHECK(value("i64.const -1 i64.const 1 i64.const 2 i64.const 3 i64.add128 i64x2.splat "
                "global.set 0 i64x2.splat global.set 1") == "5:5 1:1");
}

TEST_CASE("Vectors are parameters, results and locals among scalars") {
    const std::string swap = "local.get 3 local.get 2 local.get 1 local.get 0";
    const Loaded loaded(module_of(
        {{"ivIv:vIvi", "Fv", swap, "swap"},
         {"ivIv:vIvi", "", "local.get 0 local.get 1 local.get 2 local.get 3 return_call 0", "tail"},
         {"ivIv:vIvi", "",
          "block::vIvi local.get 0 local.get 1 local.get 2 local.get 3 call 0 br 0 end",
          "block"}}));
    const std::vector<Value> arguments = {
        Value::i32(1), {types::v128, 2, 3}, Value::i64(4), {types::v128, 5, 6}};
    for (const char* name : {"swap", "tail", "block"}) {
        const auto results = invoke(*loaded.store, loaded.function(name), arguments);
        REQUIRE(results);
        CHECK(text_of({(*results)[0].bits, (*results)[0].high}) == "6:5");
        CHECK((*results)[1].bits == 4);
        CHECK(text_of({(*results)[2].bits, (*results)[2].high}) == "3:2");
        CHECK((*results)[3].bits == 1);
    }
}

}  // namespace icvm::vm
