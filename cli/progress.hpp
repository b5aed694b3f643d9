#pragma once

#include <chrono>
#include <string>

#include "vm/base/integers.hpp"

namespace icvm::cli {

enum class ProgressKind : u8 { automatic, bar, plain, none };

/// Says how far a long execution is, on standard error: as a line that is rewritten, on a terminal,
/// from half a second on; as a line every five seconds with `plain`. The one user of a wall clock.
class ProgressLine {
public:
    ProgressLine(ProgressKind kind, bool quiet);
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    /// A new execution begins.
    void start(std::string title);
    /// False when the execution is to be interrupted.
    bool advance(u64 instructions, u64 limit);
    /// Takes the line away.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    void show(u64 instructions, u64 limit, Clock::time_point now);

    ProgressKind kind_;
    std::string title_;
    Clock::time_point started_{}, next_{};
    bool visible_ = false;
};

/// "2.1 B" of 2_100_000_000 instructions: as short_size, by k, M, B and T.
std::string short_count(u64 value);

}  // namespace icvm::cli
