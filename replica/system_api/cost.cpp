// What things cost (Interface spec, "Cycle cost calculation"), on an application subnet of 13
// nodes (docs/mainnet.md, "Cycles").

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "replica/system_api/system_call.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::calls {

namespace {

constexpr u128 nodes = 13;
constexpr u128 create_canister_fee = 500'000'000'000;
constexpr u128 signature_fee = 10'000'000'000;
constexpr u128 call_fee = 260'000, call_byte_fee = 1'000;
constexpr u128 response_bytes_max = 2 * 1024 * 1024;
constexpr u128 execution_fee = 5'000'000, callback_instructions_max = 40'000'000'000;

constexpr std::string_view key_names[] = {"dfx_test_key", "test_key_1", "key_1"};

enum Answer : u64 { ok = 0, unknown_algorithm = 1, unknown_key = 2 };

/// The three calls about keys: (src, size, algorithm, dst); there are `algorithms` of them.
CallResult cost_of_signature(SystemCall& call, u64 algorithms) {
    const Bytes bytes = TRY(call.heap(fmt::format("ic0.{} heap", call.row.name), call[0], call[1]));
    if (!is_utf8(bytes)) return std::unexpected(contract_violation("Failed to decode key name"));
    if (call[2] >= algorithms) return unknown_algorithm;
    if (std::ranges::find(key_names, text_of(bytes)) == std::end(key_names)) return unknown_key;
    const CallResult written = call.write_cycles(signature_fee, call[3]);
    return written ? CallResult(ok) : written;
}

}  // namespace

CallResult cost_call(SystemCall& call) {
    const u128 bytes = std::min<u128>(u128(call[0]) + call[1], ~u64(0));
    const u128 instruction_fee = call.execution.memory64 ? 2 : 1;
    return call.write_cycles(call_fee + bytes * call_byte_fee + response_bytes_max * call_byte_fee +
                                 execution_fee + callback_instructions_max * instruction_fee,
                             call[2]);
}

CallResult cost_create_canister(SystemCall& call) {
    return call.write_cycles(create_canister_fee, call[0]);
}

CallResult cost_http_request(SystemCall& call) {
    const u128 fee = 3'000'000 + 60'000 * nodes + 400 * u128(call[0]) + 800 * u128(call[1]);
    return call.write_cycles(fee * nodes, call[2]);
}

CallResult cost_http_request_v2(SystemCall& call) {
    return std::unexpected(not_yet(call.row.name, "prices of HTTP outcalls come"));
}

CallResult cost_sign_with_ecdsa(SystemCall& call) { return cost_of_signature(call, 2); }
CallResult cost_sign_with_schnorr(SystemCall& call) { return cost_of_signature(call, 2); }
CallResult cost_vetkd_derive_key(SystemCall& call) { return cost_of_signature(call, 1); }

}  // namespace icvm::replica::calls
