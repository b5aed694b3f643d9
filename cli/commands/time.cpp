#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

void show(Context& context, const Session& session) {
    const u64 now = session.replica.time_ns();
    context.terminal.result(moment_text(now));
    context.json.add("time", moment_text(now));
    context.json.add("time_ns", fmt::format("{}", now));
}

/// Nanoseconds from `now` to what the person said.
Result<u64, Problem> distance_to(const std::string& word, u64 now) {
    const bool is_duration = word.starts_with('+');
    const auto given =
        is_duration ? duration_from_text(std::string_view(word).substr(1)) : moment_from_text(word);
    if (!given)
        return std::unexpected(usage_problem(
            fmt::format(
                "`{}` is no time: +1h30m moves time by so much, 2026-11-22T12:00:00Z to then",
                word),
            "time"));
    if (!is_duration && *given < now) {
        Problem problem =
            usage_problem(fmt::format("time moves forward only, and it is {}", moment_text(now)));
        add_note(problem, "next", "icvm time +5m");
        return std::unexpected(std::move(problem));
    }
    const u64 distance = is_duration ? *given : *given - now;
    if (now >= moment_max_ns || distance > moment_max_ns - now)
        return std::unexpected(
            usage_problem(fmt::format("time ends on {}", moment_text(moment_max_ns))));
    return distance;
}

size_t due_timers(const Session& session) {
    size_t due = 0;
    for (const auto& id : session.replica.canisters()) {
        const u64 timer = session.replica.canister(id)->global_timer;
        if (timer != 0 && timer <= session.replica.time_ns()) due++;
    }
    return due;
}

}  // namespace

Done command_time(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() > 1)
        return std::unexpected(usage_problem("one time at most", context.invocation.command));
    Session session = TRY(open_session(context, StateUse::existing));
    if (operands.empty()) {
        show(context, session);
        return {};
    }
    const u64 distance = TRY(distance_to(operands[0], session.replica.time_ns()));
    const auto receipt = session.replica.advance_time(distance);
    if (!receipt)
        return std::unexpected(
            problem_of(receipt.error(), {"time", "time", "moving", "unchanged"}));
    show(context, session);
    const size_t due = due_timers(session);
    if (due == 1) context.terminal.note("a timer is due: icvm tick");
    if (due > 1) context.terminal.note(fmt::format("{} timers are due: icvm tick", due));
    return {};
}

}  // namespace icvm::cli
