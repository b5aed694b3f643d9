#pragma once

#include <deque>
#include <string>

#include "replica/state/record.hpp"

namespace icvm::replica {

/// Interface spec, "Canister logs".
struct LogRecord {
    u64 index = 0;
    u64 time_ns = 0;
    std::string content;
};

/// What a canister has printed of late: a ring of `bytes_max` bytes, the oldest make room.
class CanisterLog {
public:
    static constexpr u64 bytes_max_default = 4096;
    /// What a record takes beside its content.
    static constexpr u64 record_overhead = 40;

    void append(u64 time_ns, std::string_view content, u64 bytes_max);
    void shrink(u64 bytes_max);
    void clear() { records_.clear(), bytes_ = 0; }
    const std::deque<LogRecord>& records() const { return records_; }
    u64 bytes() const { return bytes_; }
    /// Nothing has ever been printed.
    bool is_unused() const { return next_index_ == 0; }

    void encode(RecordWriter& out) const;
    static CanisterLog decode(RecordReader& in);

private:
    u64 next_index_ = 0;
    u64 bytes_ = 0;
    std::deque<LogRecord> records_;
};

}  // namespace icvm::replica
