#include "replica/execution/conditions.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

/// Of one answer: what is more is left out.
constexpr u64 answer_bytes_max = 2'000'000;

bool is_within(const LogRecord& record, const LogFilter& filter) {
    const bool by_index = filter.value.index() == 0;
    const LogRange& range = by_index ? std::get<0>(filter.value) : std::get<1>(filter.value);
    const u64 place = by_index ? record.index : record.time_ns;
    return range.start <= place && place < range.end;
}

CanisterLogRecord told(const LogRecord& record) {
    const Bytes content = bytes_of(record.content);
    return {record.index, record.time_ns, {content.begin(), content.end()}};
}

u64 bytes_of_record(const LogRecord& record) {
    return record.content.size() + CanisterLog::record_overhead;
}

/// The oldest that satisfy the filter.
std::vector<CanisterLogRecord> filtered(const CanisterLog& log, const LogFilter& filter) {
    std::vector<CanisterLogRecord> records;
    u64 bytes = 0;
    for (const LogRecord& record : log.records()) {
        if (!is_within(record, filter)) continue;
        if ((bytes += bytes_of_record(record)) > answer_bytes_max) break;
        records.push_back(told(record));
    }
    return records;
}

/// The newest, in order.
std::vector<CanisterLogRecord> newest(const CanisterLog& log) {
    size_t first = log.records().size();
    u64 bytes = 0;
    while (first > 0 && (bytes += bytes_of_record(log.records()[first - 1])) <= answer_bytes_max)
        first--;
    std::vector<CanisterLogRecord> records;
    for (size_t i = first; i < log.records().size(); i++) records.push_back(told(log.records()[i]));
    return records;
}

}  // namespace

/// Interface spec, "IC method fetch_canister_logs".
ManagementResult<FetchCanisterLogsResult> fetch_canister_logs(
    ManagementContext& context, const FetchCanisterLogsArguments& given) {
    if (std::holds_alternative<IngressOrigin>(context.origin))
        return refuse(ManagementRefusal::logs_by_ingress);
    if (std::holds_alternative<CanisterOrigin>(context.origin))
        return refuse(ManagementRefusal::logs_by_canister);
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    const Settings& settings = canister.settings;
    if (!settings.allows(settings.log_visibility, context.caller))
        return refuse(ManagementRefusal::logs_not_allowed, context.caller.text());
    return FetchCanisterLogsResult{given.filter ? filtered(canister.log, *given.filter)
                                                : newest(canister.log)};
}

}  // namespace icvm::replica::management::methods
