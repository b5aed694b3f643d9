#include "vm/text/spelling.hpp"

#include <catch2/catch.hpp>

namespace icvm::vm {
namespace {

std::string_view nearest(std::string_view word) {
    Spelling spelling(word);
    for (const std::string_view candidate : {"amount", "local.get", "count", "x"})
        spelling.consider(candidate);
    return spelling.nearest();
}

TEST_CASE("The nearest word is proposed, unless all are far") {
    CHECK(nearest("ammount") == "amount");
    CHECK(nearest("coun") == "count");
    CHECK(nearest("get_local") == "local.get");
    CHECK(nearest("conut") == "count");
    CHECK(nearest("y").empty());
    CHECK(nearest("").empty());
    CHECK(nearest("something").empty());
    CHECK(nearest(std::string(1000, 'a')).empty());
}

}  // namespace
}  // namespace icvm::vm
