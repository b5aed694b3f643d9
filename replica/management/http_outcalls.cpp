/// HTTPS outcalls: requests are checked as on mainnet; none leaves this machine. What they are
/// answered with is in Subnet::http_answers.

#include <algorithm>

#include "replica/execution/answer.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/execution/query.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

constexpr u64 response_bytes_max = 2'000'000;
constexpr u64 request_bytes_max = 2'000'000;
constexpr size_t url_bytes_max = 8192;
constexpr size_t header_bytes_max = 8 * 1024;
constexpr size_t headers_bytes_max = 48 * 1024;

Result<void, Failure> refused(std::string message) {
    return std::unexpected(
        failure_of(reject(ErrorCode::canister_rejected_message, std::move(message))));
}

Result<void, Failure> check_headers(const std::vector<HttpHeader>& headers, size_t body_bytes) {
    constexpr std::string_view too_long =
        "number of bytes to represent some http header {} {} exceeds {}";
    size_t bytes = 0, longest_name = 0, longest_value = 0;
    for (const auto& [name, value] : headers) {
        longest_name = std::max(longest_name, name.size());
        longest_value = std::max(longest_value, value.size());
        bytes += name.size() + value.size();
    }
    if (longest_name > header_bytes_max)
        return refused(fmt::format(too_long, "name", longest_name, header_bytes_max));
    if (longest_value > header_bytes_max)
        return refused(fmt::format(too_long, "value", longest_value, header_bytes_max));
    if (bytes > headers_bytes_max)
        return refused(
            fmt::format("total number of bytes to represent all http header names and "
                        "values {} exceeds {}",
                        bytes, headers_bytes_max));
    if (bytes + body_bytes > request_bytes_max)
        return refused(
            fmt::format("total number of bytes to represent all http header names and "
                        "values and http body {} exceeds {}",
                        bytes + body_bytes, request_bytes_max));
    return {};
}

/// What http_request and flexible_http_request have in common.
template <class Arguments>
Result<void, Failure> check(const ManagementContext& context, const Arguments& given) {
    if (given.transform && given.transform->function.canister != context.caller)
        return refused(fmt::format("transform principal id expected to be {}, got {}",
                                   context.caller.text(),
                                   given.transform->function.canister.text()));
    if (given.max_response_bytes.value_or(0) > response_bytes_max)
        return refused(fmt::format("max_response_bytes expected to be in the range [0..{}], got {}",
                                   response_bytes_max, *given.max_response_bytes));
    if (given.url.size() > url_bytes_max)
        return refused(fmt::format("url size {} exceeds {}", given.url.size(), url_bytes_max));
    return check_headers(given.headers, given.body ? given.body->size() : 0);
}

bool changes_something(HttpMethod method) { return method >= HttpMethod::put; }

template <class Arguments>
u64 request_bytes(const Arguments& given) {
    u64 bytes = given.url.size() + (given.body ? given.body->size() : 0);
    for (const auto& [name, value] : given.headers) bytes += name.size() + value.size();
    if (given.transform)
        bytes += given.transform->function.method.size() + given.transform->context.size();
    return bytes;
}

Payload rejected(RejectCode code, std::string message) {
    return RejectPayload{code, ErrorCode::canister_rejected_message, std::move(message), {}};
}

u64 bytes_of_headers(const std::vector<HttpHeader>& headers) {
    u64 bytes = 0;
    for (const auto& [name, value] : headers) bytes += name.size() + value.size();
    return bytes;
}

/// What the response is too large for, in the words of mainnet's adapter; nothing: it is not.
std::optional<Payload> why_too_large(const HttpRequestResult& response, u64 bytes_max) {
    const u64 header_bytes = bytes_of_headers(response.headers);
    if (header_bytes > bytes_max)
        return rejected(
            RejectCode::sys_fatal,
            fmt::format("Header size exceeds specified response size limit {}", bytes_max));
    if (response.body.size() > bytes_max - header_bytes)
        return rejected(RejectCode::sys_fatal,
                        fmt::format("Http body exceeds size limit of {} bytes.", bytes_max));
    if (response.headers.size() > http_headers_max)
        return rejected(RejectCode::sys_fatal,
                        fmt::format("number of all http headers {} exceeds {}",
                                    response.headers.size(), http_headers_max));
    if (auto fits = check_headers(response.headers, response.body.size()); !fits)
        return rejected(RejectCode::sys_fatal, std::move(fits.error().reject.message));
    return std::nullopt;
}

/// A request that nobody has given an answer to: the person is told what to add.
Payload no_answer(Subnet& subnet, const HttpOutgoing& request) {
    const std::string what = fmt::format("{} {}", http_method_name(request.method), request.url);
    if (!subnet.http_answers) {
        subnet.activity.log.push_back(
            {"http",
             fmt::format("{} is refused: give the file with its answer, --http FILE", what)});
        return rejected(RejectCode::canister_reject,
                        "HTTPS outcalls are not possible here: this replica has no connection to "
                        "the network.");
    }
    const std::string& file = subnet.http_answers->file;
    subnet.activity.log.push_back(
        {"http", fmt::format("{} is not in {}; to answer it, add there:\n{}", what, file,
                             missing_answer(request))});
    std::string_view host = request.url;
    host.remove_prefix(std::min(host.find("//") + 2, host.size()));
    host = host.substr(0, host.find_first_of("/:?"));
    return rejected(
        RejectCode::sys_transient,
        fmt::format("Connecting to {:.50} failed: no answer to {} in {}", host, what, file));
}

/// What comes back for a request, before it is transformed.
template <class Arguments>
std::variant<HttpRequestResult, Payload> response_to(Subnet& subnet, const Arguments& given) {
    if (!given.url.starts_with("https://"))
        return rejected(RejectCode::sys_fatal, "Url need to specify https scheme");
    std::vector<HttpHeader> headers = given.headers;
    const auto is_agent = [](const HttpHeader& header) {
        return std::ranges::equal(header.name, std::string_view("user-agent"),
                                  [](char a, char b) { return (a | 0x20) == b || a == b; });
    };
    if (std::ranges::none_of(headers, is_agent)) headers.push_back({"user-agent", "ic/1.0"});
    const HttpOutgoing request{given.method, given.url, headers,
                               given.body ? Bytes(*given.body) : Bytes()};
    const HttpAnswer* found =
        subnet.http_answers ? find_answer(*subnet.http_answers, request) : nullptr;
    if (!found) return no_answer(subnet, request);
    if (found->rejection) return rejected(found->rejection->code, found->rejection->message);
    HttpRequestResult response = found->response;
    if (given.method == HttpMethod::head) response.body.clear();
    if (auto why = why_too_large(response, given.max_response_bytes.value_or(response_bytes_max)))
        return std::move(*why);
    return response;
}

/// What the caller gets: Candid bytes of a response, transformed if it has asked for that.
template <class Arguments>
Result<Payload, Failure> outcall(ManagementContext& context, const Arguments& given) {
    auto response = response_to(context.subnet, given);
    if (auto* refusal = std::get_if<Payload>(&response)) return std::move(*refusal);
    auto& raw = std::get<HttpRequestResult>(response);
    if (!given.transform) return Payload(encode_result(raw));
    const ByteVector argument =
        encode_result(TransformArguments{std::move(raw), given.transform->context});
    Payload transformed = TRY(execute_transform(context.subnet, context.caller,
                                                given.transform->function.method, argument));
    const u64 bytes_max = given.max_response_bytes.value_or(response_bytes_max);
    const auto* reply = std::get_if<ByteVector>(&transformed);
    const u64 bytes = reply ? reply->size() : std::get<RejectPayload>(transformed).message.size();
    if (bytes > bytes_max)
        return rejected(RejectCode::sys_fatal,
                        fmt::format("Transformed http response exceeds limit: {}", bytes_max));
    return transformed;
}

void take(ManagementContext& context, u128 fee) {
    context.cycles -= fee;
    context.subnet.change(context.caller).consumed.http_outcalls += fee;
}

/// With pricing version 2: the price of what was done, as far as that is known beforehand.
template <class Arguments>
HttpOutcall priced(const Arguments& given, HttpOutcall::Kind kind) {
    const u64 bytes = given.max_response_bytes.value_or(response_bytes_max);
    return {.request_bytes = request_bytes(given),
            .raw_response_bytes = bytes,
            .transformed_response_bytes = bytes,
            .kind = kind};
}

u128 fee_of(const ManagementContext& context, const HttpRequestArguments& given) {
    const CostSchedule& schedule = context.subnet.schedule();
    using Kind = HttpOutcall::Kind;
    if (given.pricing_version.value_or(1) == 2)
        return schedule.http_request(priced(given, given.is_replicated.value_or(true)
                                                       ? Kind::fully_replicated
                                                       : Kind::non_replicated));
    return schedule.http_request(request_bytes(given),
                                 given.max_response_bytes.value_or(response_bytes_max));
}

Result<HttpReplication, Failure> replication_of(const ManagementContext& context,
                                                const FlexibleHttpRequestArguments& given) {
    const u64 nodes = context.subnet.schedule().nodes;
    const auto [least, most, total] = default_replication(nodes);
    const HttpReplication counts = given.replication.value_or(HttpReplication{least, most, total});
    if (counts.total_requests < 1 || counts.total_requests > nodes)
        TRY(refused(fmt::format("total_requests expected to be in the range [1..{}], got {}", nodes,
                                counts.total_requests)));
    if (counts.min_responses > counts.max_responses || counts.max_responses > counts.total_requests)
        TRY(refused(
            fmt::format("replication expects min_responses <= max_responses <= "
                        "total_requests, got {}, {} and {}",
                        counts.min_responses, counts.max_responses, counts.total_requests)));
    if (changes_something(given.method) && counts.min_responses != counts.total_requests)
        TRY(
            refused("PUT, DELETE and PATCH requests are only allowed with min_responses = "
                    "max_responses = total_requests"));
    return counts;
}

FlexibleHttpRequestResult failed(FlexibleHttpGlobalError error, std::string message) {
    return {FlexibleHttpError{error, std::move(message)}};
}

/// Each node gets the same answer; as many as may count do.
FlexibleHttpRequestResult collected(const Payload& payload, const HttpReplication& counts) {
    const auto* bytes = std::get_if<ByteVector>(&payload);
    if (!bytes)
        return failed(FlexibleHttpGlobalError::too_many_rejects,
                      std::get<RejectPayload>(payload).message);
    auto response = candid::decode_as<HttpRequestResult>(*bytes);
    if (!response)
        return failed(FlexibleHttpGlobalError::too_many_rejects, std::move(response.error()));
    if (bytes->size() * counts.min_responses > reply_bytes_max_replicated)
        return failed(FlexibleHttpGlobalError::responses_too_large,
                      fmt::format("{} responses of {} bytes are more than {} bytes",
                                  counts.min_responses, bytes->size(), reply_bytes_max_replicated));
    const u64 count =
        std::min<u64>(counts.max_responses, reply_bytes_max_replicated / (bytes->size() + 1));
    return {std::vector<HttpRequestResult>(count, *response)};
}

}  // namespace

ManagementResult<HttpRequestResult> http_request(ManagementContext& context,
                                                 const HttpRequestArguments& given) {
    TRY(check(context, given));
    if (changes_something(given.method) && given.is_replicated.value_or(true))
        TRY(refused("PUT, DELETE and PATCH requests are only allowed with is_replicated = false"));
    const u128 fee = fee_of(context, given);
    if (context.cycles < fee)
        return refuse(ManagementRefusal::fee, "http_request", cycles_text(context.cycles),
                      cycles_text(fee));
    if (context.subnet.http_answers) take(context, fee);
    answer(context.subnet, context.origin, Principal(), TRY(outcall(context, given)),
           context.cycles);
    return std::nullopt;
}

ManagementResult<FlexibleHttpRequestResult> flexible_http_request(
    ManagementContext& context, const FlexibleHttpRequestArguments& given) {
    TRY(check(context, given));
    const HttpReplication counts = TRY(replication_of(context, given));
    HttpOutcall outcall_kind = priced(given, HttpOutcall::Kind::flexible);
    outcall_kind.replication = {counts.min_responses, counts.max_responses, counts.total_requests};
    const u128 fee = context.subnet.schedule().http_request(outcall_kind);
    if (context.cycles < fee)
        return refuse(ManagementRefusal::fee, "flexible_http_request", cycles_text(context.cycles),
                      cycles_text(fee));
    if (!context.subnet.http_answers) {
        answer(context.subnet, context.origin, Principal(), TRY(outcall(context, given)),
               context.cycles);
        return std::nullopt;
    }
    take(context, fee);
    return collected(TRY(outcall(context, given)), counts);
}

}  // namespace icvm::replica::management::methods
