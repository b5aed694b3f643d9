#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/interruption.hpp"

namespace icvm::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto bar_delay = 500ms;
constexpr auto bar_interval = 100ms;
constexpr auto plain_interval = 5s;
constexpr u64 bar_columns = 20;

void write_error(const std::string& text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string bar(u64 instructions, u64 limit) {
    const u64 full =
        limit == 0 ? 0 : std::min(bar_columns, u64(u128(instructions) * bar_columns / limit));
    std::string text;
    for (u64 i = 0; i < bar_columns; i++) text += i < full ? "▇" : "▁";
    return text;
}

}  // namespace

std::string short_count(u64 value) {
    if (value < 1000) return std::to_string(value);
    constexpr std::array units{"k", "M", "B", "T"};
    size_t unit = 0;
    u64 scale = 1000;
    while (unit + 1 < units.size() && value / scale >= 1000) {
        scale *= 1000;
        unit++;
    }
    const u64 tenths = value / (scale / 10);
    if (tenths >= 100) return fmt::format("{} {}", value / scale, units[unit]);
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
}

ProgressLine::ProgressLine(ProgressKind kind, bool quiet) : kind_(kind) {
    if (kind_ == ProgressKind::automatic)
        kind_ = isatty(STDERR_FILENO) == 1 && !quiet ? ProgressKind::bar : ProgressKind::none;
}

void ProgressLine::start(std::string title) {
    clear();
    title_ = std::move(title);
    if (kind_ == ProgressKind::none) return;
    started_ = Clock::now();
    next_ = started_ + (kind_ == ProgressKind::bar ? Clock::duration(bar_delay) : plain_interval);
}

bool ProgressLine::advance(u64 instructions, u64 limit) {
    if (interrupted()) return false;
    if (kind_ == ProgressKind::none) return true;
    const auto now = Clock::now();
    if (now >= next_) show(instructions, limit, now);
    return true;
}

void ProgressLine::show(u64 instructions, u64 limit, Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - started_).count();
    const double rate = seconds > 0 ? double(instructions) / seconds : 0;
    const double left = rate > 0 && limit > instructions ? double(limit - instructions) / rate : 0;
    const std::string counts =
        fmt::format("{} / {} instr  {}/s  limit in {:.0f} s", short_count(instructions),
                    short_count(limit), short_count(u64(rate)), left);
    if (kind_ == ProgressKind::bar) {
        write_error(fmt::format("\r\x1b[K{}  {}  {}", title_, bar(instructions, limit), counts));
        visible_ = true;
        next_ = now + bar_interval;
    } else {
        write_error(fmt::format("{}  {}\n", title_, counts));
        next_ = now + plain_interval;
    }
}

void ProgressLine::clear() {
    if (visible_) write_error("\r\x1b[K");
    visible_ = false;
}

}  // namespace icvm::cli
