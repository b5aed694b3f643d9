#include "replica/state/http_answers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica {

namespace {

using management::HttpHeader;
using management::HttpMethod;

constexpr std::string_view method_names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"};
constexpr std::string_view separator = "###";
constexpr std::string_view arrow = "=>";

/// As names of headers are compared.
std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return out;
}

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the first word.
std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    text = trimmed(text.substr(word.size()));
    return word;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::optional<HttpMethod> method_named(std::string_view name) {
    const auto found = std::ranges::find(method_names, name);
    if (found == std::end(method_names)) return std::nullopt;
    return HttpMethod(found - std::begin(method_names));
}

/// Reads a text from top to bottom.
class Parser {
public:
    Parser(std::string_view text, const ReadBeside& read) : lines_(lines_of(text)), read_(read) {}

    Result<std::vector<HttpAnswer>, HttpAnswersError> parse() {
        std::vector<HttpAnswer> answers;
        for (skip(); at_ < lines_.size(); skip()) answers.push_back(TRY(answer()));
        return answers;
    }

private:
    std::unexpected<HttpAnswersError> error(std::string message) const {
        return std::unexpected(HttpAnswersError{at_ + 1, std::move(message)});
    }
    bool at_separator() const { return lines_[at_].starts_with(separator); }
    bool at_arrow() const { return lines_[at_].starts_with(arrow); }
    /// To the next request.
    void skip() {
        const auto is_passed = [](std::string_view line) {
            return trimmed(line).empty() || line.starts_with('#');
        };
        while (at_ < lines_.size() && is_passed(lines_[at_])) at_++;
    }
    Result<HttpAnswer, HttpAnswersError> answer();
    Result<void, HttpAnswersError> request(HttpAnswer& answer);
    Result<void, HttpAnswersError> response(HttpAnswer& answer);
    Result<std::vector<HttpHeader>, HttpAnswersError> headers();
    Result<ByteVector, HttpAnswersError> body(bool of_request);

    std::vector<std::string_view> lines_;
    const ReadBeside& read_;
    size_t at_ = 0;
};

Result<HttpAnswer, HttpAnswersError> Parser::answer() {
    HttpAnswer answer;
    TRY(request(answer));
    if (at_ == lines_.size() || !at_arrow())
        return error(fmt::format("the answer to {} {} is missing: a line `=> 200`",
                                 http_method_name(answer.method), answer.url));
    TRY(response(answer));
    return answer;
}

Result<void, HttpAnswersError> Parser::request(HttpAnswer& answer) {
    std::string_view line = lines_[at_];
    const std::string_view word = take_word(line);
    const auto method = method_named(word);
    if (!method || line.empty() || line.find(' ') != std::string_view::npos)
        return error("a request begins with its method and URL, as in `GET https://example.com/`");
    answer.method = *method;
    answer.url = line;
    at_++;
    answer.headers = TRY(headers());
    if (at_ == lines_.size() || at_arrow()) return {};
    ByteVector bytes = TRY(body(true));
    if (!bytes.empty()) answer.body = std::move(bytes);
    return {};
}

Result<void, HttpAnswersError> Parser::response(HttpAnswer& answer) {
    std::string_view line = lines_[at_].substr(arrow.size());
    const std::string_view word = take_word(line);
    const auto digits = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    if (word == "reject") {
        const std::string_view code = take_word(line);
        if (code.size() != 1 || code < "1" || code > "6")
            return error("a reject has a code of 1 to 6 and a text, as in `=> reject 2 no route`");
        answer.rejection = Reject{
            RejectCode(code[0] - '0'), ErrorCode::canister_rejected_message, std::string(line), {}};
        at_++;
        skip();
        return {};
    }
    if (word.size() != 3 || !digits(word))
        return error("an answer begins with its status, as in `=> 200`");
    for (const char c : word) answer.response.status = answer.response.status * 10 + u128(c - '0');
    at_++;
    answer.response.headers = TRY(headers());
    // As mainnet's adapter hands them on.
    for (HttpHeader& header : answer.response.headers) header.name = lower(header.name);
    if (at_ < lines_.size()) answer.response.body = TRY(body(false));
    return {};
}

/// `name: value` each, up to a blank line, which is taken, an answer or the next request.
Result<std::vector<HttpHeader>, HttpAnswersError> Parser::headers() {
    std::vector<HttpHeader> headers;
    for (; at_ < lines_.size() && !at_arrow() && !at_separator(); at_++) {
        const std::string_view line = lines_[at_];
        if (line.starts_with('#')) continue;
        if (trimmed(line).empty()) {
            at_++;
            break;
        }
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0)
            return error(
                "a header is `name: value`, and the answer begins with `=>`, as in `=> 200`");
        headers.push_back({std::string(trimmed(line.substr(0, colon))),
                           std::string(trimmed(line.substr(colon + 1)))});
    }
    return headers;
}

/// Up to the next request, or the answer; blank lines at its end do not count. `< FILE` is the
/// bytes of a file.
Result<ByteVector, HttpAnswersError> Parser::body(bool of_request) {
    const size_t first = at_;
    while (at_ < lines_.size() && !at_separator() && !(of_request && at_arrow())) at_++;
    size_t end = at_;
    while (end > first && trimmed(lines_[end - 1]).empty()) end--;
    if (end == first + 1 && lines_[first].starts_with("< ")) {
        auto bytes = read_(std::string(trimmed(lines_[first].substr(2))));
        if (bytes) return std::move(*bytes);
        at_ = first;
        return error(std::move(bytes.error()));
    }
    std::string text;
    for (size_t i = first; i < end; i++) {
        if (i > first) text += '\n';
        text += lines_[i];
    }
    return ByteVector(text.begin(), text.end());
}

bool has_header(const HttpOutgoing& request, const HttpHeader& wanted) {
    return std::ranges::any_of(request.headers, [&](const HttpHeader& header) {
        return lower(header.name) == lower(wanted.name) && header.value == wanted.value;
    });
}

bool fits(const HttpAnswer& answer, const HttpOutgoing& request) {
    if (answer.method != request.method) return false;
    const std::string_view url = answer.url;
    if (url.ends_with('*') ? !request.url.starts_with(url.substr(0, url.size() - 1))
                           : request.url != url)
        return false;
    if (answer.body && !std::ranges::equal(*answer.body, request.body)) return false;
    return std::ranges::all_of(
        answer.headers, [&](const HttpHeader& header) { return has_header(request, header); });
}

}  // namespace

const HttpAnswer* find_answer(const HttpAnswers& answers, const HttpOutgoing& request) {
    const auto found = std::ranges::find_if(
        answers.answers, [&](const HttpAnswer& answer) { return fits(answer, request); });
    return found == answers.answers.end() ? nullptr : &*found;
}

std::string_view http_method_name(HttpMethod method) { return method_names[u8(method)]; }

std::string missing_answer(const HttpOutgoing& request) {
    return fmt::format("{}\n{} {}\n=> 200\n\nBODY", separator, http_method_name(request.method),
                       request.url);
}

Result<HttpAnswers, HttpAnswersError> parse_http_answers(std::string file, std::string_view text,
                                                         const ReadBeside& read) {
    return HttpAnswers{std::move(file), TRY(Parser(text, read).parse())};
}

}  // namespace icvm::replica
