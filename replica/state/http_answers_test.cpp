#include "replica/state/http_answers.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

namespace {

using management::HttpMethod;

/// A file "created.json" stands beside the text.
Result<ByteVector, std::string> read(const std::string& name) {
    if (name != "created.json") return std::unexpected("no file " + name);
    return ByteVector{'{', '}', '\n'};
}

std::vector<HttpAnswer> answers_of(std::string_view text) {
    auto answers = parse_http_answers("x.http", text, read);
    INFO(text);
    REQUIRE(answers);
    return answers->answers;
}

std::string error_of(std::string_view text) {
    const auto answers = parse_http_answers("x.http", text, read);
    INFO(text);
    REQUIRE(!answers);
    return std::to_string(answers.error().line) + ": " + answers.error().message;
}

std::string text_of(const ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("a file of answers has requests and what comes back") {
    const auto answers = answers_of(
        "# the price\nGET https://a.example.com/x?y=z\r\n=> 200\nContent-Type: text/plain\n\n4.21\n"
        "\nand more\n\n\n### next\n# with a body\nPOST https://b.example.com/*\nX-Key :  7 \n\n"
        "a\nb\n=> 201\n\n< created.json\n###\nHEAD https://c.example.com/\n=> reject 2 no route\n");
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].method == HttpMethod::get);
    CHECK(answers[0].url == "https://a.example.com/x?y=z");
    CHECK(!answers[0].body);
    CHECK(answers[0].response.status == 200);
    REQUIRE(answers[0].response.headers.size() == 1);
    CHECK(answers[0].response.headers[0].name == "content-type");
    CHECK(answers[0].response.headers[0].value == "text/plain");
    CHECK(text_of(answers[0].response.body) == "4.21\n\nand more");
    CHECK(answers[1].headers[0].name == "X-Key");
    CHECK(answers[1].headers[0].value == "7");
    CHECK(text_of(*answers[1].body) == "a\nb");
    CHECK(text_of(answers[1].response.body) == "{}\n");
    CHECK(answers[2].rejection->code == RejectCode::sys_transient);
    CHECK(answers[2].rejection->message == "no route");
    CHECK(answers_of("").empty());
    CHECK(answers_of("# nothing\n\n###\n").empty());
    CHECK(answers_of("GET https://a.example.com/\n=> 204")[0].response.body.empty());
}

TEST_CASE("what is wrong with a file of answers is said with its line") {
    CHECK(error_of("get https://a.example.com/\n=> 200\n") ==
          "1: a request begins with its method and URL, as in `GET https://example.com/`");
    CHECK(error_of("\nGET\n=> 200\n").starts_with("2: a request begins"));
    CHECK(error_of("GET https://a.example.com/\n") ==
          "2: the answer to GET https://a.example.com/ is missing: a line `=> 200`");
    CHECK(error_of("GET https://a.example.com/\nx\n=> 200\n") ==
          "2: a header is `name: value`, and the answer begins with `=>`, as in `=> 200`");
    CHECK(error_of("GET https://a.example.com/\n=> OK\n") ==
          "2: an answer begins with its status, as in `=> 200`");
    CHECK(error_of("GET https://a.example.com/\n=> reject 7 no\n").starts_with("2: a reject has"));
    CHECK(error_of("GET https://a.example.com/\n=> 200\n\n< other.json\n") ==
          "4: no file other.json");
}

TEST_CASE("the first answer that fits counts") {
    const HttpAnswers answers{
        "x.http",
        answers_of("GET https://a.example.com/1\nx-key: 7\n=> 201\n###\n"
                   "GET https://a.example.com/*\n=> 202\n###\nPOST https://a.example.com/\n\nping\n"
                   "=> 203\n")};
    const std::vector<management::HttpHeader> none, key{{"X-KEY", "7"}};
    const auto status = [&](const HttpOutgoing& request) {
        const HttpAnswer* found = find_answer(answers, request);
        return found ? int(found->response.status) : 0;
    };
    const ByteVector ping{'p', 'i', 'n', 'g'}, pong{'p', 'o', 'n', 'g'};
    CHECK(status({HttpMethod::get, "https://a.example.com/1", key, {}}) == 201);
    CHECK(status({HttpMethod::get, "https://a.example.com/1", none, {}}) == 202);
    CHECK(status({HttpMethod::get, "https://a.example.com/", none, ping}) == 202);
    CHECK(status({HttpMethod::get, "https://b.example.com/", none, {}}) == 0);
    CHECK(status({HttpMethod::post, "https://a.example.com/", none, ping}) == 203);
    CHECK(status({HttpMethod::post, "https://a.example.com/", none, pong}) == 0);
    CHECK(missing_answer({HttpMethod::post, "https://a.example.com/", none, {}}) ==
          "###\nPOST https://a.example.com/\n=> 200\n\nBODY");
}

}  // namespace icvm::replica
