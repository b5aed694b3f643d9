/// Every numeric instruction in every form of its operands, alone and fused, gives the same.

#include <catch2/catch.hpp>

#include "vm/exec/numeric.hpp"
#include "vm/exec/test_assembler.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

namespace {

struct NumericRow {
    std::string text;
    std::string signature;
};

const std::vector<NumericRow> rows = {
#define WASM_NUMERIC(code, id, text, immediate, signature, cost) {text, signature},
#include "vm/wasm/opcode.def"
};

std::vector<u64> samples(char type) {
    switch (type) {
        case 'i': return {0, 1, 7, 31, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF80, 0x12345678};
        case 'I':
            return {0,
                    1,
                    63,
                    0x80000000,
                    0xFFFFFFFF,
                    ~u64(0),
                    u64(1) << 63,
                    ~u64(0) >> 1,
                    u64(i64(-5)),
                    0x123456789ABCDEF0};
        case 'f':
            return {0,          0x80000000, 0x3F800000, 0xC0200000, 0x7F800000, 0xFF800000,
                    0x7FC00000, 0xFFC12345, 0x7F812345, 0x4F000000, 0x00000001};
        default:
            return {0,
                    u64(1) << 63,
                    0x3FF0000000000000,
                    0xC004000000000000,
                    0x7FF0000000000000,
                    0xFFF8000000012345,
                    0x7FF0000000012345,
                    0x41E0000000000000,
                    0x0000000000000001};
    }
}

/// A constant with exactly these bits.
std::string constant(char type, u64 bits) {
    switch (type) {
        case 'i': return "i32.const " + std::to_string(i32(u32(bits)));
        case 'I': return "i64.const " + std::to_string(i64(bits));
        case 'f': return "i32.const " + std::to_string(i32(u32(bits))) + " f32.reinterpret_i32";
        default: return "i64.const " + std::to_string(i64(bits)) + " f64.reinterpret_i64";
    }
}

/// What each function of a module gives for the arguments: bits, or the reason of its trap.
std::vector<std::string> results(TestModule module, const std::vector<Value>& arguments) {
    auto compiled = load_module(module.assemble(), {.guard = false});
    if (!compiled) FAIL(to_string(compiled.error()));
    Store store;
    auto instance = store.instantiate(*compiled, {}, {.memory = {.guard = false}});
    REQUIRE(instance);
    std::vector<std::string> all;
    for (const TestFunction& function : module.functions) {
        const auto result =
            invoke(store, *find_exported_function(**instance, function.name), arguments);
        all.push_back(result ? std::to_string((*result)[0].bits)
                             : std::string(to_string(result.error().reason)));
    }
    return all;
}

void add(TestModule& module, const std::string& type, const std::string& locals,
         const std::string& body) {
    module.functions.push_back({type, locals, body, "f" + std::to_string(module.functions.size())});
}

ValueType type_of_letter(char letter) {
    switch (letter) {
        case 'i': return types::i32;
        case 'I': return types::i64;
        case 'f': return types::f32;
        default: return types::f64;
    }
}

/// The operation on operands from locals, then in every other form.
TestModule forms(const NumericRow& row, u64 a, u64 b) {
    const size_t colon = row.signature.find(':');
    const std::string parameters = row.signature.substr(0, colon);
    const char first = parameters[0];
    const char result = row.signature[colon + 1];
    const std::string x = constant(first, a);
    const std::string y = colon == 2 ? constant(first, b) : "";
    const std::string get_y = colon == 2 ? "local.get 1 " : "";
    const std::string op = " " + row.text + " ";
    const std::string local = std::to_string(colon);
    TestModule module;
    add(module, row.signature, "", "local.get 0 " + get_y + row.text);
    add(module, row.signature, "", x + " " + get_y + row.text);
    add(module, row.signature, "", "local.get 0 " + y + op);
    add(module, row.signature, "", x + " " + y + op);
    add(module, row.signature, {result},
        "local.get 0 " + get_y + op + "local.set " + local + " local.get " + local);
    add(module, row.signature, {result},
        "local.get 0 " + y + op + "local.tee " + local + " drop local.get " + local);
    // An older operand keeps the local's value when it is overwritten.
    add(module, row.signature, "", "local.get 0 " + x + " local.set 0 " + get_y + op);
    return module;
}

/// A comparison as a value, and fused with each kind of branch.
TestModule branches(const NumericRow& row, u64 b) {
    const std::string y = constant(row.signature[0], b);
    TestModule module;
    for (const std::string& right : {std::string("local.get 1"), y}) {
        const std::string compare = "local.get 0 " + right + " " + row.text + " ";
        const std::string swapped = right + " local.get 0 " + row.text + " ";
        const std::string no = "i32.eqz ";
        add(module, row.signature, "", compare);
        add(module, row.signature, "", compare + "if:i i32.const 1 else i32.const 0 end");
        add(module, row.signature, "", compare + no + "if:i i32.const 0 else i32.const 1 end");
        add(module, row.signature, "", compare + no + no + "if:i i32.const 1 else i32.const 0 end");
        add(module, row.signature, "",
            "block " + compare + "br_if 0 i32.const 0 return end i32.const 1");
        add(module, row.signature, "",
            "block " + compare + no + "br_if 0 i32.const 1 return end i32.const 0");
        add(module, row.signature, "i",
            "loop:i local.get 2 if:i i32.const 1 else i32.const 1 local.set 2 " + compare +
                "br_if 1 i32.const 0 end end");
        add(module, row.signature, "i", compare + "local.set 2 local.get 2");
        add(module, row.signature, "", "i32.const 1 i32.const 0 " + compare + "select");
        add(module, row.signature, "", "i32.const 1 " + compare + "br_if 0 drop i32.const 0");
    }
    return module;
}

}  // namespace

TEST_CASE("An instruction gives the same in all forms of its operands") {
    for (const NumericRow& row : rows) {
        const size_t arity = row.signature.find(':');
        const char type = row.signature[0];
        for (const u64 a : samples(type)) {
            const std::vector<u64> seconds = arity == 2 ? samples(type) : std::vector<u64>{0};
            for (size_t n = 0; n < seconds.size(); n += 1 + (a & 1)) {
                const u64 b = seconds[n];
                std::vector<Value> arguments = {{type_of_letter(type), a}};
                if (arity == 2) arguments.push_back({type_of_letter(type), b});
                const std::vector<std::string> all = results(forms(row, a, b), arguments);
                INFO(row.text << " of " << a << ", " << b);
                for (const std::string& one : all) REQUIRE(one == all[0]);
            }
        }
    }
}

TEST_CASE("A comparison gives the same as a value and in a branch") {
    for (const NumericRow& row : rows) {
        const char type = row.signature[0];
        const bool compares = row.signature.substr(1) == std::string{type, ':', 'i'} &&
                              row.text.find_first_of("elgn") != row.text.npos;
        const std::string name = row.text.substr(4, 2);
        const bool known = name == "eq" || name == "ne" || name == "lt" || name == "gt" ||
                           name == "le" || name == "ge";
        if (!compares || !known || row.text.ends_with("neg")) continue;
        for (const u64 a : samples(type))
            for (const u64 b : samples(type)) {
                const std::vector<Value> arguments = {{type_of_letter(type), a},
                                                      {type_of_letter(type), b}};
                const std::vector<std::string> all = results(branches(row, b), arguments);
                INFO(row.text << " of " << a << ", " << b);
                for (const std::string& one : all) REQUIRE(one == all[0]);
            }
    }
}

TEST_CASE("Arithmetic makes one NaN only; signs and moves keep every bit") {
    const std::string keeping[] = {"abs", "neg", "copysign"};
    for (const NumericRow& row : rows) {
        const size_t colon = row.signature.find(':');
        const char result = row.signature[colon + 1];
        const char type = row.signature[0];
        if ((result != 'f' && result != 'F') || (type != 'f' && type != 'F')) continue;
        const bool keeps = std::any_of(std::begin(keeping), std::end(keeping),
                                       [&](auto& name) { return row.text.ends_with(name); });
        const u64 canonical = result == 'f' ? 0x7FC00000 : 0x7FF8000000000000;
        const u64 infinity = result == 'f' ? 0x7F800000 : 0x7FF0000000000000;
        const u64 sign = result == 'f' ? 0x80000000 : u64(1) << 63;
        for (const u64 a : samples(type))
            for (const u64 b : samples(type)) {
                std::vector<Value> arguments = {{type_of_letter(type), a}};
                if (colon == 2) arguments.push_back({type_of_letter(type), b});
                const u64 bits = std::stoull(results(forms(row, a, b), arguments)[0]);
                INFO(row.text << " of " << a << ", " << b);
                if (keeps)
                    REQUIRE((bits & ~sign) == (a & ~sign));
                else if ((bits & ~sign) > infinity)
                    REQUIRE(bits == canonical);
            }
    }
}

}  // namespace icvm::vm
