#include "vm/text/lexer.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace icvm::vm {
namespace {

std::vector<Token> tokens_of(std::string_view text) {
    Lexer lexer(text);
    std::vector<Token> result;
    for (;;) {
        auto token = lexer.next_or_annotation();
        REQUIRE(token.has_value());
        if (token->kind == TokenKind::end) return result;
        result.push_back(*token);
    }
}

TokenKind kind_of(std::string_view text) {
    const std::vector<Token> tokens = tokens_of(text);
    REQUIRE(tokens.size() == 1);
    CHECK(tokens[0].text == text);
    return tokens[0].kind;
}

/// "line:column reason" of the first error.
std::string error_of(std::string_view text) {
    Lexer lexer(text);
    for (;;) {
        auto token = lexer.next_or_annotation();
        if (!token) {
            const TextError& error = token.error();
            return std::to_string(error.position.line) + ":" +
                   std::to_string(error.position.column) + " " + error.reason;
        }
        if (token->kind == TokenKind::end) return "";
    }
}

TEST_CASE("A token has the kind that its form says") {
    using enum TokenKind;
    for (const char* text : {"0", "1_000", "0xFf", "007"}) CHECK(kind_of(text) == natural);
    for (const char* text : {"-1", "+0x1_2"}) CHECK(kind_of(text) == integer);
    for (const char* text : {"1.", "1.5", "1e3", "-1.5E-3", "0x1p4", "0xA.fP+1", "0x1.", "inf",
                             "-inf", "nan", "+nan", "nan:0x1", "-nan:0x7f_ff"})
        CHECK(kind_of(text) == floating);
    for (const char* text :
         {"module", "i32.add", "offset=1", "nan:canonical", "nan:1", "nan:0x", "info", "align=-1"})
        CHECK(kind_of(text) == keyword);
    for (const char* text :
         {"0x",  "1__0", "_1",   "1_",         ".5",     "0x.5",   "1e",      "0x1p",    "0drop",
          "0$l", "@a",   "A",    "\"a\"\"b\"", "\"a\"x", "x\"a\"", "$\"a\"x", "$x\"a\"", ",",
          "a,b", "[",    "1e_1", "0x1.0_p1",   "1._0",   "-",      "+0x"})
        CHECK(kind_of(text) == reserved);
    for (const char* text : {"$x", "$0", "$!?@#a$%^&*-+_.:9'`|/\\<=>~", "$\"a b\"", "$\"\\41\""})
        CHECK(kind_of(text) == identifier);
    for (const char* text : {"\"\"", "\"a\"", R"("\t\n\r\"\'\\\00\u{10_ffff}")", "\"λ\""})
        CHECK(kind_of(text) == string);
    for (const char* text : {"(@a)", "(@\"a b\" x)", "(@a (x \")\") (; ) ;) , ; 0x\n;; )\n)"})
        CHECK(kind_of(text) == annotation);
}

TEST_CASE("Comments and white space part tokens, and so do parentheses") {
    CHECK(tokens_of("func;;bla\n;;\r(;a(;b;)c;)x(nop)$y(;;);;").size() == 6);
    CHECK(tokens_of(";;\rx").size() == 1);
    CHECK(tokens_of("").empty());
}

TEST_CASE("What is no token is refused where it stands") {
    CHECK(error_of("\n  \x01") == "2:3 illegal character");
    CHECK(error_of("λ") == "1:1 illegal character");
    CHECK(error_of("x \xFF") == "1:3 malformed UTF-8 encoding");
    CHECK(error_of(";; \xFF") == "1:4 malformed UTF-8 encoding");
    CHECK(error_of("a \"b\nc\"") == "1:3 unclosed string");
    CHECK(error_of("\"\\") == "1:1 unclosed string");
    CHECK(error_of("\"a\tb\"") == "1:3 illegal control character in a string");
    CHECK(error_of("\"\\q\"") == "1:2 illegal escape in a string");
    CHECK(error_of("\"\\u{d800}\"") == "1:2 illegal escape in a string");
    CHECK(error_of("\"\\u{110000}\"") == "1:2 illegal escape in a string");
    CHECK(error_of("(; (; ;)") == "1:1 unclosed comment");
    CHECK(error_of("x $ y") == "1:3 empty identifier");
    CHECK(error_of("$\"\"") == "1:1 empty identifier");
    CHECK(error_of("$\"\\ef\"") == "1:1 malformed UTF-8 encoding");
    CHECK(error_of("(@)") == "1:1 empty annotation id");
    CHECK(error_of("(@\"\\ef\")") == "1:3 malformed UTF-8 encoding");
    CHECK(error_of("(@x (y)") == "1:1 unclosed annotation");
    CHECK(error_of("(@x \"") == "1:5 unclosed string");
    CHECK(error_of("(@x \x02)") == "1:5 illegal character");
}

TEST_CASE("Strings, identifiers and names of annotations say what they stand for") {
    CHECK(string_value(R"("a\t\n\r\"\'\\\41\u{3bb}\u{1F600}\u{7f}")") ==
          "a\t\n\r\"'\\Aλ\xF0\x9F\x98\x80\x7F");
    CHECK(string_value(R"("\00\ff")") == std::string("\0\xFF", 2));
    CHECK(identifier_name("$x") == "x");
    CHECK(identifier_name("$\"\\41B\"") == "AB");
    CHECK(annotation_name("(@custom \"x\")") == "custom");
    CHECK(annotation_name("(@\"a b\"c)") == "a b");
}

TEST_CASE("Balanced parentheses are cut out of a script") {
    const std::string_view text = "(register) (module (func) \")\" (;) (;);) ;) (@x )) (next)";
    Lexer lexer(text);
    REQUIRE(lexer.next().has_value());
    REQUIRE(lexer.skip_to_right().has_value());
    const Token left = lexer.next().value();
    CHECK(lexer.next()->text == "module");
    const Token right = lexer.skip_to_right().value();
    CHECK(text.substr(left.offset, right.end() - left.offset) ==
          "(module (func) \")\" (;) (;);) ;) (@x ))");
    CHECK(lexer.next()->kind == TokenKind::left);
    CHECK(Lexer("( (x)", 1).skip_to_right().error().reason.starts_with("unexpected end"));
}

TEST_CASE("A line is quoted with a caret under the column, in code points") {
    CHECK(quote_line("a\n\tλ b\nc", {2, 4}) == "\tλ b\n\t  ^\n");
    CHECK(quote_line("\u65e5 \u00e9 \U0001f600b", {1, 6}) ==
          "\u65e5 \u00e9 \U0001f600b\n\u3000   \u3000^\n");
    CHECK(quote_line("a\r\nbc", {2, 3}) == "bc\n  ^\n");
    CHECK(quote_line("", {1, 1}) == "\n^\n");
    CHECK(quote_line(std::string(1000, 'x'), {1, 501}).size() == 160 + 1 + 100 + 2);
    const Position position = position_at("a\r\nb\rλc", 7);
    CHECK((position.line == 3 && position.column == 2));
}

}  // namespace
}  // namespace icvm::vm
