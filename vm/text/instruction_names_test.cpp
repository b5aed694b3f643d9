#include "vm/text/instruction_names.hpp"

#include <catch2/catch.hpp>

namespace icvm::vm {
namespace {

TEST_CASE("Every instruction is found by its name") {
#define WASM(code, id, name, ...) CHECK(find_instruction(name)->text == name);
#include "vm/wasm/opcode.def"
    CHECK(find_instruction("i32.addd") == nullptr);
    CHECK(find_instruction("") == nullptr);
    CHECK(find_instruction("select")->opcode == Opcode::select);
    CHECK(find_instruction("ref.cast")->opcode == Opcode::ref_cast);
}

TEST_CASE("A near word is proposed for one that nobody knows") {
    CHECK(similar_word("i32.ad") == "i32.add");
    CHECK(similar_word("get_local") == "local.get");
    CHECK(similar_word("i32.wrap/i64") == "i32.wrap_i64");
    CHECK(similar_word("modul") == "module");
    CHECK(similar_word("florb").empty());
    CHECK(similar_word(std::string(100, 'x')).empty());
}

}  // namespace
}  // namespace icvm::vm
