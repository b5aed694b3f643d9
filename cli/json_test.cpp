#include "cli/json.hpp"

#include <catch2/catch.hpp>

using namespace icvm;
using namespace icvm::cli;

TEST_CASE("a JSON string escapes quotes, backslashes and control characters") {
    CHECK(json_string("a \"b\" \\ c") == R"("a \"b\" \\ c")");
    CHECK(json_string("line\nfeed\ttab\rreturn") == R"("line\nfeed\ttab\rreturn")");
    CHECK(json_string(std::string_view("\0\x1b\x7f", 3)) == R"("\u0000\u001b\u007f")");
}

TEST_CASE("a JSON string keeps UTF-8 and replaces what is none") {
    CHECK(json_string("é… 𝄞") == "\"é… 𝄞\"");
    CHECK(json_string("a\xff"
                      "b") == R"("a\ufffdb")");
    CHECK(json_string("\xc0\x80") == R"("\ufffd\ufffd")");                      // overlong
    CHECK(json_string("\xed\xa0\x80") == R"("\ufffd\ufffd\ufffd")");            // a surrogate
    CHECK(json_string("\xe2\x80") == R"("\ufffd\ufffd")");                      // cut short
    CHECK(json_string("\xf4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");  // beyond U+10FFFF
}

TEST_CASE("JSON objects and arrays keep the order of what was added") {
    JsonArray array;
    CHECK(array.text() == "[]");
    array.add("x");
    array.add_json("1");
    JsonObject object;
    CHECK(object.text() == "{}");
    object.add("text", "v");
    object.add("number", u64(18446744073709551615u));
    object.add("flag", true);
    object.add_json("list", array.text());
    CHECK(object.text() ==
          R"({"text":"v","number":18446744073709551615,"flag":true,"list":["x",1]})");
}
