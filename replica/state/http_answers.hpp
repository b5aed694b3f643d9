#pragma once

/// What HTTPS outcalls are answered with: nothing of them leaves this machine.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replica/base/reject.hpp"
#include "replica/management/interface/http.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// One request, and what comes back: a response, or a reject as of a connection that failed.
struct HttpAnswer {
    management::HttpMethod method{};
    std::string url;                              ///< with * at its end: all that begin so
    std::vector<management::HttpHeader> headers;  ///< that the request must have, among others
    std::optional<ByteVector> body;               ///< of the request; nothing: whatever it is
    management::HttpRequestResult response{};
    std::optional<Reject> rejection{};  ///< instead of the response
};

/// The answers of one file, in its order: the first that fits counts.
struct HttpAnswers {
    std::string file;
    std::vector<HttpAnswer> answers;
};

/// A request as it is looked up.
struct HttpOutgoing {
    management::HttpMethod method{};
    std::string_view url;
    const std::vector<management::HttpHeader>& headers;
    Bytes body;
};

/// nullptr: there is no answer.
const HttpAnswer* find_answer(const HttpAnswers& answers, const HttpOutgoing& request);

/// "GET"
std::string_view http_method_name(management::HttpMethod method);
/// What a file of answers must have so that the request is answered.
std::string missing_answer(const HttpOutgoing& request);

struct HttpAnswersError {
    size_t line = 0;  ///< from 1
    std::string message;
};
/// The bytes of a file that stands beside the text; an error says why there are none.
using ReadBeside = std::function<Result<ByteVector, std::string>(const std::string& name)>;
/// Reads a file of answers (icvm help http).
Result<HttpAnswers, HttpAnswersError> parse_http_answers(std::string file, std::string_view text,
                                                         const ReadBeside& read);

}  // namespace icvm::replica
