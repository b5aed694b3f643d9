/// The quick way over a body finds what the long way finds: the same errors at the same places, the
/// same height.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "vm/binary/decoder.hpp"
#include "vm/text/parser.hpp"
#include "vm/validate/function_validator.hpp"
#include "vm/validate/module_validator.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

using Random = std::mt19937_64;  // the same numbers everywhere, unlike distributions

template <bool skims>
struct Listener {
    u32 heard = 0;
    u32 height_max = 0;

    void begin(std::span<const ValueType>) {}
    void instruction(const Instruction&, const Proof&) { heard++; }
    bool has_heard_enough() const { return skims; }
    void finish(u32 height) { height_max = height; }
};

struct Found {
    bool malformed = false;
    u32 offset = 0;
    std::string reason;
    u32 height_max = 0;
    friend bool operator==(const Found&, const Found&) = default;
};

struct Checked {
    Module module;
    ClosedTypes types;
    u64 bodies = 0;
    u64 valid = 0;
    u64 heard = 0;  ///< by who heard all
    u64 skimmed_heard = 0;

    explicit Checked(ByteVector bytes) {
        auto decoded = decode_module(std::move(bytes));
        REQUIRE(decoded);
        module = std::move(*decoded);
        auto valid_types = validate_module(module);
        REQUIRE(valid_types);
        types = std::move(*valid_types);
    }

    template <bool skims>
    Found find(u32 function, u64& heard_by) {
        Listener<skims> listener;
        const auto done = validate_function(module, types, function, listener);
        heard_by += listener.heard;
        if (done) return {false, 0, {}, listener.height_max};
        return {done.error().malformed, done.error().offset, done.error().reason, 0};
    }

    void check(u32 function) {
        const Found all = find<false>(function, heard);
        const Found skimmed = find<true>(function, skimmed_heard);
        if (all != skimmed)
            FAIL_CHECK("function " << function << ": " << all.reason << " at " << all.offset
                                   << ", skimmed: " << skimmed.reason << " at " << skimmed.offset);
        bodies++;
        valid += all.reason.empty();
    }

    /// Each function as it is, and with damage in `mutants` places one after the other.
    void check_all(u32 mutants, Random& random) {
        for (size_t n = 0; n < module.functions.size(); n++) {
            const u32 function = u32(module.imported_functions + n);
            check(function);
            const ByteRange body = module.functions[n].body;
            for (u32 m = 0; m < mutants; m++) {
                u8& byte = module.bytes[body.offset + random() % body.size];
                const u8 before = byte;
                byte = random() % 3 == 0 ? u8(byte ^ (1u << random() % 8)) : u8(random());
                check(function);
                byte = before;
            }
        }
    }
};

ByteVector bytes_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return ByteVector(std::istreambuf_iterator<char>(file), {});
}

/// The quick way ends before the last bytes of a body.
#define NOPS " nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop"

/// Something of each kind that the quick way knows, and of what it must leave.
const char* const kinds = R"(
    (type $pair (func (param i64 v128) (result f32 v128)))
    (type $box (struct (field i32)))
    (import "" "i" (func $imported (param i32 i64) (result i32)))
    (memory $memory (import "" "m") IMPORTED 1)
    (global $number (mut i32) (i32.const 0)) (global $constant i64 (i64.const 0))
    (global $vector (mut v128) (v128.const i64x2 0 0))
    (global $reference (mut anyref) (ref.null any))
    (table 1 funcref)
    (func $vectors (type $pair) (f32.const 0) (local.get 1))
    (func $give (result v128 i32) (v128.const i64x2 0 0) (i32.const 0))
    (func $take (param v128 i32))
    (func $boxes (param (ref $box)) (result (ref $box)) (local.get 0))
    (func (param i32 v128 (ref $box)) (result i32)
        (local i64 f32 f64 v128 anyref (ref $box))
        BODY)" NOPS ")";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    text.replace(text.find(what), what.size(), by);
    return text;
}

const char* const bodies[] = {
    "(i32.add (i32.const 1) (i32.mul (local.get 0) (i32.const 100000000)))",
    "(local.set 3 (i64.const 0x123456789ABCDEF)) (local.set 4 (f32.const 1.5)) (f64.const 2)"
    "(local.set 5) (local.tee 0 (i32.wrap_i64 (local.get 3)))",
    "(local.set 6 (local.get 1)) (drop (local.tee 6 (local.get 1))) (global.set $vector"
    "(local.get 6)) (drop (global.get $vector)) (global.get $number)",
    "(local.set 8 (local.get 2)) (drop (call $boxes (local.get 8))) (local.set 7 (local.get 8))"
    "(global.set $reference (local.get 7)) (drop (global.get $reference)) (i32.const 0)",
    "(block (local.set 8 (local.get 2)) (drop (local.get 8))) (drop (local.get 2)) (i32.const 1)",
    "(block (loop (br_if 0 (local.get 0)) (br_if 1 (local.get 0)) (br_if 0 (i32.const 1))))"
    "(if (local.get 0) (then (nop)) (else (nop))) (if (local.get 0) (then (nop))) (local.get 0)",
    "(block (result i32) (br_if 0 (i32.const 1) (local.get 0)) (drop) (if (result i32)"
    "(local.get 0) (then (i32.const 1)) (else (i32.const 2))))",
    "(block (result anyref) (br_if 0 (local.get 2) (local.get 0)) (drop) (local.get 7)) (drop)"
    "(loop (result i32) (i32.const 1) (br_if 0 (local.get 0)))",
    "(call $imported (local.get 0) (i64.const -1)) (drop) (call $vectors (i64.const 1)"
    "(local.get 1)) (drop) (drop) (i32.const 5)",
    "(select (i32.const 1) (local.get 0) (i32.eqz (local.get 0))) (drop) (select (f64.const 1)"
    "(local.get 5) (local.get 0)) (drop) (drop (select (local.get 1) (local.get 6) (local.get 0)))"
    "(drop (select (result anyref) (local.get 7) (local.get 2) (local.get 0))) (i32.const 0)",
    "(return (i32.const 1)) (i32.add) (drop) (drop) (select) (drop) (i32.load) (i32.eqz) (drop)"
    "(br_if 0) (drop) (call $imported) (local.tee 0) (drop) (block (unreachable) (drop)) "
    "(unreachable)",
    "(block (unreachable) (select) (i32.load) (local.set 0)) (block (br 0) (drop) (drop)) (br 0"
    "(i32.const 7)) (global.set $number) (if (then)) (f32.store)",
    "(i32.store offset=1000000 ADDRESS (i32.load8_u ADDRESS)) (i64.store align=1 ADDRESS"
    "(i64.load offset=8 align=4 ADDRESS)) (f64.store ADDRESS (f64.load ADDRESS)) (v128.store"
    "ADDRESS (v128.load ADDRESS)) (i32.load offset=0xFFFFFFF ADDRESS)",
    "(call $give) (drop) (drop) (call $give) (call $give) (drop) (drop) (local.set 0) (drop)"
    "(local.get 0) (call $take (local.get 1) (i32.const 3)) (call $take (local.get 1) (i32.const "
    "3))",
    "(call_indirect (type $pair) (i64.const 0) (local.get 1) (i32.const 0)) (drop) (drop)"
    "(memory.size) (drop) (i32.const 1) (br_table 0 0 (i32.const 1))",
    "(drop (i64.add (i64.const 0x7FFFFFFFFFFFFFFF) (global.get $constant))) (global.set $number "
    "(i32.const 1))"
    "(drop (f32.add (f32.const 1) (f32.neg (local.get 4)))) (i64.eqz (i64.const 8))",
};

}  // namespace

TEST_CASE("what is wrong is found the quick way, too") {
    const auto check = [](const std::string& text) {
        auto parsed = parse_module(text);
        if (!parsed) FAIL(parsed.error().reason << " in " << text);
        Checked checked(std::move(parsed->bytes));
        for (u32 n = 0; n < checked.module.functions.size(); n++)
            checked.check(checked.module.imported_functions + n);
        CHECK(checked.valid == checked.bodies - 1);
    };
    // A load without a memory, whatever the address is.
    for (const char* const load : {"unreachable select i32.load", "i32.const 0 i32.load",
                                   "unreachable i64.load", "unreachable select select i32.store"})
        check("(func " + std::string(load) + " drop drop drop drop" NOPS ") (func)");
    for (const char* const body : {
             "(block (local.set 8 (local.get 2))) (drop (local.get 8)) (i32.const 0)",
             "(drop (select (local.get 7) (local.get 7) (local.get 0))) (i32.const 0)",
             "(global.set $constant (i64.const 1)) (i32.const 0)",
             "(block (result i32) (i32.const 1) (i32.const 2)) (drop) (i32.const 0)",
             "(block (i32.const 1)) (drop) (i32.const 0)",
             "(block (drop (i32.const 1)) (drop)) (i32.const 0)",
             "(i32.const 1) (block (drop)) (i32.const 0)",
             "(i32.const 1) (block (local.set 0)) (i32.const 0)",
             "(i32.const 1) (loop (i32.eqz) (drop)) (i32.const 0)",
             "(if (result i32) (local.get 0) (then (i32.const 1)))",
             "(block (result i32) (br_if 0 (i64.const 1) (local.get 0)))",
             "(call $imported (local.get 0) (local.get 0))",
             "(call $imported (i64.const 0))",
             "(drop (local.get 10000)) (i32.const 0)",
         })
        check(replaced(replaced(kinds, "BODY", body), "IMPORTED", ""));
}

TEST_CASE("canisters are the same the quick way, whole and damaged") {
    Random random(1);
    for (const char* name : {"motoko", "motoko-classical", "rust", "c", "wat"}) {
        Checked checked(
            bytes_of_file("docs/examples/counter/" + std::string(name) + "/counter1.wasm"));
        checked.check_all(10, random);
        CHECK(checked.valid >= checked.module.functions.size());
        CHECK(checked.bodies == 11 * checked.module.functions.size());
        // It is the quick way indeed.
        if (checked.heard > 10'000) CHECK(checked.skimmed_heard * 4 < checked.heard);
    }
}

TEST_CASE("instructions of all kinds are the same the quick way, with any byte damaged") {
    Random random(2);
    for (const std::string address : {"i32", "i64"}) {
        for (const char* const body : bodies) {
            std::string text = replaced(kinds, "BODY", body);
            text = replaced(text, "IMPORTED", address == "i64" ? "i64" : "");
            while (text.find("ADDRESS") != text.npos)
                text = replaced(text, "ADDRESS", "(" + address + ".const 8)");
            auto parsed = parse_module(text);
            if (!parsed) FAIL(parsed.error().reason << " in " << text);
            Checked checked(std::move(parsed->bytes));
            checked.check_all(0, random);
            if (checked.valid != checked.bodies) FAIL("not valid: " << text);
            // Every byte of the last body, with every value (or every fifth).
            const ByteRange range = checked.module.functions.back().body;
            const u32 function = u32(checked.module.function_types.size() - 1);
            for (u32 at = range.offset; at < range.offset + range.size; at++) {
                u8& byte = checked.module.bytes[at];
                const u8 before = byte;
                for (u32 value = 0; value < 256; value += address == "i32" ? 1 : 5) {
                    byte = u8(value);
                    checked.check(function);
                }
                byte = before;
            }
        }
    }
}
