// debug_print and trap (Interface spec, "Debugging aids"), with the charges of the canister log
// (docs/metering.md, "Logs").

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "replica/base/lossy_utf8.hpp"
#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

constexpr u64 text_bytes_max = 32 * 1024;
constexpr u64 log_capacity = 4096;
/// What a record of mainnet's log takes beside its text.
constexpr u64 record_overhead = 40;

/// Instructions for logging `length` bytes.
u64 log_fee(const ExecutionContext& execution, u64 length) {
    const u64 used =
        std::accumulate(execution.log_records.begin(), execution.log_records.end(), u64(0));
    return 2 * std::min(length, log_capacity) + 50 * std::min(length, log_capacity - used);
}

/// Keeps the sizes that mainnet's log of this execution would hold: the oldest make room.
void count_record(ExecutionContext& execution, u64 length) {
    std::vector<u64>& records = execution.log_records;
    const u64 size = std::min(length, log_capacity - record_overhead) + record_overhead;
    u64 used = std::accumulate(records.begin(), records.end(), size);
    auto keep = records.begin();
    for (; used > log_capacity; ++keep) used -= *keep;
    records.erase(records.begin(), keep);
    records.push_back(size);
}

u64 saturating_add(u64 a, u64 b) { return a + std::min(b, ~u64(0) - a); }

/// The text at call[0], call[1]; `otherwise` when it is not in the heap.
std::string text_at(SystemCall& call, std::string_view otherwise) {
    const auto bytes = call.heap("", call[0], std::min(call[1], text_bytes_max));
    return bytes ? lossy_utf8(*bytes) : std::string(otherwise);
}

}  // namespace

CallResult debug_print(SystemCall& call) {
    TRY(call.charge(100 + log_fee(call.execution, call[1])));
    count_record(call.execution, call[1]);
    call.execution.print(text_at(call, "(debug_print message out of memory bounds)"));
    return 0;
}

CallResult trap(SystemCall& call) {
    TRY(call.charge(saturating_add(500 + log_fee(call.execution, call[1]), call[1])));
    std::string message = text_at(call, "(trap message out of memory bounds)");
    ExecutionError error{
        ErrorCode::canister_called_trap,
        fmt::format("Canister called `ic0.trap` with message: '{}'", message),
        help_with_link("Consider gracefully handling failures from this canister or altering the "
                       "canister to handle exceptions.",
                       "trapped-explicitly")};
    call.execution.trap_message = std::move(message);
    return std::unexpected(std::move(error));
}

}  // namespace icvm::replica::calls
