#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/number.hpp"
#include "cli/session.hpp"
#include "cli/status_details.hpp"
#include "cli/status_text.hpp"

namespace icvm::cli {
namespace {

std::string joined(const std::vector<replica::Principal>& principals) {
    std::string text;
    for (const auto& principal : principals) text += (text.empty() ? "" : " ") + principal.text();
    return text;
}

void print(Terminal& terminal, std::string_view label, std::string_view text) {
    terminal.result(fmt::format("  {:<11}  {}", label, text));
}

/// The label stands before the first line; `none` when there is no line.
void print(Terminal& terminal, std::string_view label, const std::vector<std::string>& lines,
           std::string_view none) {
    if (lines.empty()) print(terminal, label, none);
    for (size_t i = 0; i < lines.size(); i++) print(terminal, i == 0 ? label : "", lines[i]);
}

void print_code(Terminal& terminal, const replica::CanisterStatus& status) {
    if (!status.module_hash) {
        print(terminal, "module", "none: the canister is empty");
        return;
    }
    print(terminal, "module hash", hex(*status.module_hash));
    print(terminal, "module",
          fmt::format("{} bytes{}{}", grouped(status.module_bytes),
                      status.module_path.empty() ? "" : " from ", printable(status.module_path)));
}

std::string memory_text(const replica::Canister& canister) {
    std::string text = fmt::format("{} bytes", grouped(replica::memory_usage_bytes(canister)));
    std::string_view separator = ": ";
    for (const auto& [kind, bytes] : memory_by_kind(canister)) {
        text += fmt::format("{}{} {}", separator, kind, grouped(bytes));
        separator = ", ";
    }
    return text;
}

void print_cycles(Terminal& terminal, const Session& session, const replica::Canister& canister) {
    const replica::CostSchedule& schedule = session.replica.schedule();
    const u128 burned = schedule.idle_cycles_burned_per_day(replica::holdings(canister));
    print(terminal, "cycles", grouped(canister.cycles));
    if (canister.reserved_cycles != 0)
        print(terminal, "reserved", grouped(canister.reserved_cycles) + " cycles");
    print(terminal, "idle burn",
          fmt::format("{} cycles a day (schedule {})", grouped(burned), schedule.name));
}

void print(Terminal& terminal, const Session& session, const Target& target,
           const replica::CanisterStatus& status) {
    const replica::Canister& canister = *session.replica.canister(target.id);
    terminal.result(target.who);
    print(terminal, "status", word_of(status.status));
    print_code(terminal, status);
    print(terminal, "heap",
          fmt::format("{} bytes{}", grouped(status.heap_bytes),
                      status.enhanced_persistence ? ", kept by upgrades" : ""));
    print(terminal, "stable", grouped(status.stable_bytes) + " bytes");
    print(terminal, "memory", memory_text(canister));
    print(terminal, "version", fmt::format("{}", status.version));
    print_cycles(terminal, session, canister);
    print(terminal, "timer", timer_text(canister, session.replica.time_ns()));
    if (canister.code && canister.code->has_low_memory_hook)
        print(terminal, "low memory", hook_text(canister.low_memory_hook));
    print(terminal, "calls", call_lines(session, canister), "none open");
    print(terminal, "snapshots", fmt::format("{}", canister.snapshots.size()));
    print(terminal, "history", history_lines(canister), "none");
    print(terminal, "metering", session.replica.metering().name);
    print(terminal, "controllers",
          status.controllers.empty() ? "none" : joined(status.controllers));
}

}  // namespace

Done command_status(Context& context) {
    const Session session = TRY(open_session(context, StateUse::existing));
    const bool all = context.invocation.operands.empty();
    if (all) context.invocation.options.emplace_back("all", "");
    const auto targets = TRY(find_canisters(context, session));
    if (targets.empty()) context.terminal.note("no canisters");
    JsonArray json;
    for (const Target& target : targets) {
        const auto status = TRY(status_of(session, target));
        print(context.terminal, session, target, status);
        JsonObject object = json_object_of(target, status);
        add_details(object, session, *session.replica.canister(target.id));
        json.add_json(object.text());
    }
    context.json.add("metering", session.replica.metering().name);
    context.json.add("cycles", session.replica.schedule().name);
    context.json.add_json("canisters", json.text());
    return {};
}

}  // namespace icvm::cli
