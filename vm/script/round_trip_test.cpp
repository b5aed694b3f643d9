// Printing and parsing again gives the same bytes for every module of the official suite: $SUITE,
// else ../shared/wasm-testsuite beside the checkout, else where spec-tests/run fetches it. Without
// a suite it is skipped, which .ci/test counts.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "vm/script/script.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/printer.hpp"

using namespace icvm;
using namespace icvm::vm;

namespace {

namespace fs = std::filesystem;

fs::path suite() {
    const char* given = std::getenv("SUITE");
    if (given != nullptr && *given != '\0') return given;
    const fs::path beside = "../shared/wasm-testsuite";
    return fs::is_directory(beside) ? beside : "build/wasm-testsuite";
}

bool is_malformed(Command::Kind kind) {
    return kind == Command::Kind::assert_malformed ||
           kind == Command::Kind::assert_malformed_custom;
}

/// The bytes of a module that is well-formed.
ByteVector bytes_of_module(const ScriptModule& module) {
    if (module.form == ScriptModule::Form::binary) return module.bytes;
    auto parsed = parse_module(module.text);
    REQUIRE(parsed.has_value());
    return std::move(parsed->bytes);
}

void check_round_trip(const ByteVector& bytes) {
    const auto text = print_module(bytes);
    REQUIRE(text.has_value());
    const auto parsed = parse_module(*text);
    INFO(*text);
    REQUIRE(parsed.has_value());
    CHECK((parsed->bytes == bytes));
}

}  // namespace

TEST_CASE("every module of the official suite is printed and parsed to the same bytes") {
    if (!fs::is_directory(suite())) {
        WARN("skipped: the round trip, no suite at " << suite().string());
        return;
    }
    for (const auto& entry : fs::directory_iterator(suite())) {
        if (entry.path().extension() != ".wast") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto script = parse_script(text);
        REQUIRE(script.has_value());
        for (const Command& command : *script) {
            if (!command.module || is_malformed(command.kind)) continue;
            INFO(entry.path() << ":" << command.module->position.line);
            check_round_trip(bytes_of_module(*command.module));
        }
    }
}
