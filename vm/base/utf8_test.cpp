#include "vm/base/utf8.hpp"

#include <catch2/catch.hpp>

using icvm::bytes_of;
using icvm::is_utf8;

TEST_CASE("well-formed UTF-8 of every length is accepted") {
    CHECK(is_utf8(bytes_of("")));
    CHECK(is_utf8(bytes_of("plain")));
    CHECK(is_utf8(bytes_of("\xC2\x80 \xDF\xBF")));
    CHECK(is_utf8(bytes_of("\xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF")));
    CHECK(is_utf8(bytes_of("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF")));
}

TEST_CASE("overlong forms, surrogates, cut sequences and what lies above U+10FFFF are refused") {
    for (const char* text :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF",
          "\xED\xA0\x80", "\xE1\x80", "\xE1\x80\x41", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
          "\xF1\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
        CHECK_FALSE(is_utf8(bytes_of(text)));
}
