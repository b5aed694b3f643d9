/// HTTPS outcalls: requests are checked as on mainnet; none leaves this machine. What they are
/// answered with is in Subnet::http_answers.

#include <algorithm>

#include "replica/execution/answer.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/execution/query.hpp"
#include "replica/management/flexible_outcall.hpp"
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
std::variant<HttpRequestResult, Payload> response_to(Subnet& subnet, const Arguments& given,
                                                     u64 bytes_max) {
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
    if (auto why = why_too_large(response, bytes_max)) return std::move(*why);
    return response;
}

Payload insufficient_cycles() {
    return rejected(RejectCode::canister_reject, "Insufficient cycles");
}

/// The response, transformed. `instructions`: of the transform.
template <class Arguments>
Result<Payload, Failure> transformed(ManagementContext& context, const Arguments& given,
                                     HttpRequestResult raw, u64& instructions) {
    const u64 before = context.subnet.activity.instructions;
    const ByteVector argument =
        encode_result(TransformArguments{std::move(raw), given.transform->context});
    Payload made = TRY(execute_transform(context.subnet, context.caller,
                                         given.transform->function.method, argument));
    instructions = context.subnet.activity.instructions - before;
    const u64 bytes_max = given.max_response_bytes.value_or(response_bytes_max);
    const auto* reply = std::get_if<ByteVector>(&made);
    const u64 bytes = reply ? reply->size() : std::get<RejectPayload>(made).message.size();
    if (bytes > bytes_max)
        return rejected(RejectCode::sys_fatal,
                        fmt::format("Transformed http response exceeds limit: {}", bytes_max));
    return made;
}

/// What a node gets: Candid bytes of a response, transformed if the caller has asked for that; as
/// far as its part of the budget goes.
template <class Arguments>
Result<Payload, Failure> outcall(ManagementContext& context, const Arguments& given,
                                 OutcallBudget& budget) {
    const u64 bytes_max = given.max_response_bytes.value_or(response_bytes_max);
    auto response = response_to(context.subnet, given, budget.affordable_bytes(bytes_max));
    if (auto* refusal = std::get_if<Payload>(&response)) return std::move(*refusal);
    auto& raw = std::get<HttpRequestResult>(response);
    if (!budget.download(bytes_of_headers(raw.headers) + raw.body.size()))
        return insufficient_cycles();
    if (!given.transform) return Payload(encode_result(raw));
    u64 instructions = 0;
    Payload payload = TRY(transformed(context, given, std::move(raw), instructions));
    if (!budget.transform(instructions)) return insufficient_cycles();
    return payload;
}

void take(ManagementContext& context, u128 fee) {
    context.cycles -= fee;
    context.subnet.change(context.caller).consumed.http_outcalls += fee;
}

template <class Arguments>
HttpOutcall described(const Arguments& given, HttpOutcall::Kind kind) {
    return {.request_bytes = request_bytes(given), .kind = kind};
}

Result<HttpReplication, Failure> replication_of(const ManagementContext& context,
                                                const FlexibleHttpRequestArguments& given) {
    const u64 nodes = context.subnet.schedule().nodes;
    const auto [least, most, total] = default_replication(nodes);
    const HttpReplication counts = given.replication.value_or(HttpReplication{least, most, total});
    const auto [min, max, asked] = counts;
    if (asked < 1) TRY(refused(fmt::format("total_requests ({}) must be at least 1", asked)));
    if (asked > nodes)
        TRY(refused(
            fmt::format("total_requests ({}) must not exceed the number of available nodes ({})",
                        asked, nodes)));
    if (min > max)
        TRY(refused(
            fmt::format("min_responses ({}) must not exceed max_responses ({})", min, max)));
    if (max > asked)
        TRY(refused(
            fmt::format("max_responses ({}) must not exceed total_requests ({})", max, asked)));
    if (changes_something(given.method) && counts.min_responses != counts.total_requests)
        TRY(
            refused("PUT, DELETE and PATCH requests are only allowed with min_responses = "
                    "max_responses = total_requests"));
    return counts;
}

/// With pricing version 2: what was attached is the budget, of which the rest comes back.
Result<OutcallBudget, Failure> budget_of(const ManagementContext& context,
                                         const HttpOutcall& outcall, std::string_view method) {
    const CostSchedule& schedule = context.subnet.schedule();
    const OutcallBudget budget(outcall, schedule.nodes, context.cycles, schedule.is_free);
    if (context.cycles < budget.base_fee())
        return refuse(ManagementRefusal::fee, method, cycles_text(context.cycles),
                      cycles_text(budget.base_fee()));
    return budget;
}

/// With pricing version 1: all is paid beforehand.
Result<u128, Failure> legacy_fee(const ManagementContext& context,
                                 const HttpRequestArguments& given) {
    const u128 fee = context.subnet.schedule().http_request(
        request_bytes(given), given.max_response_bytes.value_or(response_bytes_max));
    if (context.cycles < fee)
        return refuse(ManagementRefusal::fee, "http_request", cycles_text(context.cycles),
                      cycles_text(fee));
    return fee;
}

/// Answers, and takes what it has cost.
Result<void, Failure> request_by_legacy(ManagementContext& context,
                                        const HttpRequestArguments& given) {
    const u128 fee = TRY(legacy_fee(context, given));
    if (context.subnet.http_answers) take(context, fee);
    OutcallBudget unbounded(described(given, HttpOutcall::Kind::fully_replicated), 1, 0, true);
    answer(context.subnet, context.origin, Principal(), TRY(outcall(context, given, unbounded)),
           context.cycles);
    return {};
}

Result<void, Failure> request_by_budget(ManagementContext& context,
                                        const HttpRequestArguments& given) {
    using Kind = HttpOutcall::Kind;
    const bool is_replicated = given.is_replicated.value_or(true);
    OutcallBudget budget = TRY(budget_of(
        context, described(given, is_replicated ? Kind::fully_replicated : Kind::non_replicated),
        "http_request"));
    Payload payload = TRY(outcall(context, given, budget));
    if (!context.subnet.http_answers) {
        answer(context.subnet, context.origin, Principal(), std::move(payload), context.cycles);
        return {};
    }
    if (!budget.gossip(delivered_bytes(payload))) payload = insufficient_cycles();
    u128 delivery = budget.delivery(1, delivered_bytes(payload));
    if (!budget.is_free() && delivery > budget.unspent()) {
        payload = rejected(RejectCode::canister_reject, out_of_cycles_text(budget, delivery));
        delivery = 0;
    }
    take(context, budget.base_fee() + budget.spent() + delivery);
    answer(context.subnet, context.origin, Principal(), std::move(payload), context.cycles);
    return {};
}

}  // namespace

ManagementResult<HttpRequestResult> http_request(ManagementContext& context,
                                                 const HttpRequestArguments& given) {
    TRY(check(context, given));
    if (changes_something(given.method) && given.is_replicated.value_or(true))
        TRY(refused("The requested HTTP method is only allowed for non-replicated requests."));
    const bool has_budget = given.pricing_version.value_or(1) == 2;
    TRY(has_budget ? request_by_budget(context, given) : request_by_legacy(context, given));
    return std::nullopt;
}

ManagementResult<FlexibleHttpRequestResult> flexible_http_request(
    ManagementContext& context, const FlexibleHttpRequestArguments& given) {
    TRY(check(context, given));
    const HttpReplication counts = TRY(replication_of(context, given));
    HttpOutcall asked = described(given, HttpOutcall::Kind::flexible);
    asked.replication = {counts.min_responses, counts.max_responses, counts.total_requests};
    OutcallBudget budget = TRY(budget_of(context, asked, "flexible_http_request"));
    Payload payload = TRY(outcall(context, given, budget));
    if (!context.subnet.http_answers) {
        answer(context.subnet, context.origin, Principal(), std::move(payload), context.cycles);
        return std::nullopt;
    }
    if (!budget.gossip(delivered_bytes(payload))) payload = insufficient_cycles();
    FlexibleOutcome outcome = flexible_outcome(payload, counts, budget);
    take(context, budget.base_fee() + budget.spent() + outcome.delivery);
    return std::move(outcome.result);
}

}  // namespace icvm::replica::management::methods
