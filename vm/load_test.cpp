#include <catch2/catch.hpp>

#include "vm/binary/assemble.hpp"
#include "vm/vm.hpp"

using namespace icvm;
using namespace icvm::vm;
using namespace icvm::vm::assemble;

namespace {

LoadError error_of(const ByteVector& bytes) {
    auto loaded = load_module(bytes, {.guard = false});
    REQUIRE_FALSE(loaded);
    return std::move(loaded.error());
}

const ByteVector type_section = section(1, {{0x60, 0x00, 0x00}});

}  // namespace

TEST_CASE("what is malformed tells its section and offset") {
    ByteVector cut = vm::assemble::module({type_section, section(3, {{0x00}})});
    cut.pop_back();
    const LoadError error = error_of(cut);
    CHECK(std::holds_alternative<Malformed>(error));
    CHECK(error.place.section == "function");
    const auto read = read_module(cut);
    REQUIRE_FALSE(read);
    CHECK(to_string(read.error()) == to_string(error));
    CHECK(to_string(error).starts_with("length out of bounds (in the function section, at offset"));
    CHECK(to_string(error_of({0, 'a', 's', 'm', 2, 0, 0, 0})) ==
          "unknown binary version (at offset 0x4)");
    CHECK(error_of({0, 'a', 's', 'm', 1, 0, 0, 0, 1, 1}).place.section == "type");
    CHECK(error_of({0, 'a', 's', 'm', 1, 0, 0, 0, 1}).place.section == "type");
    CHECK(error_of({0, 'a', 's', 'm', 1, 0, 0, 0, 99}).place.section.empty());
}

TEST_CASE("what is invalid tells its function by index and name") {
    const ByteVector exported = section(7, {join({name("in\"c"), {0x00, 0x00}})});
    const LoadError error = error_of(vm::assemble::module(
        {type_section, section(3, {{0x00}}), exported, section(10, {body({0x41, 0x00})})}));
    REQUIRE(std::holds_alternative<Invalid>(error));
    CHECK(error.place.section == "code");
    CHECK(error.place.function == 0u);
    CHECK(error.place.function_name == "in\"c");
    CHECK(error.reason().starts_with("type mismatch"));
    CHECK(to_string(error).find("(in function 0 \"in\\22c\", at offset 0x") != std::string::npos);
}

TEST_CASE("what is invalid outside of functions tells its section") {
    const LoadError error =
        error_of(vm::assemble::module({section(7, {join({name("f"), {0x00, 0x05}})})}));
    REQUIRE(std::holds_alternative<Invalid>(error));
    CHECK(error.place.section == "export");
    CHECK_FALSE(error.place.function);
}

TEST_CASE("the error of a body that is malformed tells the function, too") {
    const LoadError error = error_of(
        vm::assemble::module({type_section, section(3, {{0x00}}), section(10, {body({0xFF})})}));
    CHECK(std::holds_alternative<Malformed>(error));
    CHECK(error.place.section == "code");
    CHECK(error.place.function == 0u);
}
