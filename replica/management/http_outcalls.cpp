/// HTTPS outcalls: requests are checked as on mainnet; none leaves this machine.

#include "replica/execution/management_refusal.hpp"
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
    size_t bytes = 0;
    for (const auto& [name, value] : headers) {
        if (name.size() > header_bytes_max)
            return refused(fmt::format(too_long, "name", name.size(), header_bytes_max));
        if (value.size() > header_bytes_max)
            return refused(fmt::format(too_long, "value", value.size(), header_bytes_max));
        bytes += name.size() + value.size();
    }
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

u64 request_bytes(const HttpRequestArguments& given) {
    u64 bytes = given.url.size() + (given.body ? given.body->size() : 0);
    for (const auto& [name, value] : given.headers) bytes += name.size() + value.size();
    if (given.transform)
        bytes += given.transform->function.method.size() + given.transform->context.size();
    return bytes;
}

constexpr std::string_view no_network =
    "HTTPS outcalls are not possible here: this replica has no connection to the network.";

}  // namespace

ManagementResult<HttpRequestResult> http_request(ManagementContext& context,
                                                 const HttpRequestArguments& given) {
    TRY(check(context, given));
    if (changes_something(given.method) && given.is_replicated.value_or(true))
        TRY(refused("PUT, DELETE and PATCH requests are only allowed with is_replicated = false"));
    const u128 fee = context.subnet.schedule().http_request(
        request_bytes(given), given.max_response_bytes.value_or(response_bytes_max));
    if (context.cycles < fee)
        return refuse(ManagementRefusal::fee, "http_request", cycles_text(context.cycles),
                      cycles_text(fee));
    TRY(refused(std::string(no_network)));
    return std::nullopt;
}

ManagementResult<Nothing> flexible_http_request(ManagementContext& context,
                                                const FlexibleHttpRequestArguments& given) {
    TRY(check(context, given));
    TRY(refused(std::string(no_network)));
    return std::nullopt;
}

}  // namespace icvm::replica::management::methods
