#include "replica/base/lossy_utf8.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

TEST_CASE("what is no UTF-8 is replaced, once for each part that might have become a character") {
    const auto lossy = [](std::string_view bytes) { return lossy_utf8(bytes_of(bytes)); };
    CHECK(lossy("") == "");
    CHECK(lossy("plain, \u00E9\u20AC\U0001F600") == "plain, \u00E9\u20AC\U0001F600");
    CHECK(lossy("a\xFFz") == "a\uFFFDz");
    CHECK(lossy("\x80\x80") == "\uFFFD\uFFFD");
    CHECK(lossy("\xE2\x82") == "\uFFFD");  // a character that is cut off
    CHECK(lossy("\xE2\x82x") == "\uFFFDx");
    CHECK(lossy("\xC0\xAF") == "\uFFFD\uFFFD");                      // overlong
    CHECK(lossy("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");            // a surrogate
    CHECK(lossy("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

}  // namespace icvm::replica
