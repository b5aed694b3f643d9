#include "replica/state/canister_log.hpp"

#include <algorithm>

namespace icvm::replica {

void CanisterLog::append(u64 time_ns, std::string_view content, u64 bytes_max) {
    if (bytes_max <= record_overhead) {
        next_index_++;
        return;
    }
    content = content.substr(0, bytes_max - record_overhead);
    shrink(bytes_max - content.size() - record_overhead);
    bytes_ += content.size() + record_overhead;
    records_.push_back({next_index_++, time_ns, std::string(content)});
}

void CanisterLog::shrink(u64 bytes_max) {
    while (bytes_ > bytes_max) {
        bytes_ -= records_.front().content.size() + record_overhead;
        records_.pop_front();
    }
}

void CanisterLog::encode(RecordWriter& out) const {
    out.put_u64(next_index_);
    out.put_u64(records_.size());
    for (const LogRecord& record : records_) {
        out.put_u64(record.index);
        out.put_u64(record.time_ns);
        out.put_text(record.content);
    }
}

CanisterLog CanisterLog::decode(RecordReader& in) {
    CanisterLog log;
    log.next_index_ = in.u64_field();
    for (u64 n = in.count_field(17); n > 0 && in.ok(); n--) {
        LogRecord record;
        record.index = in.u64_field();
        record.time_ns = in.u64_field();
        record.content = in.text_field();
        log.bytes_ += record.content.size() + record_overhead;
        log.records_.push_back(std::move(record));
    }
    return log;
}

}  // namespace icvm::replica
