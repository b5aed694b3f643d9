#include "cli/moment.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace icvm::cli {
namespace {

constexpr u64 ns_per_s = 1'000'000'000;
constexpr u64 s_per_day = 86'400;

struct Unit {
    std::string_view name;
    u64 ns;
};
/// The largest first; "ms" stands before "m" where a text is read.
constexpr Unit units[] = {{"d", s_per_day* ns_per_s},
                          {"h", 3600 * ns_per_s},
                          {"m", 60 * ns_per_s},
                          {"s", ns_per_s},
                          {"ms", 1'000'000},
                          {"us", 1000},
                          {"ns", 1}};

/// Takes exactly `count` digits from the front of `text`.
std::optional<u32> take_digits(std::string_view& text, size_t count) {
    if (text.size() < count) return std::nullopt;
    u32 number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        number = number * 10 + u32(text[i] - '0');
    }
    text.remove_prefix(count);
    return number;
}

bool take(std::string_view& text, char character) {
    if (text.empty() || text[0] != character) return false;
    text.remove_prefix(1);
    return true;
}

/// "2026-11-22": days since 1970.
std::optional<i64> take_date(std::string_view& text) {
    namespace c = std::chrono;
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const c::year_month_day date{c::year(int(*year)), c::month(*month), c::day(*day)};
    if (!date.ok()) return std::nullopt;
    return c::sys_days(date).time_since_epoch().count();
}

/// "12:30[:05]": seconds.
std::optional<u64> take_clock(std::string_view& text, bool needs_seconds) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    const u64 seconds = *hour * u64(3600) + *minute * u64(60);
    if (!needs_seconds) return seconds;
    if (!take(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second || *second > 59) return std::nullopt;
    return seconds + *second;
}

/// ".000000003", or nothing: nanoseconds.
std::optional<u64> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return 0;
    u64 ns = 0, unit = ns_per_s;
    while (auto digit = take_digits(text, 1)) {
        unit /= 10;
        ns += *digit * unit;
    }
    return unit == ns_per_s || unit == 0 ? std::nullopt : std::optional(ns);
}

/// "Z", "+02:00": seconds to subtract.
std::optional<i64> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return 0;
    const bool east = take(text, '+');
    if (!east && !take(text, '-')) return std::nullopt;
    const auto seconds = take_clock(text, false);
    if (!seconds) return std::nullopt;
    return east ? i64(*seconds) : -i64(*seconds);
}

std::optional<u64> digits(std::string_view text) {
    u64 number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string moment_text(u64 ns) {
    namespace c = std::chrono;
    const u64 second = ns / ns_per_s % s_per_day;
    const c::year_month_day date{c::sys_days(c::days(ns / ns_per_s / s_per_day))};
    const u64 fraction = ns % ns_per_s;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", int(date.year()),
                       unsigned(date.month()), unsigned(date.day()), second / 3600,
                       second / 60 % 60, second % 60,
                       fraction == 0 ? "" : fmt::format(".{:09}", fraction));
}

std::optional<u64> moment_from_text(std::string_view text) {
    if (const auto ns = digits(text)) return *ns <= moment_max_ns ? ns : std::nullopt;
    const auto days = take_date(text);
    if (!days) return std::nullopt;
    i64 seconds = *days * i64(s_per_day);
    u64 fraction = 0;
    if (!text.empty()) {
        if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
        const auto clock = take_clock(text, true);
        const auto part = clock ? take_fraction(text) : std::nullopt;
        const auto offset = part ? take_offset(text) : std::nullopt;
        if (!offset || !text.empty()) return std::nullopt;
        seconds += i64(*clock) - *offset;
        fraction = *part;
    }
    if (seconds < 0 || u64(seconds) >= moment_max_ns / ns_per_s) return std::nullopt;
    return u64(seconds) * ns_per_s + fraction;
}

std::optional<u64> duration_from_text(std::string_view text) {
    if (text.empty()) return std::nullopt;
    u128 total = 0;
    while (!text.empty()) {
        const size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto number = digits(text.substr(0, size));
        if (!number) return std::nullopt;
        text.remove_prefix(size);
        const size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const Unit* unit = nullptr;
        for (const Unit& candidate : units)
            if (candidate.name == text.substr(0, letters)) unit = &candidate;
        if (unit == nullptr) return std::nullopt;
        text.remove_prefix(letters);
        total += u128(*number) * unit->ns;
        if (total > moment_max_ns) return std::nullopt;
    }
    return u64(total);
}

std::string duration_text(u64 ns) {
    std::string text;
    size_t shown = 0;
    for (const Unit& unit : units) {
        const u64 count = ns / unit.ns;
        ns %= unit.ns;
        if (count == 0 && shown == 0) continue;
        if (count != 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, unit.name);
        if (++shown == 2) break;
    }
    return text.empty() ? "0s" : text;
}

}  // namespace icvm::cli
