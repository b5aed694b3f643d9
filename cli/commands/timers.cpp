#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "cli/command.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

/// Something that a later round does.
struct Task {
    u64 time_ns;  ///< 0: in the next round
    std::string_view kind;
    Target target;
    std::string remark;  ///< why it is not done, or nothing
};

std::string remark_of(const replica::Canister& canister, bool has_entry) {
    if (canister.status != replica::Status::running) return "waits: the canister is not running";
    return has_entry ? "" : "the module has no canister_global_timer";
}

void add_tasks(std::vector<Task>& tasks, const Session& session, const replica::Principal& id) {
    const replica::Canister& canister = *session.replica.canister(id);
    const Target target = target_of(session, id);
    const std::string remark = remark_of(canister, true);
    if (canister.global_timer != 0)
        tasks.push_back({canister.global_timer, "timer", target,
                         remark_of(canister, canister.code && canister.code->has_global_timer)});
    if (!canister.code) return;
    if (canister.low_memory_hook == replica::HookStatus::ready &&
        canister.code->has_low_memory_hook)
        tasks.push_back({0, "low memory hook", target, remark});
    if (canister.code->has_heartbeat) tasks.push_back({0, "heartbeat", target, remark});
}

std::string when_text(const Task& task, u64 now) {
    if (task.time_ns == 0) return task.kind == "heartbeat" ? "every round" : "next round";
    if (task.time_ns <= now) return fmt::format("due since {}", moment_text(task.time_ns));
    return fmt::format("{}, in {}", moment_text(task.time_ns), duration_text(task.time_ns - now));
}

std::string json_of(const Task& task, u64 now) {
    JsonObject json;
    json.add_json("canister", json_of(task.target));
    json.add("kind", task.kind);
    json.add("due", task.time_ns <= now);
    if (task.time_ns != 0) json.add("time", moment_text(task.time_ns));
    if (task.time_ns != 0) json.add("time_ns", fmt::format("{}", task.time_ns));
    if (!task.remark.empty()) json.add("remark", task.remark);
    return json.text();
}

}  // namespace

Done command_timers(Context& context) {
    if (!context.invocation.operands.empty())
        return std::unexpected(
            usage_problem("timers takes no arguments", context.invocation.command));
    const Session session = TRY(open_session(context, StateUse::existing));
    const u64 now = session.replica.time_ns();
    std::vector<Task> tasks;
    for (const auto& id : session.replica.canisters()) add_tasks(tasks, session, id);
    std::ranges::sort(tasks, {}, [](const Task& task) {
        return std::tuple(task.time_ns, task.target.id, task.kind);
    });
    JsonArray json;
    for (const Task& task : tasks) {
        context.terminal.result(fmt::format("{}  {}  {}{}{}", task.target.who, task.kind,
                                            when_text(task, now), task.remark.empty() ? "" : "; ",
                                            task.remark));
        json.add_json(json_of(task, now));
    }
    if (tasks.empty()) context.terminal.note("no timer is set, and there is no heartbeat");
    context.json.add("time", moment_text(now));
    context.json.add_json("timers", json.text());
    return {};
}

}  // namespace icvm::cli
