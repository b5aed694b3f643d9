#include "vm/script/suite.hpp"

#include <catch2/catch.hpp>

#include "vm/exec/signals.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

const std::string module_text = R"((module
  (global (export "seven") i32 (i32.const 7))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func $deep (export "deep") (call $deep))
  (func (export "same") (param funcref) (result funcref) (local.get 0))
  (memory (export "memory") 1))
)";

ScriptReport report_of(const std::string& text) {
    install_fault_handler();
    return run_script({"x.wast", text}, {});
}

/// What is said of the only failure of a script, behind a module of functions.
std::string failure(const std::string& command) {
    const ScriptReport report = report_of(module_text + command);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].position.line == 8);
    CHECK(report.passed() == 0);
    return report.failures[0].message;
}

bool passes(const std::string& command) {
    const ScriptReport report = report_of(module_text + command);
    return report.failures.empty() && report.passed() == 1;
}

}  // namespace

TEST_CASE("what is as expected has passed, and is counted by its kind") {
    const ScriptReport report = report_of(module_text + R"(
        (invoke "add" (i32.const 1) (i32.const 2))
        (assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 3))
        (assert_return (get "seven") (i32.const 7))
        (assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")
        (assert_exhaustion (invoke "deep") "call stack exhausted")
        (assert_invalid (module (func (result i32))) "type mismatch")
        (assert_malformed (module quote "(func") "un")
        (assert_malformed (module binary "\00asn\01\00\00\00") "magic header not detected")
        (assert_unlinkable (module (import "spectest" "none" (func))) "unknown import"))");
    CHECK(report.failures.empty());
    const std::array<u64, assertion_kinds> counts{2, 1, 0, 1, 2, 1, 1};
    CHECK(report.passed_by_kind == counts);
}

TEST_CASE("a wrong result is a failure that tells both") {
    CHECK(failure(R"((assert_return (invoke "add" (i32.const 1) (i32.const 2)) (i32.const 4)))") ==
          "expected i32 4, found i32 3");
    CHECK(failure(R"((assert_return (get "seven") (i32.const 8)))") ==
          "expected i32 8, found i32 7");
    CHECK(failure(R"((assert_return (invoke "add" (i32.const 1) (i32.const 2))))") ==
          "expected nothing, found i32 3");
    CHECK(failure(R"((assert_return (invoke "divide" (i32.const 0)) (i32.const 0)))") ==
          "expected i32 0, found trap \"integer divide by zero\"");
}

TEST_CASE("a trap that does not come is a failure, and so is another one") {
    CHECK(failure(R"((assert_trap (invoke "divide" (i32.const 1)) "integer divide by zero"))") ==
          "expected trap \"integer divide by zero\", found a return of i32 1");
    CHECK(failure(R"((assert_trap (invoke "divide" (i32.const 0)) "integer overflow"))") ==
          "expected trap \"integer overflow\", found trap \"integer divide by zero\"");
    CHECK(failure(R"((assert_trap (invoke "deep") "call stack exhausted"))") ==
          "expected trap \"call stack exhausted\", found exhaustion \"call stack exhausted\"");
    CHECK(failure(R"((assert_trap (module) "unreachable"))") ==
          "expected trap \"unreachable\", found a module without fault");
    CHECK(failure(R"((assert_exception (invoke "divide" (i32.const 0))))") ==
          "expected exception \"\", found trap \"integer divide by zero\"");
    CHECK(failure(R"((assert_exhaustion (invoke "divide" (i32.const 1)) "call stack"))") ==
          "expected exhaustion \"call stack\", found a return of i32 1");
}

TEST_CASE("the expected message is a beginning of ours, not the other way round") {
    CHECK(passes(R"((assert_trap (invoke "divide" (i32.const 0)) "integer div"))"));
    CHECK(!passes(R"((assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero!"))"));
    CHECK(passes(R"((assert_invalid (module (func (result i32))) "type"))"));
    CHECK(!passes(R"((assert_invalid (module (func (result i32))) "typo"))"));
}

TEST_CASE("modules are refused for the reason that is expected") {
    const std::string invalid = "(module (func (result i32)))";
    CHECK(failure("(assert_malformed " + invalid + " \"type mismatch\")")
              .starts_with("expected malformed \"type mismatch\", found invalid \"type mismatch"));
    CHECK(failure("(assert_unlinkable " + invalid + " \"type mismatch\")").find("found invalid") !=
          std::string::npos);
    CHECK(failure("(assert_invalid (module) \"type mismatch\")") ==
          "expected invalid \"type mismatch\", found a module without fault");
    CHECK(failure("(assert_unlinkable (module) \"unknown import\")") ==
          "expected unlinkable \"unknown import\", found a module without fault");
    CHECK(failure(R"~((assert_invalid (module quote "(fun)") "type mismatch"))~")
              .find("found malformed") != std::string::npos);
}

TEST_CASE("a module that cannot be made is a failure, and nothing runs on the one before it") {
    const ScriptReport report = report_of(module_text + R"((module (func (result i32)))
        (assert_return (get "seven") (i32.const 7))
        (register "m")
        (module (import "m" "seven" (global i32))))");
    REQUIRE(report.failures.size() == 4);
    CHECK(report.failures[0].message.starts_with("expected a module, found invalid \"type mism"));
    CHECK(report.failures[0].message.find(" at line 8, column ") != std::string::npos);
    CHECK(report.failures[1].message.find("could not be made") != std::string::npos);
    CHECK(report.failures[3].message.find("unknown import") != std::string::npos);
}

TEST_CASE("what is not there, or does not fit, is a mistake of the script") {
    const char* const commands[] = {R"((invoke "nobody"))",
                                    R"((invoke $nobody "add"))",
                                    R"((invoke "seven"))",
                                    R"((invoke "memory"))",
                                    R"((get "add"))",
                                    R"((invoke "add" (i32.const 1)))",
                                    R"((invoke "add" (i32.const 1) (i32.const 2) (i32.const 3)))",
                                    R"((invoke "add" (i32.const 1) (i64.const 2)))",
                                    R"((invoke "add" (i32.const 1) (ref.null)))",
                                    R"((invoke "same" (ref.null any)))",
                                    R"((invoke "same" (ref.extern 1)))",
                                    R"((assert_return (invoke "same" (ref.host 1)) (ref.func)))",
                                    R"((assert_trap (invoke "nobody") ""))"};
    for (const std::string command : commands) {
        INFO(command);
        CHECK(failure(command).find("a mistake in the script") != std::string::npos);
    }
    CHECK(report_of("(invoke \"f\")").failures.size() == 1);
    CHECK(report_of("(register \"f\")").failures.size() == 1);
    CHECK(report_of("(module instance)").failures.size() == 1);
}

TEST_CASE("a script that cannot be read has failed") {
    const ScriptReport report = report_of("(module)\n(modul)");
    REQUIRE(report.failures.size() == 1);
    CHECK(report.passed() == 0);
    CHECK(failure_lines(report) ==
          std::vector<std::string>{"FAILED: x.wast:2: the script cannot be read: "
                                   "unknown command modul"});
}

TEST_CASE("instances of one definition have states of their own") {
    const ScriptReport report = report_of(R"(
        (module definition $counter
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n)))
        (module instance $a $counter)
        (module instance $b $counter)
        (assert_return (invoke $a "next") (i32.const 1))
        (assert_return (invoke $a "next") (i32.const 2))
        (assert_return (invoke $b "next") (i32.const 1))
        (register "b" $b)
        (module (import "b" "next" (func $next (result i32)))
          (func (export "twice") (result i32) (drop (call $next)) (call $next)))
        (assert_return (invoke "twice") (i32.const 3)))");
    CHECK(failure_lines(report) == std::vector<std::string>());
    CHECK(report.passed() == 4);
}

TEST_CASE("several scripts at once are reported in their order") {
    std::vector<ScriptSource> sources;
    for (int i = 0; i < 20; i++)
        sources.push_back({std::to_string(i), module_text +
                                                  "(assert_return (get \"seven\") "
                                                  "(i32.const " +
                                                  std::to_string(i) + "))"});
    const auto reports = run_scripts(sources, {.threads = 3});
    REQUIRE(reports.size() == 20);
    for (size_t i = 0; i < reports.size(); i++) {
        CHECK(reports[i].file == std::to_string(i));
        CHECK(reports[i].passed() == (i == 7 ? 1 : 0));
    }
    CHECK(run_scripts({}, {.threads = 3}).empty());
}
