#include "vm/text/names.hpp"

#include <catch2/catch.hpp>

namespace icvm::vm {
namespace {

TEST_CASE("Who has no identifier is counted") {
    IndexSpace space;
    CHECK(space.add());
    CHECK(space.add("a"));
    space.add_unnamed(3);
    CHECK(space.add("b"));
    CHECK_FALSE(space.add("a"));
    CHECK(space.find("a") == 1U);
    CHECK(space.find("b") == 5U);
    CHECK_FALSE(space.find("c"));
}

TEST_CASE("The innermost label of a name is meant, the outer one again behind it") {
    LabelStack labels;
    labels.push("a");
    labels.push("");
    labels.push("a");
    CHECK(labels.find("a") == 0U);
    CHECK(labels.innermost_is("a"));
    labels.pop();
    CHECK(labels.find("a") == 1U);
    CHECK_FALSE(labels.innermost_is("a"));
    labels.pop();
    labels.pop();
    CHECK_FALSE(labels.find("a"));
}

}  // namespace
}  // namespace icvm::vm
