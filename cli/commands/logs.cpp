#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <tuple>

#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

constexpr useconds_t follow_interval_us = 200'000;

/// "12  2021-05-10T00:00:00.000000007Z  hello": further lines of the record begin below it.
std::string line_of(const replica::LogRecord& record) {
    const std::string head = fmt::format("{:<4}  {}  ", record.index, moment_text(record.time_ns));
    std::string text = printable(record.content);
    while (text.ends_with('\n')) text.pop_back();
    std::string out = head;
    for (const char character : text) {
        out += character;
        if (character == '\n') out += std::string(head.size(), ' ');
    }
    return out;
}

std::string json_of(const replica::LogRecord& record) {
    JsonObject json;
    json.add("index", record.index);
    json.add("time", moment_text(record.time_ns));
    json.add("time_ns", fmt::format("{}", record.time_ns));
    json.add("content", record.content);
    return json.text();
}

/// Where the reader is.
struct Position {
    std::optional<u64> shown;  ///< index of the last record shown
    void begin_anew_if_lost(const replica::CanisterLog& log) {
        if (shown && !log.records().empty() && log.records().back().index < *shown) shown.reset();
    }
    bool is_new(const replica::LogRecord& record) const { return !shown || record.index > *shown; }
};

void follow_on(Context& context, const replica::CanisterLog& log, Position& position) {
    position.begin_anew_if_lost(log);
    for (const replica::LogRecord& record : log.records()) {
        if (!position.is_new(record)) continue;
        if (context.terminal.is_json())
            context.terminal.json(json_of(record));
        else
            context.terminal.result(line_of(record));
        position.shown = record.index;
    }
}

/// Changes with every commit.
std::tuple<u64, u64, i64, i64> version_of_state(const Context& context) {
    struct stat status{};
    if (stat((context.globals.state + "/log").c_str(), &status) != 0) return {};
    return {u64(status.st_ino), u64(status.st_size), i64(status.st_mtim.tv_sec),
            i64(status.st_mtim.tv_nsec)};
}

/// Ctrl-C ends the process meanwhile.
void rest() {
    end_at_interrupt(true);
    if (!interrupted()) usleep(follow_interval_us);
    end_at_interrupt(false);
}

/// What is new in the log, on standard output. False: another process has the state for long.
Result<bool, Problem> show_new(Context& context, const std::string& word, Position& position) {
    const auto session = open_session(context, StateUse::existing);
    if (!session && session.error().reason.find(" is in use by ") != std::string::npos)
        return false;
    if (!session) return std::unexpected(session.error());
    const Target target = TRY(find_canister(context, *session, word));
    follow_on(context, session->replica.canister(target.id)->log, position);
    return true;
}

/// Opens the state only when it has changed, and never waits with it open.
Done follow(Context& context, const std::string& word) {
    if (context.globals.state == ":memory:")
        return std::unexpected(usage_problem("nobody else can change a state in memory", "logs"));
    Position position;
    std::optional<std::tuple<u64, u64, i64, i64>> seen;
    while (context.terminal.output_error() == 0) {
        const auto version = version_of_state(context);
        if (version != seen && TRY(show_new(context, word, position))) seen = version;
        if (interrupted()) break;
        rest();
    }
    return std::unexpected(Problem{{exit_code::interrupted, {}, {}, {}}});
}

}  // namespace

Done command_logs(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() != 1)
        return std::unexpected(usage_problem("one canister is needed", context.invocation.command));
    if (context.invocation.has("follow")) return follow(context, operands[0]);
    const Session session = TRY(open_session(context, StateUse::existing));
    const Target target = TRY(find_canister(context, session, operands[0]));
    const replica::CanisterLog& log = session.replica.canister(target.id)->log;
    JsonArray json;
    for (const replica::LogRecord& record : log.records()) {
        context.terminal.result(line_of(record));
        json.add_json(json_of(record));
    }
    if (log.records().empty())
        context.terminal.note(fmt::format("{} has printed nothing", target.who));
    context.json.add_json("canister", json_of(target));
    context.json.add_json("logs", json.text());
    return {};
}

}  // namespace icvm::cli
