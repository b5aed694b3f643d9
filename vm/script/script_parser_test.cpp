#include <catch2/catch.hpp>

#include "vm/script/script.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

Script parsed(std::string_view text) {
    auto script = parse_script(text);
    INFO((script ? std::string() : script.error().reason));
    REQUIRE(script);
    return std::move(*script);
}

Command only(std::string_view text) {
    Script script = parsed(text);
    REQUIRE(script.size() == 1);
    return std::move(script[0]);
}

std::vector<Expected> results(const std::string& text) {
    return only("(assert_return (invoke \"f\") " + text + ")").results;
}

Expected result(const std::string& text) {
    const auto all = results(text);
    REQUIRE(all.size() == 1);
    return all[0];
}

TextError refused(std::string_view text) {
    const auto script = parse_script(text);
    REQUIRE(!script);
    return script.error();
}

}  // namespace

TEST_CASE("a module in text is kept as it stands, with its place") {
    const Script script = parsed("(module)\n  (module $m (func (; ) ;) \")\"))");
    REQUIRE(script.size() == 2);
    CHECK(script[0].kind == Command::Kind::module);
    CHECK(script[0].module->text == "(module)");
    CHECK(script[1].module->id == "$m");
    CHECK(script[1].module->text == "(module $m (func (; ) ;) \")\"))");
    CHECK(script[1].module->position.line == 2);
    CHECK(script[1].module->position.column == 3);
    CHECK(script[1].position.line == 2);
}

TEST_CASE("strings of binary and quoted modules are joined") {
    const ScriptModule binary = *only(R"((module $b binary "\00asm" "\01\00" "\00\00"))").module;
    CHECK(binary.form == ScriptModule::Form::binary);
    CHECK(binary.id == "$b");
    CHECK(binary.bytes == ByteVector{0, 'a', 's', 'm', 1, 0, 0, 0});
    const ScriptModule quote = *only(R"~((module quote "(func" " $\"x\")"))~").module;
    CHECK(quote.form == ScriptModule::Form::quote);
    CHECK(quote.text == "(func $\"x\")");
}

TEST_CASE("a definition is no instance, and what makes it one is blank in its text") {
    const ScriptModule definition = *only("(module definition $d (func))").module;
    CHECK(definition.definition);
    CHECK(definition.id == "$d");
    CHECK(definition.text == "(module            $d (func))");
    const Command instance = only("(module instance $i $d)");
    CHECK(instance.kind == Command::Kind::instance);
    CHECK(instance.id == "$i");
    CHECK(instance.name == "$d");
    CHECK(only("(module definition binary \"x\")").module->definition);
}

TEST_CASE("a script may be the fields of one module") {
    const Command command = only(" ;; \n (func) (memory 0)");
    CHECK(command.kind == Command::Kind::module);
    CHECK(command.module->text == " ;; \n (func) (memory 0)");
    CHECK(parsed(" (; nothing ;) ").empty());
}

TEST_CASE("actions and registrations name their modules, however the name is written") {
    const Command invoke = only("(invoke $\"m\" \"a\\62\" (i32.const -1) (ref.extern 7))");
    CHECK(invoke.kind == Command::Kind::action);
    CHECK(invoke.action->module == "$m");
    CHECK(invoke.action->name == "ab");
    REQUIRE(invoke.action->arguments.size() == 2);
    CHECK(invoke.action->arguments[0].value.bits == 0xFFFF'FFFF);
    CHECK(invoke.action->arguments[1].value.bits == references::host(7));
    const Command get = only("(assert_return (get \"g\") (i64.const 3))");
    CHECK(get.action->kind == Action::Kind::get);
    CHECK(get.action->module.empty());
    const Command registered = only("(register \"name\" $m)");
    CHECK(registered.kind == Command::Kind::register_);
    CHECK(registered.name == "name");
    CHECK(registered.id == "$m");
}

TEST_CASE("every assertion has its subject and its message") {
    const std::pair<const char*, Command::Kind> of_modules[] = {
        {"assert_trap", Command::Kind::assert_trap},
        {"assert_malformed", Command::Kind::assert_malformed},
        {"assert_malformed_custom", Command::Kind::assert_malformed_custom},
        {"assert_invalid", Command::Kind::assert_invalid},
        {"assert_invalid_custom", Command::Kind::assert_invalid_custom},
        {"assert_unlinkable", Command::Kind::assert_unlinkable}};
    for (const auto& [word, kind] : of_modules) {
        const Command command = only("(" + std::string(word) + " (module) \"why\")");
        CHECK(command.kind == kind);
        CHECK(command.module->text == "(module)");
        CHECK(command.message == "why");
    }
    CHECK(only("(assert_trap (invoke \"f\") \"why\")").action->name == "f");
    CHECK(only("(assert_exhaustion (invoke \"f\") \"why\")").kind ==
          Command::Kind::assert_exhaustion);
    CHECK(only("(assert_exception (invoke \"f\"))").kind == Command::Kind::assert_exception);
}

TEST_CASE("numbers are read to the bit") {
    CHECK(result("(i32.const 0xFFFF_FFFF)").value.bits == 0xFFFF'FFFF);
    CHECK(result("(i64.const -0x8000_0000_0000_0000)").value.bits == u64(1) << 63);
    CHECK(result("(f32.const -0x1.8p-1)").value.bits == 0xBF40'0000);
    CHECK(result("(f32.const 7)").value.bits == 0x40E0'0000);
    CHECK(result("(f64.const 4.9e-324)").value.bits == 1);
    CHECK(result("(f64.const -inf)").value.bits == 0xFFF0'0000'0000'0000);
    CHECK(result("(f32.const -nan:0x200000)").value.bits == 0xFFA0'0000);
    CHECK(result("(f64.const nan)").value.bits == 0x7FF8'0000'0000'0000);
}

TEST_CASE("numbers that do not fit are refused") {
    const char* const texts[] = {"(i32.const 0x1_0000_0000)",
                                 "(i32.const -0x8000_0001)",
                                 "(i64.const 18446744073709551616)",
                                 "(i32.const 1.5)",
                                 "(i32.const nan:canonical)",
                                 "(f32.const nan:0x800000)",
                                 "(f32.const nan:0x0)",
                                 "(f32.const 1e39)",
                                 "(v128.const i8x16 1)",
                                 "(v128.const i64x2 1 2 3)",
                                 "(v128.const i8x8 1)",
                                 "(ref.host)",
                                 "(ref.null 7)",
                                 "(ref.wrong)",
                                 "(wrong.const 1)",
                                 "i32"};
    for (const std::string text : texts) {
        INFO(text);
        CHECK(!parse_script("(assert_return (invoke \"f\") " + text + ")"));
    }
}

TEST_CASE("a vector is one value, or a pattern for each lane") {
    const Expected value = result("(v128.const i16x8 1 2 3 4 5 6 7 -1)");
    CHECK(value.kind == Expected::Kind::exactly);
    CHECK(value.value.bits == 0x0004'0003'0002'0001);
    CHECK(value.value.high == 0xFFFF'0007'0006'0005);
    const Expected pattern = result("(v128.const f32x4 1 nan:canonical nan:arithmetic -0)");
    CHECK(pattern.kind == Expected::Kind::vector);
    CHECK(pattern.lane_bits == 32);
    REQUIRE(pattern.lanes.size() == 4);
    CHECK(pattern.lanes[0].value.bits == 0x3F80'0000);
    CHECK(pattern.lanes[1].kind == Expected::Kind::canonical_nan);
    CHECK(pattern.lanes[2].kind == Expected::Kind::arithmetic_nan);
    CHECK(pattern.lanes[3].value.bits == 0x8000'0000);
}

TEST_CASE("references are values, kinds or nulls") {
    CHECK(result("(ref.null)").kind == Expected::Kind::null);
    CHECK(result("(ref.null func)").value.type == types::funcref);
    CHECK(result("(ref.extern 0)").value.bits == references::host(0));
    CHECK(result("(ref.host 1)").value.type == types::anyref);
    CHECK(result("(ref.extern)").kind == Expected::Kind::reference);
    for (const char* word : {"any", "eq", "i31", "struct", "array", "func", "exn", "extern"}) {
        const Expected expected = result("(ref." + std::string(word) + ")");
        CHECK(expected.kind == Expected::Kind::reference);
        CHECK(!expected.value.type.is_nullable());
    }
}

TEST_CASE("several results, and one of several") {
    CHECK(results("(i32.const 1) (i64.const 2)").size() == 2);
    CHECK(results("").empty());
    const Expected either = result("(either (i32.const 1) (either (i32.const 2) (i32.const 3)))");
    REQUIRE(either.alternatives.size() == 2);
    CHECK(either.alternatives[1].alternatives[1].value.bits == 3);
}

TEST_CASE("a broken script is an error that says where") {
    const char* const texts[] = {"(module",
                                 ")",
                                 "module",
                                 "(assert_nothing (module) \"x\")",
                                 "(assert_invalid (invoke \"f\") \"x\")",
                                 "(assert_return (module))",
                                 "(assert_trap (invoke \"f\"))",
                                 "(assert_trap (invoke \"f\") \"x\" \"y\")",
                                 "(register)",
                                 "(invoke f)",
                                 "(invoke \"f\" (ref.func))",
                                 "(invoke \"f\" (f32.const nan:canonical))",
                                 "(get \"g\" (i32.const 1))",
                                 "(module binary x)",
                                 "(module instance (func))",
                                 "(assert_malformed (module quote \"x) \"y\")",
                                 "\"unclosed"};
    for (const std::string text : texts) {
        INFO(text);
        CHECK(!parse_script(text));
    }
    const TextError error = refused("(module)\n(module)\n (invoke 3)");
    CHECK(error.position.line == 3);
    CHECK(error.position.column == 10);
    const TextError unknown = refused("(module)\n(modul\n)");
    CHECK(unknown.position.line == 2);
    CHECK(unknown.position.column == 2);
}

TEST_CASE("alternatives within alternatives have a limit") {
    std::string text;
    for (int i = 0; i < 100'000; i++) text += "(either ";
    CHECK(refused("(assert_return (invoke \"f\") " + text).reason == "too many levels of either");
}
