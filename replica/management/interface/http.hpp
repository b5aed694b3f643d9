#pragma once

/// HTTPS outcalls.

#include "replica/candid/native.hpp"

namespace icvm::replica::management {

struct HttpHeader {
    std::string name, value;
    CANDID_RECORD(HttpHeader, name, value)
};
constexpr size_t http_headers_max = 64;

struct HttpRequestResult {
    u128 status = 0;
    std::vector<HttpHeader> headers;
    ByteVector body;
    CANDID_RECORD(HttpRequestResult, status, headers, body)
};

enum class HttpMethod : u8 { get, head, post, put, delete_, patch };
constexpr auto tags(HttpMethod) {
    return candid::names("get", "head", "post", "put", "delete", "patch");
}

/// What the transform function is called with.
struct TransformArguments {
    HttpRequestResult response;
    ByteVector context;
    CANDID_RECORD(TransformArguments, response, context)
};

struct TransformFunction {
    Principal canister;
    std::string method;
};
struct HttpTransform {
    TransformFunction function;
    ByteVector context;
    CANDID_RECORD(HttpTransform, function, context)
};

struct HttpRequestArguments {
    std::string url;
    std::optional<u64> max_response_bytes;
    HttpMethod method{};
    candid::Bounded<HttpHeader, http_headers_max> headers;
    std::optional<ByteVector> body;
    std::optional<HttpTransform> transform;
    std::optional<bool> is_replicated;
    std::optional<u32> pricing_version;
    CANDID_RECORD(HttpRequestArguments, url, max_response_bytes, method, headers, body, transform,
                  is_replicated, pricing_version)
};

struct HttpReplication {
    u32 min_responses = 0, max_responses = 0, total_requests = 0;
    CANDID_RECORD(HttpReplication, min_responses, max_responses, total_requests)
};
struct FlexibleHttpRequestArguments {
    std::string url;
    std::optional<u64> max_response_bytes;
    HttpMethod method{};
    candid::Bounded<HttpHeader, http_headers_max> headers;
    std::optional<ByteVector> body;
    std::optional<HttpTransform> transform;
    std::optional<HttpReplication> replication;
    CANDID_RECORD(FlexibleHttpRequestArguments, url, max_response_bytes, method, headers, body,
                  transform, replication)
};

struct FlexibleHttpGlobalError {
    std::variant<candid::Reserved, candid::Reserved, candid::Reserved, candid::Reserved> value;
    static constexpr auto candid_tags() {
        return candid::names("timeout", "out_of_cycles", "responses_too_large", "too_many_rejects");
    }
};

/// What a node has used of something, or that it was more than it may.
template <class Amount>
struct HttpResourceUsage {
    std::variant<Amount, candid::Reserved> value;
    static constexpr auto candid_tags() { return candid::names("used", "exceeded"); }
};
struct HttpResourceReport {
    std::optional<HttpResourceUsage<u64>> raw_response_bytes, http_roundtrip_time_ms,
        transform_instructions, transformed_response_bytes;
    std::optional<HttpResourceUsage<u128>> cycles;
    CANDID_RECORD(HttpResourceReport, raw_response_bytes, http_roundtrip_time_ms,
                  transform_instructions, transformed_response_bytes, cycles)
};
struct FlexibleHttpNodeError {
    std::string code, message;
    CANDID_RECORD(FlexibleHttpNodeError, code, message)
};
struct FlexibleHttpNodeDetail {
    Principal node_id;
    HttpResourceReport report;
    std::optional<FlexibleHttpNodeError> error;
    CANDID_RECORD(FlexibleHttpNodeDetail, node_id, report, error)
};
struct FlexibleHttpError {
    std::optional<FlexibleHttpGlobalError> global_error;
    std::vector<FlexibleHttpNodeDetail> node_details;
    std::string message;
    CANDID_RECORD(FlexibleHttpError, global_error, node_details, message)
};
struct FlexibleHttpRequestResult {
    std::variant<std::vector<HttpRequestResult>, FlexibleHttpError> value;
    static constexpr auto candid_tags() { return candid::names("ok", "err"); }
};

}  // namespace icvm::replica::management

namespace icvm::replica::candid {

/// func (record { response; context }) -> (http_request_result) query
template <>
struct Native<management::TransformFunction> {
    static TypeIndex type(Types& types) {
        const Field argument{0, 0, native_type<management::TransformArguments>(types)};
        const Field result{0, 0, native_type<management::HttpRequestResult>(types)};
        return types.func({&argument, 1}, {&result, 1}, u8(Annotation::query));
    }
    static void write(const management::TransformFunction& value, Values& out) {
        const u32 func = out.add(ValueKind::func, value.canister.bytes());
        out.add(ValueKind::text, bytes_of(value.method));
        out.close(func);
    }
    static void read(NativeReader& in, u32 index, management::TransformFunction& value) {
        Native<Principal>::read(in, index, value.canister);
        Native<std::string>::read(in, index + 1, value.method);
    }
};

}  // namespace icvm::replica::candid
