// What things cost (Interface spec, "Cycle cost calculation"), by the subnet's price list.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "replica/base/lossy_utf8.hpp"
#include "replica/management/interface/http.hpp"
#include "replica/system_api/system_call.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::calls {

namespace {

constexpr std::string_view key_names[] = {"dfx_test_key", "test_key_1", "key_1"};

enum Answer : u64 { ok = 0, unknown_algorithm = 1, unknown_key = 2 };

/// The three calls about keys: (src, size, algorithm, dst); there are `algorithms` of them.
CallResult cost_of_signature(SystemCall& call, u64 algorithms) {
    const Bytes bytes = TRY(call.heap(fmt::format("ic0.{} heap", call.row.name), call[0], call[1]));
    if (!is_utf8(bytes))
        return std::unexpected(
            contract_violation("Failed to decode key name " + lossy_utf8(bytes)));
    if (call[2] >= algorithms) return unknown_algorithm;
    if (std::ranges::find(key_names, text_of(bytes)) == std::end(key_names)) return unknown_key;
    const CallResult written = call.write_cycles(call.execution.schedule->signature(), call[3]);
    return written ? CallResult(ok) : written;
}

struct OutcallType {
    std::variant<candid::Reserved, candid::Reserved, std::optional<management::HttpReplication>>
        value;
    static constexpr auto candid_tags() {
        return candid::names("fully_replicated", "non_replicated", "flexible");
    }
};

/// The argument of cost_http_request_v2.
struct OutcallParameters {
    u64 request_bytes = 0;
    u64 http_roundtrip_time_ms = 0;
    u64 raw_response_bytes = 0;
    u64 transformed_response_bytes = 0;
    u64 transform_instructions = 0;
    std::optional<OutcallType> outcall_type;
    CANDID_RECORD(OutcallParameters, request_bytes, http_roundtrip_time_ms, raw_response_bytes,
                  transformed_response_bytes, transform_instructions, outcall_type)
};

/// Ours: what is larger is no such record. mainnet skips nothing of it, and the call has one fee:
/// what it holds must not be more than its bytes.
constexpr u64 parameters_bytes_max = 4096;
constexpr u64 free_values = 0;

HttpOutcall outcall_of(const OutcallParameters& parameters, u64 nodes) {
    HttpOutcall outcall{.request_bytes = parameters.request_bytes,
                        .round_trip_ms = parameters.http_roundtrip_time_ms,
                        .raw_response_bytes = parameters.raw_response_bytes,
                        .transformed_response_bytes = parameters.transformed_response_bytes,
                        .transform_instructions = parameters.transform_instructions};
    if (!parameters.outcall_type) return outcall;
    outcall.kind = HttpOutcall::Kind(parameters.outcall_type->value.index());
    outcall.replication = default_replication(nodes);
    const auto* flexible = std::get_if<2>(&parameters.outcall_type->value);
    if (flexible && *flexible)
        outcall.replication = {(*flexible)->min_responses, (*flexible)->max_responses,
                               (*flexible)->total_requests};
    return outcall;
}

std::unexpected<ExecutionError> not_decoded(std::string_view reason) {
    return std::unexpected(contract_violation(
        fmt::format("Failed to decode HttpRequestV2CostParams from Candid: {}", reason)));
}

}  // namespace

CallResult cost_call(SystemCall& call) {
    const u64 bytes = u64(std::min<u128>(u128(call[0]) + call[1], ~u64(0)));
    return call.write_cycles(call.execution.schedule->call(bytes, call.execution.memory64),
                             call[2]);
}

CallResult cost_create_canister(SystemCall& call) {
    return call.write_cycles(call.execution.schedule->create_canister(), call[0]);
}

CallResult cost_http_request(SystemCall& call) {
    return call.write_cycles(call.execution.schedule->http_request(call[0], call[1]), call[2]);
}

CallResult cost_http_request_v2(SystemCall& call) {
    const Bytes bytes = TRY(call.heap("ic0.cost_http_request_v2 heap", call[0], call[1]));
    if (bytes.size() > parameters_bytes_max) return not_decoded("it is too large");
    const auto parameters = candid::decode_as<OutcallParameters>(bytes, free_values);
    if (!parameters) return not_decoded(parameters.error());
    const CostSchedule& schedule = *call.execution.schedule;
    return call.write_cycles(schedule.http_request(outcall_of(*parameters, schedule.nodes)),
                             call[2]);
}

CallResult cost_sign_with_ecdsa(SystemCall& call) { return cost_of_signature(call, 2); }
CallResult cost_sign_with_schnorr(SystemCall& call) { return cost_of_signature(call, 2); }
CallResult cost_vetkd_derive_key(SystemCall& call) { return cost_of_signature(call, 1); }

}  // namespace icvm::replica::calls
